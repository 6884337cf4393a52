"""What every JSON payload is held to before it is read as anything, and the checks of its fields.

Order matters: size before anything is decoded, UTF-8 and depth before the JSON parser sees it.
"""

import re
from hashlib import blake2b

import msgspec
from msgspec import Raw

from hub.ingest.reasons import Reason
from hub.model import instant
from hub.model.errors import BadMessage
from hub.model.instant import Instant
from hub.model.limits import DEEPEST_JSON, MESSAGE_BYTES

ID_CHARACTERS = 128
"""Longest id or subject: room for a UUID with a prefix; they are kept per device (our default)."""
SEQUENCE_DIGITS = 19
"""Longest sequence: what a signed 64-bit counter can show."""
LATEST: Instant = 2**53 - 1
"""Last instant that a JavaScript number holds exactly, in the year 2255."""

# RFC 3339 §5.6; `datetime.fromisoformat` also takes week dates and other ISO 8601 forms.
_RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_DETAIL = 200


def check_bytes(payload: bytes) -> None:
    """Raise BadMessage unless the payload is small, shallow, and UTF-8."""
    check_size(payload)
    try:
        payload.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadMessage(Reason.NOT_UTF8, f"byte {error.start} is not UTF-8") from None
    # Fewer brackets than the limit cannot nest deeper than it: nearly all messages end here.
    if payload.count(b"{") + payload.count(b"[") > DEEPEST_JSON and _depth(payload) > DEEPEST_JSON:
        raise BadMessage(Reason.TOO_DEEP, f"nested deeper than {DEEPEST_JSON} levels")


def check_size(payload: bytes) -> None:
    """Raise BadMessage when the payload is above the limit."""
    if len(payload) > MESSAGE_BYTES:
        detail = f"{len(payload)} bytes, the limit is {MESSAGE_BYTES}"
        raise BadMessage(Reason.TOO_LARGE, detail)


def _depth(payload: bytes) -> int:
    depth = deepest = 0
    for byte in _STRING.sub(b"", payload):
        if byte in b"{[":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"}]":
            depth -= 1
    return deepest


def refused(error: msgspec.DecodeError | UnicodeDecodeError | RecursionError) -> BadMessage:
    """Return the rejection that a parser's error stands for."""
    detail = str(error)[:_DETAIL]
    if not isinstance(error, msgspec.ValidationError):
        return BadMessage(Reason.NOT_JSON, detail)
    if "missing required field" in detail:
        return BadMessage(Reason.MISSING_FIELD, detail)
    if " - at `$" not in detail:
        return BadMessage(Reason.NOT_AN_EVENT, detail)
    return BadMessage(Reason.WRONG_FIELD, detail)


PARSE_ERRORS = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""All that msgspec raises on hostile JSON."""


def as_object(data: Raw) -> bytes:
    """Return the bytes of `data`, or raise BadMessage when it is not a JSON object."""
    found = bytes(data)
    if not found.startswith(b"{"):
        raise BadMessage(Reason.WRONG_FIELD, "data is not a JSON object")
    return found


def as_name(value: str, what: str) -> str:
    """Return an id or subject, or raise BadMessage when it is empty, too long or unprintable."""
    if not value:
        raise BadMessage(Reason.WRONG_FIELD, f"{what} is empty")
    if len(value) > ID_CHARACTERS:
        raise BadMessage(Reason.WRONG_FIELD, f"{what} is longer than {ID_CHARACTERS} characters")
    if not value.isprintable():
        raise BadMessage(Reason.WRONG_FIELD, f"{what} has a character that cannot be printed")
    return value


def as_sequence(value: str | None) -> str:
    """Return the sequence, empty when there is none, or raise BadMessage."""
    if value is None:
        return ""
    if not (value.isascii() and value.isdigit() and len(value) <= SEQUENCE_DIGITS):
        detail = f"sequence is not 1 to {SEQUENCE_DIGITS} digits"
        raise BadMessage(Reason.WRONG_FIELD, detail)
    return value


def as_time(value: str | None) -> Instant | None:
    """Return the device's time, None when it gave none, or raise BadMessage."""
    if value is None:
        return None
    if not _RFC3339.fullmatch(value):
        detail = f"{value[:40]!r} is no RFC 3339 time with an offset"
        raise BadMessage(Reason.BAD_TIME, detail)
    try:
        return in_range(instant.parse(value.upper()))
    except ValueError as error:
        raise BadMessage(Reason.BAD_TIME, str(error)[:_DETAIL]) from None


def in_range(moment: Instant) -> Instant:
    """Return an instant between 1970 and 2255, or raise BadMessage."""
    if not 0 <= moment <= LATEST:
        raise BadMessage(Reason.BAD_TIME, "outside the years 1970 to 2255")
    return moment


def derived_id(*parts: str | bytes) -> str:
    """Return an id of 16 hexadecimal digits that depends on the parts alone."""
    digest = blake2b(digest_size=8)
    for part in parts:
        digest.update(part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part)
        digest.update(b"\0")
    return digest.hexdigest()
