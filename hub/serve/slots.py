"""A small number for each entity on the screen, by which column frames name it. Pure."""

from collections.abc import Container
from heapq import heappop, heappush


class Slots:
    """Slots within each layer: the same for all views, as long as the entity is on the screen."""

    def __init__(self) -> None:
        self._slots: dict[str, int] = {}
        self._free: dict[str, list[int]] = {}
        self._used: dict[str, int] = {}

    def of(self, id_: str, layer: str) -> int:
        """Return an entity's slot; the lowest free one of its layer when it has none yet."""
        slot = self._slots.get(id_)
        if slot is None:
            free = self._free.get(layer)
            if free:
                slot = heappop(free)
            else:
                slot = self._used.get(layer, 0)
                self._used[layer] = slot + 1
            self._slots[id_] = slot
        return slot

    def keep(self, ids: Container[str]) -> None:
        """Give back the slots of all others, when every view begins anew."""
        for id_ in [each for each in self._slots if each not in ids]:
            self.release(id_, id_.partition("/")[0])

    def release(self, id_: str, layer: str) -> None:
        """Give back the slot of an entity that left the screen, after all views were told."""
        slot = self._slots.pop(id_, None)
        if slot is not None:
            heappush(self._free.setdefault(layer, []), slot)
