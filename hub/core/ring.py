"""A bounded first-in, first-out list of names that survives restarts in its order."""

from hub.core.store import Store

_TABLE = "rings"


class Ring:
    """The newest names of one kind; the oldest is handed back when there are too many."""

    def __init__(self, store: Store, ring: str) -> None:
        self._store = store
        self._ring = ring
        found = [
            (int(field.partition("|")[2]), name.decode())
            for field, name in store.items(_TABLE)
            if field.startswith(f"{ring}|")
        ]
        self._names = {name: number for number, name in sorted(found)}
        self._next = max((number for number, _ in found), default=0) + 1

    def add(self, name: str, limit: int) -> list[str]:
        """Add a name; return those that must go so that no more than ``limit`` stay."""
        if name in self._names:
            return []
        self._names[name] = self._next
        self._store.put(_TABLE, self._field(self._next), name.encode())
        self._next += 1
        gone: list[str] = []
        while len(self._names) > limit:
            oldest = next(iter(self._names))
            self._store.delete(_TABLE, self._field(self._names.pop(oldest)))
            gone.append(oldest)
        return gone

    def _field(self, number: int) -> str:
        return f"{self._ring}|{number:016d}"
