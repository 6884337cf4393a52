"""A message on its way to the hub, and the spells in which a fault has hold of a device. Pure."""

from random import Random

from msgspec import Struct, field

from hub.model.event import Event
from hub.model.instant import SECOND, Duration, Instant


class Item(Struct, frozen=True):
    """A message: ``time`` is when the hub gets it, ``body`` its bytes when they are damaged."""

    time: Instant
    partition: str
    event: Event
    body: bytes | None = None


class Spell(Struct):
    """One device in the hold of one fault, since ``begun`` until ``over`` (exclusive).

    ``chance`` is the device's own, ``count`` of its readings so far, ``kept`` what the fault
    remembers of the first.
    """

    chance: Random
    begun: Instant
    over: Instant
    count: int = 0
    kept: dict[str, object] = field(default_factory=dict)


class Hold:
    """When a fault has hold of one device: chances in the order of the device's own readings."""

    def __init__(self, seed: str, share: float) -> None:
        self._chance = Random(seed)  # noqa: S311 a seed, not a secret
        self.struck = self._chance.random() < share
        self._spell: Spell | None = None

    def of(
        self, time: Instant, probability: float, lasts: Duration | None, *, may_begin: bool
    ) -> Spell | None:
        """Return the spell that a reading at ``time`` falls into; None: it is spared.

        ``lasts`` None is for ever, 0 this reading alone.
        """
        if not self.struck:
            return None
        spell = self._spell
        if spell is None or time >= spell.over:
            self._spell = spell = None
            if may_begin and self._chance.random() < probability:
                over = FOREVER if lasts is None else time + max(lasts, 1)
                self._spell = spell = Spell(self._chance, time, over)
        if spell is not None:
            spell.count += 1
        return spell


FOREVER: Instant = 2**62
"""Later than any instant a log can hold."""


def seconds(value: float) -> Duration:
    """Return a duration given in seconds."""
    return round(value * SECOND)
