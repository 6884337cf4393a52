"""SenML packs (RFC 8428): one message with many readings. Pure.

How names become types: the topic says which device it is, whatever the base name; the last part of
the resolved name (after `/` or `:`) in lower case, `_` and `.` as `-`, is the event, so
`urn:dev:ow:10e2073a01080063:temperature` on `city/210102/air/st-1/pack` becomes the type
`city.air.temperature`. A name that ends with a separator, or none, is the topic's own event.
`data` is `{"value": …}` with `unit` and `sum` where given. A record needs an absolute time: the
RFC's "now" would make a repeat a new reading. One bad record rejects the pack.
"""

import msgspec
from msgspec import Struct

from hub.ingest.checks import PARSE_ERRORS, derived_id, in_range, refused
from hub.ingest.reasons import Reason
from hub.model.errors import BadMessage
from hub.model.event import Event
from hub.model.instant import SECOND
from hub.model.topic import NAME, Topic

MEDIA_TYPE = "application/senml+json"
VERSION = 10
"""RFC 8428 §4.4."""
ABSOLUTE = 2**28
"""Smaller times are relative to now (RFC 8428 §4.5.3)."""
RECORDS = 256
"""Most records of a pack: one message stays a small part of a batch (our default)."""

Number = int | float


class _Record(Struct):
    """One record; names as in RFC 8428 table 1."""

    n: str = ""
    u: str = ""
    v: Number | None = None
    vs: str | None = None
    vb: bool | None = None
    vd: str | None = None
    s: Number | None = None
    t: Number = 0
    bn: str | None = None
    bt: Number | None = None
    bu: str | None = None
    bv: Number | None = None
    bs: Number | None = None
    bver: int | None = None


class _Base(Struct):
    """The base fields in force; they hold from their record on."""

    name: str = ""
    time: Number = 0
    unit: str = ""
    value: Number = 0
    sum: Number | None = None


class _Data(Struct, omit_defaults=True):
    value: Number | str | bool | None = None
    unit: str = ""
    sum: Number | None = None


_records = msgspec.json.Decoder(list[_Record]).decode
_keys = msgspec.json.Decoder(list[dict[str, msgspec.Raw]]).decode
_encode = msgspec.json.Encoder().encode


def decode(where: Topic, payload: bytes) -> list[Event]:
    """Return one event a record, in order, or raise BadMessage."""
    try:
        records = _records(payload)
        names = _keys(payload) if b'_"' in payload else []
    except PARSE_ERRORS as error:
        raise refused(error) from None
    if not 0 < len(records) <= RECORDS:
        raise BadMessage(Reason.BAD_SENML, f"{len(records)} records, expected 1 to {RECORDS}")
    # RFC 8428 §4.4: who does not know a label that ends with `_` must not use the pack.
    if unknown := sorted(name for keys in names for name in keys if name.endswith("_")):
        raise BadMessage(Reason.BAD_SENML, f"label {unknown[0][:40]!r} must be understood")
    base = _Base()
    try:
        events = [_event(where, index, record, base) for index, record in enumerate(records)]
    except OverflowError:  # an integer of hundreds of digits, which RFC 8428 §4.3 forbids
        raise BadMessage(Reason.BAD_SENML, "a number is beyond double precision") from None
    return [event for event in events if event is not None]


def _event(where: Topic, index: int, record: _Record, base: _Base) -> Event | None:
    _rebase(record, base)
    value = _value(record, base)
    total = None
    if record.s is not None or base.sum is not None:
        total = (record.s or 0) + (base.sum or 0)
    if value is None and total is None:
        if record.bn is None and record.bt is None and record.bu is None:
            raise BadMessage(Reason.BAD_SENML, f"record {index} has no value")
        return None  # a record of base fields alone
    seconds = base.time + record.t
    if seconds < ABSOLUTE:
        raise BadMessage(Reason.BAD_TIME, f"record {index} has no absolute time (bt, t)")
    if seconds > 2**53 / SECOND:
        raise BadMessage(Reason.BAD_TIME, f"record {index}: outside the years 1970 to 2255")
    time = in_range(round(seconds * SECOND))
    return Event(
        derived_id(str(where), str(index), str(time)),
        where.source,
        f"city.{where.domain}.{_name(where, base.name + record.n)}",
        _encode(_Data(value, record.u or base.unit, total)),
        time,
        where.district,
    )


def _rebase(record: _Record, base: _Base) -> None:
    if record.bver is not None and record.bver > VERSION:
        raise BadMessage(Reason.UNKNOWN_VERSION, f"SenML version {record.bver}, known {VERSION}")
    base.name = base.name if record.bn is None else record.bn
    base.time = base.time if record.bt is None else record.bt
    base.unit = base.unit if record.bu is None else record.bu
    base.value = base.value if record.bv is None else record.bv
    base.sum = base.sum if record.bs is None else record.bs


def _value(record: _Record, base: _Base) -> Number | str | bool | None:
    given = [x for x in (record.v, record.vs, record.vb, record.vd) if x is not None]
    if len(given) > 1:
        raise BadMessage(Reason.BAD_SENML, "more than one of v, vs, vb, vd in a record")
    if record.v is not None:
        return record.v + base.value
    return given[0] if given else None


def _name(where: Topic, resolved: str) -> str:
    last = resolved.replace(":", "/").rpartition("/")[2]
    if not last:
        return where.name
    name = last.lower().replace("_", "-").replace(".", "-")
    if not NAME.fullmatch(name):
        raise BadMessage(Reason.BAD_SENML, f"name {last[:48]!r} cannot be an event")
    return name
