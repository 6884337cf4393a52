"""In which shape states are stored: what new code cannot read is refused when it is loaded."""

from functools import lru_cache
from hashlib import blake2b
from typing import Any

import msgspec
from msgspec import Struct

from hub.core.errors import BadScenario
from hub.core.store import Store

_TABLE = "schemas"
_STATES = "state"
TYPES = 1_000
"""Types whose shape is kept in mind: more than a city's scenarios have, over some reloads."""

_encode = msgspec.msgpack.Encoder().encode
_shape = msgspec.json.Encoder(order="deterministic").encode


class Schema(Struct, frozen=True):
    """Of one type of state: its VERSION and the digest of its fields."""

    version: int
    digest: bytes


_decode = msgspec.msgpack.Decoder(Schema).decode


class Schemas:
    """The shapes of all states of a partition, by `{scenario}.{State}`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def check(self, scenario: str, type_: type[Struct]) -> None:
        """Raise BadScenario when the stored states of a type cannot be read by it."""
        self._renewed(scenario, type_)

    def adopt(self, scenario: str, type_: type[Struct]) -> None:
        """Store the states of a type in its present shape; raise BadScenario as `check` does."""
        for name, raw in self._renewed(scenario, type_).items():
            self._store.put(_STATES, name, raw)
        self._store.put(_TABLE, f"{scenario}.{type_.__name__}", _encode(_schema(type_)))

    def _renewed(self, scenario: str, type_: type[Struct]) -> dict[str, bytes]:
        """Return what `migrate` makes of the stored states; empty where they can stay."""
        name, schema = f"{scenario}.{type_.__name__}", _schema(type_)
        raw = self._store.get(_TABLE, name)
        known = Schema(1, b"") if raw is None else _decode(raw)
        if known == schema:
            return {}
        if known.version > schema.version:
            problem = f"it is stored in version {known.version}, this code reads {schema.version}"
            raise BadScenario(name, problem, "Run the newer code.")
        renewed: dict[str, bytes] = {}
        for cell, stored in self._store.items(_STATES):
            if cell.startswith(f"{name}|"):
                fresh = _read(cell, stored, type_, known.version, schema.version)
                if fresh is not None:
                    renewed[cell] = fresh
        return renewed


def _read(cell: str, raw: bytes, type_: Any, stored: int, version: int) -> bytes | None:
    """Return a stored state as `migrate` makes it, None where it needs none."""
    try:
        if stored == version:
            msgspec.msgpack.decode(raw, type=type_)
            return None
        fresh = _encode(type_.migrate(stored, msgspec.msgpack.decode(raw)))
        msgspec.msgpack.decode(fresh, type=type_)
    except Exception as error:
        problem = f"{cell} is stored in version {stored} and cannot be read: {error!r}"
        remedy = "Give what is new a default, or raise VERSION and migrate."
        raise BadScenario(cell.partition("|")[0], problem, remedy) from error
    return fresh


@lru_cache(maxsize=TYPES)
def _schema(type_: Any) -> Schema:
    """Return the shape of a type; milliseconds of reflection, so once for each type."""
    try:
        shape = _shape(msgspec.json.schema(type_))
    except TypeError:  # a field that JSON does not know: its words must do
        shape = repr(msgspec.structs.fields(type_)).encode()
    return Schema(getattr(type_, "VERSION", 1), blake2b(shape, digest_size=16).digest())
