"""Errors that end a command: what is wrong and the remedy, no traceback."""

import sys
from typing import NoReturn


class CommandFailed(Exception):
    """``problem`` says what is wrong, ``remedy`` what to do; the exit status is ``status``."""

    def __init__(self, problem: str, remedy: str, status: int = 1) -> None:
        super().__init__(f"{problem}\n{remedy}")
        self.problem = problem
        self.remedy = remedy
        self.status = status


def fail(error: CommandFailed) -> NoReturn:
    """Print the error to stderr and leave with its status."""
    print(f"cityhub: {error.problem}\n  → {error.remedy}", file=sys.stderr)
    raise SystemExit(error.status)
