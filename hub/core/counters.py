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
        key = f"{name}|{label}={value}" if label else name
        if label and key not in self._values:
            labels = sum(known.startswith(f"{name}|") for known in self._values)
            key = key if labels < LABELS else f"{name}|{label}=other"
        self._values[key] = self._values.get(key, 0) + by
        self._changed[key] = None

    def value(self, key: str) -> int:
        """Return a counter."""
        return self._values.get(key, 0)

    def _flush(self) -> None:
        for key in self._changed:
            self._store.put(_TABLE, key, str(self._values[key]).encode())
        self._changed.clear()
