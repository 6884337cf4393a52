"""A recording held to a golden file: what a test asks for by the fixture `recording`."""

import os
from pathlib import Path

import msgspec
import pytest

from hub.archive.compare import Comparer, Comparison, Rules
from hub.archive.golden import decode_line, read_golden
from hub.archive.message import payload
from hub.archive.replay_golden import caused_lines
from hub.archive.replay_plan import Plan
from hub.model.event import Logged

SWITCH = "CITYHUB_GOLDEN"
"""The environment variable; `write` writes golden files anew instead of comparing."""
SHOWN_CHARACTERS = 2_000
"""Most of a line that a failure shows."""


class Recording:
    """One recording and the scenarios that hear it."""

    def __init__(self, path: Path, folder: Path, scenarios: str) -> None:
        self._plan = Plan(path, setting=scenarios)
        self._folder = folder

    def matches(
        self, golden: str | Path, *, ignore: tuple[str, ...] = (), tolerance: float = 0.0
    ) -> None:
        """Fail with the first divergence from the golden file and the event that caused it."""
        file = self._folder / golden
        if os.environ.get(SWITCH) == "write":
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(b"".join(raw + b"\n" for _, raw in caused_lines(self._plan)))
            return
        if not file.is_file():
            pytest.fail(f"{file} is not there; {SWITCH}=write writes it: then read it")
        comparer, culprit = Comparer(read_golden(file), Rules(ignore, tolerance)), None
        for logged, raw in caused_lines(self._plan):
            if not comparer.take(decode_line(raw)):
                culprit = logged
                break
        else:
            comparer.take(None)
        if not comparer.result.equal:
            pytest.fail(_told(file, comparer.result, culprit), pytrace=False)


def _told(file: Path, result: Comparison, culprit: Logged | None) -> str:
    parted = result.divergence
    if parted is None:
        return ""
    lines = [f"{file}: {result.lines} lines are equal, line {parted.line} is not"]
    if parted.path:
        lines.append(f"at {parted.path}: {parted.expected_value} became {parted.found_value}")
    for sign, line in (("-", parted.expected), ("+", parted.found)):
        shown = "(nothing more)" if line is None else msgspec.json.encode(line).decode()
        lines.append(f"{sign} {shown[:SHOWN_CHARACTERS]}")
    if culprit is not None:
        lines.append(f"caused by {culprit.position}: {payload(culprit.event).decode()}")
    lines.append(f"if it is meant: {SWITCH}=write, and read the difference")
    return "\n".join(lines)
