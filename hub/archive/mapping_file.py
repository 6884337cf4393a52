"""The mapping file (TOML): found, read, and checked with errors that name key and remedy."""

import codecs
import re
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import msgspec

from hub.archive.errors import BadMapping
from hub.archive.mapping import Check, Column, Csv, Field, Mapping, Place, Time
from hub.archive.timestamp import zone
from hub.model.district import CODES
from hub.model.topic import DEVICE, DOMAIN, NAME

MAPPING_BYTES = 1024 * 1024
"""Largest mapping file: a table of some thousands of devices."""

_ENTRIES: dict[str, type] = {"data": Field, "devices": Place, "checks": Check}
_Fault = tuple[str, str, str]
"""Key, problem, remedy."""


def find_mapping(name: str) -> Path:
    """Return the file of a mapping: a path, or the bare name of one that comes with the hub."""
    path = Path(name)
    if path.is_file():
        return path
    folder = Path(str(files("hub.archive") / "mappings"))
    own = folder / f"{name.removesuffix('.toml')}.toml"
    if path.name == name and own.is_file():
        return own
    known = ", ".join(sorted(entry.stem for entry in folder.glob("*.toml")))
    raise BadMapping(name, "", "no such file", f"Give a path, or one of: {known}")


def load_mapping(path: Path) -> Mapping:
    """Read and check a mapping file; BadMapping names the key and the remedy."""
    try:
        if path.stat().st_size > MAPPING_BYTES:
            raise BadMapping(str(path), "", "too large", f"Keep it under {MAPPING_BYTES} bytes")
        content = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise BadMapping(str(path), "", str(error.strerror), "Give a file to read") from error
    except UnicodeDecodeError as error:
        raise BadMapping(str(path), "", "not UTF-8", "TOML is always UTF-8") from error
    return parse_mapping(content, str(path))


def parse_mapping(content: str, file: str) -> Mapping:
    """Return the mapping of a TOML text; BadMapping names ``file``, line, key and remedy."""
    try:
        table = tomllib.loads(content)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found else None
        raise BadMapping(file, "", f"no TOML: {error}", "Put the syntax right", line) from error
    try:
        mapping = msgspec.convert(table, Mapping)
    except msgspec.ValidationError as error:
        key, problem = _located(str(error), table)
        remedy = "Compare with mappings/aarhus.toml, which explains every key"
        raise BadMapping(file, key, problem, remedy, _line(content, key)) from error
    for key, problem, remedy in _faults(mapping):
        raise BadMapping(file, key, problem, remedy, _line(content, key))
    return mapping


def _located(text: str, table: dict[str, object]) -> tuple[str, str]:
    """Split msgspec's words into the key and the problem; name the entry where it says `[...]`."""
    problem, _, where = text.partition(" - at `")
    key = where.rstrip("`").removeprefix("key in ").removeprefix("$").lstrip(".")
    if field := re.search(r"field `(\w+)`", problem):
        key = f"{key}.{field[1]}".lstrip(".")
    name, dots, rest = key.partition("[...]")
    kind, entries = _ENTRIES.get(name), table.get(name)
    if dots and kind is not None and isinstance(entries, dict):
        for entry, value in entries.items():
            try:
                msgspec.convert(value, kind)
            except msgspec.ValidationError:
                return f"{name}.{entry}{rest}", problem
    return key, problem


def _line(content: str, key: str) -> int | None:
    """Return the line of a dotted key, as far as its words lead; None when none is found."""
    found = None
    start = 0
    lines = content.splitlines()
    for word in key.split("."):
        pattern = re.compile(rf'^[\s\[{{]*(?:[\w"-]+\.)*"?{re.escape(word)}"?\s*[].=]')
        inside = re.compile(rf'[{{,]\s*"?{re.escape(word)}"?\s*=')
        for number in range(start, len(lines)):
            if pattern.match(lines[number]) or inside.search(lines[number]):
                found = number + 1
                start = number
                break
    return found


def _faults(mapping: Mapping) -> Iterator[_Fault]:
    yield from _csv_faults(mapping.csv)
    yield from _time_faults(mapping.time)
    yield from _event_faults(mapping)
    seen: set[str] = set()
    for name, entry in mapping.data.items():
        yield from _field_faults(f"data.{name}", entry, seen)
        seen.add(name)
    if not any(not entry.hidden for entry in mapping.data.values()):
        yield "data", "no field that is not hidden", "Declare what a reading says"
    for name, check in mapping.checks.items():
        yield from _check_faults(f"checks.{name}", check, mapping.data)
    yield from _device_faults(mapping)
    if mapping.cards.period is not None and mapping.cards.period <= 0:
        yield "cards.period", "not above 0 seconds", "Leave it out for devices on change"
    for key in ("gap", "stuck"):
        if not getattr(mapping.report, key) >= 1:
            yield f"report.{key}", "below one period", "Give a number of periods, 1 or more"


def _csv_faults(csv: Csv) -> Iterator[_Fault]:
    try:
        codecs.lookup(csv.encoding)
        "".encode(csv.encoding)
    except LookupError:
        yield "csv.encoding", f"{csv.encoding!r} is no encoding", 'Use "utf-8" or "latin-1"'
    if len(csv.delimiter) != 1 or csv.delimiter in "\r\n":
        yield "csv.delimiter", "not one character", r'Use ",", ";" or "\t"'
    if len(csv.quote) > 1:
        yield "csv.quote", "more than one character", 'Use one character, or "" for no quotes'
    if csv.decimal not in (".", ","):
        yield "csv.decimal", f"{csv.decimal!r} is no decimal point", 'Use "." or ","'


def _time_faults(time: Time) -> Iterator[_Fault]:
    try:
        zone(time.zone)
    except ValueError as error:
        yield "time.zone", str(error), 'Use "UTC", "+08:00" or a name such as "Asia/Shanghai"'
    if not time.formats:
        yield "time.formats", "empty", 'Use ["iso"]'
    for form in time.formats:
        if form not in ("iso", "unix", "unix-ms") and "%" not in form:
            yield "time.formats", f"{form!r} is no format", 'Use "iso", "unix" or "%d/%m/%Y %H:%M"'
    if not 0 <= time.reorder < float("inf"):
        yield "time.reorder", "not a number of seconds", "Use 0 or more"


def _event_faults(mapping: Mapping) -> Iterator[_Fault]:
    event = mapping.event
    for key, pattern in (("domain", DOMAIN), ("event", NAME), ("device", DEVICE)):
        part = getattr(event, key)
        if not isinstance(part, Column) and not pattern.fullmatch(part):
            yield f"event.{key}", f"{part!r} cannot stand in a topic", f"Match {pattern.pattern}"
    if not isinstance(event.district, Column) and event.district not in CODES:
        yield "event.district", f"{event.district!r} is no district", _DISTRICT


_DISTRICT = "Use one of the 13 codes of Shenyang, such as 210103"


def _field_faults(key: str, entry: Field, seen: set[str]) -> Iterator[_Fault]:
    if len(entry.sources) != 1:
        given = " and ".join(entry.sources) or "none of them"
        yield key, f"has {given}", "Give one of column, value, sum, difference, product, quotient"
    if entry.operands and entry.type not in ("integer", "number"):
        yield f"{key}.type", f"{entry.type} cannot be computed", 'Use "integer" or "number"'
    if entry.column is None and entry.value is None and not entry.operands:
        yield key, "has no operands", "Name fields or numbers"
    for operand in entry.operands:
        if isinstance(operand, str) and operand not in seen:
            yield key, f"{operand!r} is no field above it", "Declare that field first"


def _check_faults(key: str, check: Check, data: dict[str, Field]) -> Iterator[_Fault]:
    if (check.above is None) == (check.below is None):
        yield key, "needs one of above and below", "Give one of them"
    for name in (check.field, check.above, check.below):
        if not isinstance(name, str):
            continue
        if name not in data:
            yield key, f"{name!r} is no field of [data]", "Name a field"
        elif data[name].type not in ("integer", "number"):
            yield key, f"{name!r} is no number", "Name a field of type integer or number"


def _device_faults(mapping: Mapping) -> Iterator[_Fault]:
    if mapping.event.listed and not mapping.devices:
        yield "event.listed", "no device is listed", "Add [devices.…] or leave it out"
    seen: dict[str, str] = {}
    for key, place in mapping.devices.items():
        where = f"devices.{key}"
        name = mapping.device_id(key)
        if not DEVICE.fullmatch(name):
            yield f"{where}.id", f"{name!r} cannot stand in a topic", f"Match {DEVICE.pattern}"
        if name in seen:
            yield where, f"has the same id {name!r} as {seen[name]}", "Give each its own"
        seen[name] = key
        yield from _place_faults(where, place, mapping)


def _place_faults(where: str, place: Place, mapping: Mapping) -> Iterator[_Fault]:
    if place.district and place.district not in CODES:
        yield f"{where}.district", f"{place.district!r} is no district", _DISTRICT
    if not (place.district or isinstance(mapping.event.district, str)):
        yield f"{where}.district", "missing", "A card needs a district of its own here"
    if not (place.kind or mapping.cards.kind):
        yield f"{where}.kind", "missing", "Give it here or in [cards]"
    if place.period is not None and place.period <= 0:
        yield f"{where}.period", "not above 0 seconds", "Leave it out for devices on change"
    for axis, value, bound in (("lng", place.lng, 180), ("lat", place.lat, 90)):
        if value is not None and not -bound <= value <= bound:
            yield f"{where}.{axis}", f"{value} is no degree", f"Use -{bound} to {bound}"
