"""Errors that end a command: what is wrong and the remedy, no traceback."""

import sys
from typing import NoReturn

from hub.cli.terminal import safe


class CommandFailed(Exception):
    """``problem`` says what is wrong, ``remedy`` what to do; the exit status is ``status``."""

    def __init__(self, problem: str, remedy: str, status: int = 1) -> None:
        super().__init__(f"{problem}\n{remedy}")
        self.problem = problem
        self.remedy = remedy
        self.status = status


def fail(error: CommandFailed) -> NoReturn:
    """Print the error to stderr and leave with its status.

    A file's name may hold anything: what a terminal would obey is shown, not obeyed.
    """
    problem = "\n".join(map(safe, error.problem.splitlines()))
    print(f"cityhub: {problem}\n  → {safe(error.remedy)}", file=sys.stderr)
    raise SystemExit(error.status)
