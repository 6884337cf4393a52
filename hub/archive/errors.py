"""What can go wrong with recordings, mappings and feeds.

ArchiveError
├── BadRecording        a file that cannot be read as a recording
│   ├── NotARecording   empty, another format, or an MCAP file of somebody else
│   ├── Truncated       it ends in the middle; what stands before is whole
│   └── Damaged         a record is not what it says it is
├── NotRecordable       an event that a recording cannot hold
├── NoParquet           pyarrow is not installed
├── TooManyColumns      more fields than a table has columns
├── EmptyCut            nothing of the archive lies in the chosen time
├── BadMapping          a mapping file: which key, and what to do
├── BadFeed             a feed that the mapping does not fit, or that cannot be read
├── LogWentBack         the log ends before the archive: Redis lost what it had acknowledged
├── BadReplay           what a replay or a comparison was asked for makes no sense
├── BadFaults           a faults file: which entry, and what to do
├── BadGolden           a file that is no golden output
└── ReplayFailed        the broker refused, or fell silent
"""

from pathlib import Path


class ArchiveError(Exception):
    """Base of all errors of the archive; the text is for a person."""


class BadRecording(ArchiveError):
    """``path`` cannot be read as a recording; ``problem`` says what is wrong with it."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = path
        self.problem = problem


class NotARecording(BadRecording):
    """The file is empty, of another format, or an MCAP file not written by the hub."""


class Truncated(BadRecording):
    """The file ends in the middle of record; ``offset`` is the byte where the whole part ends."""

    def __init__(self, path: Path, offset: int) -> None:
        super().__init__(path, f"it is cut off; the part before byte {offset} is whole")
        self.offset = offset


class Damaged(BadRecording):
    """A record contradicts itself or its checksum; ``offset`` is the byte where it begins."""

    def __init__(self, path: Path, offset: int, problem: str) -> None:
        super().__init__(path, f"it is damaged at byte {offset}: {problem}")
        self.offset = offset


class NotRecordable(ArchiveError):
    """An event that would not come back as it went in."""


class EmptyCut(ArchiveError):
    """No event between ``start`` and ``end``; the archive reaches from ``first`` to ``last``."""

    def __init__(self, start: str, end: str, first: str, last: str) -> None:
        super().__init__(
            f"no event that was asked for lies between {start} and {end}; "
            f"the archive reaches from {first} to {last}"
        )
        self.start = start
        self.end = end
        self.first = first
        self.last = last


class NoParquet(ArchiveError):
    """Parquet needs a package that is not installed with the hub."""

    def __init__(self) -> None:
        super().__init__(
            "Parquet needs pyarrow, which is not installed. "
            "Install it with `.venv/bin/pip install pyarrow`, or export CSV"
        )


class TooManyColumns(ArchiveError):
    """Data with more than ``most`` different fields."""

    def __init__(self, most: int) -> None:
        super().__init__(
            f"the data has more than {most} fields. "
            "Choose events with --topic or --scenario, or leave --flat away"
        )
        self.most = most


class LogWentBack(ArchiveError):
    """The log of ``partition`` ends at ``head``, the archive of the same epoch at ``last``."""

    def __init__(self, partition: str, head: int, last: int) -> None:
        super().__init__(
            f"the log of {partition} ends at {head}, its archive at {last}: Redis lost events. "
            "Keep the archive folder, and begin a new log with `cityhub reset`"
        )
        self.partition = partition
        self.head = head
        self.last = last


class BadMapping(ArchiveError):
    """A mapping file that cannot be used; ``key`` is where, ``remedy`` what to write instead.

    ``line`` counts from 1 and is None where the problem has no line (a missing key).
    """

    def __init__(
        self, file: str, key: str, problem: str, remedy: str, line: int | None = None
    ) -> None:
        place = f"{file}, line {line}" if line else file
        super().__init__(f"{place}: {key or 'the file'}: {problem}. {remedy}")
        self.file = file
        self.key = key
        self.problem = problem
        self.remedy = remedy
        self.line = line


class BadFeed(ArchiveError):
    """A feed that cannot be imported at all; single bad rows are in the report instead."""

    def __init__(self, path: Path, problem: str, remedy: str) -> None:
        super().__init__(f"{path}: {problem}. {remedy}")
        self.path = path
        self.problem = problem
        self.remedy = remedy


class ReplayFailed(ArchiveError):
    """The broker refused the connection, or did not acknowledge any more."""


class BadReplay(ArchiveError):
    """What was asked of a replay or a comparison; ``problem`` and ``remedy`` for a person."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem}. {remedy}")
        self.problem = problem
        self.remedy = remedy


class BadFaults(ArchiveError):
    """A faults file that cannot be used; ``key`` is where, ``remedy`` what to write instead."""

    def __init__(self, file: str, key: str, problem: str, remedy: str) -> None:
        super().__init__(f"{file}: {key or 'the file'}: {problem}. {remedy}")
        self.file = file
        self.key = key
        self.problem = problem
        self.remedy = remedy


class BadGolden(ArchiveError):
    """``path`` is no golden output; ``line`` counts from 1."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        super().__init__(f"{path}, line {line}: {problem}")
        self.path = path
        self.line = line
        self.problem = problem
