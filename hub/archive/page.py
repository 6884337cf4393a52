"""One commit's outputs as they stand in the archive: a JSON object.

`position` is how far the log was worked (`{partition}/{ordinal}`), `out` the ordinal of the last
lossless output, `outputs` what was put out, in order: each with its `kind`, its own fields, and
what the hub keeps as JSON under `body`.
"""

from typing import Any

import msgspec
from msgspec import Raw, Struct

from hub.archive.message import embeddable, of_event
from hub.log.outputs import Emitted, Page
from hub.model.event import Event
from hub.model.instant import Instant
from hub.model.output import Incident, Output, Shown

SCHEMA: dict[str, object] = {
    "title": "cityhub.outputs",
    "type": "object",
    "required": ["position", "out", "outputs"],
    "properties": {
        "position": {"type": "string"},
        "out": {"type": "integer"},
        "outputs": {"type": "array", "items": {"type": "object", "required": ["kind"]}},
    },
}


_NOTHING = Raw(b"null")


class _Put(Struct, frozen=True, gc=False):
    """What a screen needs of an output; the other kinds pass unread."""

    kind: str
    id: str = ""
    layer: str = ""
    district: str = ""
    at: tuple[float, float] | None = None
    ordinal: int = 0
    body: Raw = _NOTHING


class _Commit(Struct, frozen=True):
    position: str
    out: int
    outputs: list[_Put]


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(_Commit).decode


def encode(partition: str, page: Page) -> bytes:
    """Return the JSON of a page."""
    last = int(page.cursor.partition("-")[0])
    outputs = [_put(each) for each in page.outputs]
    return _encode({"position": f"{partition}/{page.offset}", "out": last, "outputs": outputs})


def decode(body: bytes, time: Instant) -> Page:
    """Return the page of a message, with the outputs that a screen shows; ValueError."""
    commit = _decode(body)
    _, _, ordinal = commit.position.rpartition("/")
    offset = int(ordinal)
    outputs = [Emitted(each.ordinal, shown) for each in commit.outputs if (shown := _shown(each))]
    return Page(f"{commit.out}-{offset}", offset, time, outputs)


def _put(emitted: Emitted) -> dict[str, Any]:  # Any: JSON
    output = emitted.output
    put: dict[str, Any] = {"kind": type(output).__name__.lower()}
    if emitted.ordinal:
        put["ordinal"] = emitted.ordinal
    for name, value in msgspec.structs.asdict(output).items():
        if isinstance(value, Event):
            put[name] = of_event(value, "")
        elif name == "json":
            put["body"] = None if value is None else Raw(value)
        elif isinstance(value, bytes):
            put[name] = Raw(value) if embeddable(value) else value
        else:
            put[name] = value
    return put


def _shown(put: _Put) -> Output | None:
    body = bytes(put.body)
    if put.kind == "shown":
        gone = body == b"null"
        return Shown(put.id, put.layer, put.district, put.at, None if gone else body)
    if put.kind == "incident":
        return Incident(put.id, body)
    return None
