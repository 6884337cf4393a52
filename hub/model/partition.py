"""Partitions: `city` and the district groups. Fixed when a log is created."""

from msgspec import Struct

from hub.model.district import DISTRICTS

CITY = "city"
"""Operator actions, the desk, and logic across districts."""


class Partitioning(Struct, frozen=True):
    """Which district's readings run in which partition: ``groups`` of 6-digit codes."""

    groups: tuple[tuple[str, ...], ...] = (tuple(d.code for d in DISTRICTS),)

    @property
    def names(self) -> tuple[str, ...]:
        """All partitions: `city` first, then `d1`, `d2` and so on."""
        return (CITY, *self.district_names)

    @property
    def district_names(self) -> tuple[str, ...]:
        """The partitions that take readings."""
        return tuple(f"d{index}" for index in range(1, len(self.groups) + 1))

    def of(self, district: str) -> str:
        """Return the partition of a district; an unknown district belongs to the first group."""
        for index, group in enumerate(self.groups, start=1):
            if district in group:
                return f"d{index}"
        return "d1"


def split(count: int) -> Partitioning:
    """Return ``count`` groups of districts of about equal population (greedy, deterministic)."""
    loads: list[tuple[int, list[str]]] = [(0, []) for _ in range(count)]
    for district in sorted(DISTRICTS, key=lambda d: (-d.people, d.code)):
        index = min(range(count), key=lambda i: (loads[i][0], i))
        load, codes = loads[index]
        loads[index] = (load + district.people, [*codes, district.code])
    return Partitioning(tuple(tuple(sorted(codes)) for _, codes in loads))
