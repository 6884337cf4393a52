"""The tables of one partition in memory: what is read is decoded once, what changed is written."""

from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

import msgspec

from hub.core.changes import TABLES, Cell

T = TypeVar("T")


class Store:
    """All cells as bytes, and which of them changed since the last commit."""

    def __init__(self, cells: dict[Cell, bytes] | None = None) -> None:
        self._tables: dict[str, dict[str, bytes]] = {name: {} for name in TABLES}
        self._changed: dict[Cell, bytes | None] = {}
        self._pending: list[Callable[[], None]] = []
        for (table, name), value in (cells or {}).items():
            self._tables[table][name] = value

    def get(self, table: str, name: str) -> bytes | None:
        """Return a cell's bytes."""
        return self._tables[table].get(name)

    def put(self, table: str, name: str, value: bytes) -> None:
        """Write a cell; writing the same bytes again changes nothing."""
        cells = self._tables[table]
        if cells.get(name) != value:
            cells[name] = value
            self._changed[table, name] = value

    def delete(self, table: str, name: str) -> None:
        """Remove a cell if it is there."""
        if self._tables[table].pop(name, None) is not None:
            self._changed[table, name] = None

    def items(self, table: str) -> list[tuple[str, bytes]]:
        """Return a table's cells in order of their names, so that no outcome hangs on history."""
        return sorted(self._tables[table].items())

    def before_take(self, flush: Callable[[], None]) -> None:
        """Have ``flush`` write its owner's pending objects before each `take`."""
        self._pending.append(flush)

    def take(self) -> dict[Cell, bytes | None]:
        """Return what changed since the last time."""
        for flush in self._pending:
            flush()
        changed, self._changed = self._changed, {}
        return changed

    def cells(self) -> Iterator[tuple[Cell, bytes]]:
        """Yield every cell in a fixed order: the whole state of the partition."""
        for flush in self._pending:
            flush()
        for table in TABLES:
            for name, value in self.items(table):
                yield (table, name), value


class Records(Generic[T]):
    """A table of typed records that only the machine itself changes.

    A changed record is encoded once a commit, not once an event: call `touch` after changing it.
    """

    def __init__(self, store: Store, table: str, type_: type[T]) -> None:
        self._store = store
        self._table = table
        self._decode: Callable[[bytes], T] = msgspec.msgpack.Decoder(type_).decode
        self._encode = msgspec.msgpack.Encoder().encode
        self._records: dict[str, T] = {}
        self._touched: dict[str, None] = {}
        store.before_take(self._flush)

    def get(self, name: str) -> T | None:
        """Return a record, decoded at its first use."""
        record = self._records.get(name)
        if record is None:
            raw = self._store.get(self._table, name)
            if raw is not None:
                record = self._records[name] = self._decode(raw)
        return record

    def put(self, name: str, record: T) -> None:
        """Add or replace a record."""
        self._records[name] = record
        self._touched[name] = None

    def drop(self, name: str) -> None:
        """Remove a record if it is there."""
        self._records.pop(name, None)
        self._touched.pop(name, None)
        self._store.delete(self._table, name)

    def touch(self, name: str) -> None:
        """Note that a record was changed in place."""
        self._touched[name] = None

    def names(self) -> list[str]:
        """Return all names in order."""
        stored = {name for name, _ in self._store.items(self._table)}
        return sorted(stored | self._records.keys())

    def _flush(self) -> None:
        for name in self._touched:
            self._store.put(self._table, name, self._encode(self._records[name]))
        self._touched.clear()


class States:
    """The keyed states of the scenarios, or the memories of their rules.

    Handlers change them, so each change can be undone.
    """

    def __init__(self, store: Store, table: str) -> None:
        self._store = store
        self._table = table
        self._objects: dict[str, Any] = {}
        self._decoders: dict[type, Callable[[bytes], Any]] = {}
        self._encode = msgspec.msgpack.Encoder().encode

    def get(self, name: str, type_: type[Any]) -> Any:
        """Return the state under a name, a new one with its defaults at first."""
        found = self._objects.get(name)
        if found is None:
            raw = self._store.get(self._table, name)
            found = type_() if raw is None else self._decoder(type_)(raw)
            self._objects[name] = found
        return found

    def stored(self, name: str) -> bytes | None:
        """Return a state as it is stored."""
        return self._store.get(self._table, name)

    def checked(self, name: str, type_: type[Any]) -> bytes:
        """Return the state encoded; raise when it could not be read again."""
        raw = self._encode(self._objects[name])
        if raw != self._store.get(self._table, name):
            self._decoder(type_)(raw)
        return raw

    def keep(self, name: str, raw: bytes) -> None:
        """Write the state after its handler succeeded."""
        self._store.put(self._table, name, raw)

    def keep_or_drop(self, name: str, type_: type[Any]) -> None:
        """Write a rule's memory, or drop one that is as empty as it began."""
        if self._objects[name] == type_():
            self.drop(name)
        else:
            self._store.put(self._table, name, self._encode(self._objects[name]))

    def unreadable(self, prefix: str, type_: type[Any]) -> str:
        """Return why a stored state whose name begins so is no ``type_``; empty when all are."""
        decode = self._decoder(type_)
        for name, raw in self._store.items(self._table):
            if name.startswith(prefix):
                try:
                    decode(raw)
                except msgspec.DecodeError as error:
                    return f"{name}: {error}"
        return ""

    def reread(self) -> None:
        """Read every state anew at its next use."""
        self._objects.clear()

    def undo(self, name: str) -> None:
        """Forget what a failed handler did to the state."""
        self._objects.pop(name, None)

    def drop(self, name: str) -> None:
        """Forget the state for good."""
        self._objects.pop(name, None)
        self._store.delete(self._table, name)

    def _decoder(self, type_: type[T]) -> Callable[[bytes], T]:
        decoder = self._decoders.get(type_)
        if decoder is None:
            decoder = self._decoders[type_] = msgspec.msgpack.Decoder(type_).decode
        return decoder
