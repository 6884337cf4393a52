"""Counters of everything dropped, rejected or odd: a function of the log like all else."""

from hub.core.store import Store

_TABLE = "counters"
LABELS = 100
"""Most different labels of one counter; the rest count as `other`: types are a stranger's words."""


class Counters:
    """Numbers that only grow, named `name` or `name|label=value`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._values = {name: int(value) for name, value in store.items(_TABLE)}
        self._changed: dict[str, None] = {}
        store.before_take(self._flush)

    def count(self, name: str, label: str = "", value: str = "", by: int = 1) -> None:
        """Add ``by`` to a counter."""
        key = self._bounded(f"{name}|{label}=", value) if label else name
        self._values[key] = self._values.get(key, 0) + by
        self._changed[key] = None

    def count_own(self, scenario: str, name: str) -> None:
        """Add one to the counter `{scenario}.{name}`."""
        self.count(self._bounded(f"{scenario}.", name))

    def value(self, key: str) -> int:
        """Return a counter."""
        return self._values.get(key, 0)

    def _bounded(self, family: str, name: str) -> str:
        """Return the counter ``name`` of a family, `other` when it has too many."""
        key = family + name
        if key in self._values:
            return key
        names = sum(known.startswith(family) for known in self._values)
        return key if names < LABELS else f"{family}other"

    def _flush(self) -> None:
        for key in self._changed:
            self._store.put(_TABLE, key, str(self._values[key]).encode())
        self._changed.clear()
