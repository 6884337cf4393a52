"""Redrive: an event of the log comes again, for the scenario that missed it and for nobody else."""

from typing import Self

from msgspec import Struct
from msgspec.structs import replace

from hub.model.event import Event

REDRIVE = "redrive"
"""The flag of every event that comes again."""
LATE = "late"
_FOR, _AT = "for=", "at="


class Redrive(Struct, frozen=True):
    """What the flags of an event that comes again say.

    ``target`` is a scenario, or `scenario.handler` when one handler failed on it. ``first`` to
    ``last`` are the ordinals done with by it (the event is the last one); 0 when it was derived and
    never stood in the log before. ``late``: a newer one of its device was worked meanwhile.
    """

    target: str
    first: int = 0
    last: int = 0
    late: bool = False

    @property
    def scenario(self) -> str:
        """The scenario that missed it."""
        return self.target.partition(".")[0]

    @property
    def handler(self) -> str:
        """The title of the handler that failed; empty when the whole scenario missed it."""
        return self.target if "." in self.target else ""

    def mark(self, event: Event) -> Event:
        """Return the event as it comes again."""
        kept = [flag for flag in event.flags if not _ours(flag)]
        flags = [*kept, REDRIVE, f"{_FOR}{self.target}"]
        flags += [f"{_AT}{self.first}-{self.last}"] if self.last else []
        flags += [LATE] if self.late else []
        return replace(event, flags=tuple(flags))

    @classmethod
    def of(cls, event: Event) -> Self | None:
        """Return what an event's flags say; None when it comes for everybody."""
        if REDRIVE not in event.flags:
            return None
        target, first, last = "", 0, 0
        for flag in event.flags:
            if flag.startswith(_FOR):
                target = flag[len(_FOR) :]
            elif flag.startswith(_AT):
                begin, _, end = flag[len(_AT) :].partition("-")
                first, last = int(begin), int(end)
        return cls(target, first, last, LATE in event.flags) if target else None


def _ours(flag: str) -> bool:
    return flag in (REDRIVE, LATE) or flag.startswith((_FOR, _AT))
