"""The faults file (TOML): read, and checked with errors that name entry and remedy."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec
from msgspec import Struct

from hub.archive.errors import BadFaults, BadReplay
from hub.archive.faults.kinds import Backfill, Delay, Duplicate, Fault, Kind, NewDevice
from hub.archive.replay_select import check_filter
from hub.model.topic import DEVICE

FILE_BYTES = 256 * 1024
"""Largest faults file: some hundreds of entries."""

LONGEST = 7 * 86_400.0
"""Seconds that a fault may hold a reading back: what comes later is no backfill (`BACKFILL`)."""

COPIES = 100
"""Most copies of one reading: beyond it is no fault of a line."""


class Faults(Struct, frozen=True, forbid_unknown_fields=True):
    """A whole file: entries `[[fault]]`, applied to each reading from top to bottom."""

    fault: tuple[Kind, ...]
    title: str = ""

    def text(self) -> str:
        """Return it as it is written into a run's metadata."""
        return msgspec.json.encode(self.fault).decode()


def load_faults(path: Path) -> Faults:
    """Read and check a faults file; BadFaults names the entry and the remedy."""
    try:
        if path.stat().st_size > FILE_BYTES:
            raise BadFaults(str(path), "", "too large", f"Keep it under {FILE_BYTES} bytes")
        return parse_faults(path.read_bytes().decode("utf-8-sig"), str(path))
    except OSError as error:
        raise BadFaults(str(path), "", str(error.strerror), "Give a file to read") from error
    except UnicodeDecodeError as error:
        raise BadFaults(str(path), "", "not UTF-8", "TOML is always UTF-8") from error


def parse_faults(content: str, file: str) -> Faults:
    """Return the faults of a TOML text; BadFaults names ``file``, entry and remedy."""
    try:
        table = tomllib.loads(content)
        faults = msgspec.convert(table, Faults)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BadFaults(file, "", f"no TOML: {error}", "Put the syntax right") from error
    except msgspec.ValidationError as error:
        remedy = "hub/archive/faults/kinds.py tells every kind and its keys"
        raise BadFaults(file, _entry(table), str(error), remedy) from error
    if not faults.fault:
        raise BadFaults(file, "", "no fault", "Add a [[fault]]")
    for number, fault in enumerate(faults.fault, start=1):
        _check(file, f"fault {number}", fault)
    return faults


def _entry(table: dict[str, object]) -> str:
    """Return which entry is wrong: msgspec says only that one of them is."""
    entries = table.get("fault")
    for number, entry in enumerate(entries if isinstance(entries, list) else (), start=1):
        try:
            msgspec.convert(entry, Kind)
        except msgspec.ValidationError:
            return f"fault {number}"
    return ""


def _check(file: str, key: str, fault: Fault) -> None:
    for name, problem, remedy in (*_number_faults(fault), *_name_faults(fault)):
        raise BadFaults(file, f"{key}, {name}", problem, remedy)


_Wrong = tuple[str, str, str]
"""Key, problem, remedy."""


def _number_faults(fault: Fault) -> Iterator[_Wrong]:
    for name in ("share", "probability"):
        if not 0 <= getattr(fault, name) <= 1:
            yield name, "not from 0 to 1", "Give a share of 1"
    for name in ("after", "before", "window", "within", "seconds"):
        value = getattr(fault, name, None)
        if value is not None and not 0 <= value < float("inf"):
            yield name, "below 0", "Give seconds, 0 or more"
    for name in ("window", "within", "by", "seconds"):
        if not abs(getattr(fault, name, None) or 0) <= LONGEST:
            yield name, "too long", f"Stay within {LONGEST:g} seconds"
    if isinstance(fault, Delay | Backfill) and fault.by < 0:
        yield "by", "below 0", "A message cannot come before it is sent"
    if isinstance(fault, Duplicate) and not 1 <= fault.copies <= COPIES:
        yield "copies", "too many or none", f"Give 1 to {COPIES}"


def _name_faults(fault: Fault) -> Iterator[_Wrong]:
    if isinstance(fault, NewDevice) and not DEVICE.fullmatch(f"x{fault.suffix}"):
        yield "suffix", "no part of a name", f"A device matches {DEVICE.pattern}"
    for pattern in fault.topics:
        try:
            check_filter(pattern)
        except BadReplay as error:
            yield "topics", error.problem, error.remedy
