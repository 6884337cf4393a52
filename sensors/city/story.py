"""A story (剧本): what happens to the city, as data: curves over minutes, at a place or everywhere.

A story that is played has a start; its effects are functions of time, so a city with a story is
still a function of (seed, size, story, time).
"""

from enum import StrEnum
from itertools import pairwise

from msgspec import Struct

from hub.model.instant import MINUTE, Duration, Instant
from sensors.city.geo import Point, metres

FADE: Duration = 10 * MINUTE
"""City time in which the effects of a story that is called off die away (our default)."""


class Quantity(StrEnum):
    """What an effect acts on, and the unit of its curve."""

    RAIN = "rain"
    """mm/h, added."""
    TEMPERATURE = "temperature"
    """Share (0–1) of the way from the day's temperature to ``toward`` ℃."""
    GAS = "gas"
    """%LEL, added."""
    OCCUPANCY = "occupancy"
    """Share (0–1) of the free bays that fill up."""
    TRAFFIC = "traffic"
    """Share (0–1) of their speed that vehicles lose."""
    POLLUTION = "pollution"
    """µg/m³ of PM2.5, added; other pollutants come with it."""
    CALLS = "calls"
    """Share of calls to 120 that is added: 0.5 makes three of two."""


class Stop(Struct, frozen=True):
    """A point of an effect's path: where its centre is at a minute."""

    minute: float
    lng: float
    lat: float


class Effect(Struct, frozen=True):
    """One effect: ``curve`` is (minute, value), linear between, the end values beyond.

    Without ``path`` it is the same everywhere; else it is strongest at the path and falls with the
    square of the distance to nothing at ``radius`` metres.
    """

    quantity: Quantity
    curve: tuple[tuple[float, float], ...]
    path: tuple[Stop, ...] = ()
    radius: float = 0.0
    toward: float = 0.0

    def value(self, minute: float) -> float:
        """Return the curve's value at a minute of the story."""
        points = self.curve
        if minute <= points[0][0]:
            return points[0][1]
        for (m0, v0), (m1, v1) in pairwise(points):
            if minute < m1:
                return v0 + (v1 - v0) * (minute - m0) / (m1 - m0)
        return points[-1][1]

    def centre(self, minute: float) -> Point:
        """Return where the effect is strongest at a minute."""
        path = self.path
        if minute <= path[0].minute:
            return path[0].lng, path[0].lat
        for a, b in pairwise(path):
            if minute < b.minute:
                share = (minute - a.minute) / (b.minute - a.minute)
                return a.lng + (b.lng - a.lng) * share, a.lat + (b.lat - a.lat) * share
        return path[-1].lng, path[-1].lat

    def weight(self, minute: float, point: Point) -> float:
        """Return how much of the effect a point gets at a minute, from 0 to 1."""
        if not self.path:
            return 1.0
        share = metres(self.centre(minute), point) / self.radius
        return 0.0 if share >= 1 else 1 - share * share


class Phase(Struct, frozen=True):
    """A part of a story: from its minute to the next one's, with titles for people."""

    minute: float
    title: str
    title_en: str


class Story(Struct, frozen=True):
    """A story: phases in order, effects, and its length in ``minutes`` of city time."""

    name: str
    title: str
    title_en: str
    minutes: float
    phases: tuple[Phase, ...]
    effects: tuple[Effect, ...]

    def phase(self, minute: float) -> Phase:
        """Return the phase at a minute."""
        begun = [phase for phase in self.phases if phase.minute <= minute]
        return begun[-1] if begun else self.phases[0]


class Play(Struct, frozen=True):
    """A story played from ``start``; ``ended`` when it was called off before its end."""

    story: Story
    start: Instant
    ended: Instant | None = None

    @property
    def until(self) -> Instant:
        """When its last effect is over."""
        end = self.start + round(self.story.minutes * MINUTE)
        return end if self.ended is None else min(end, self.ended + FADE)

    def minute(self, at: Instant) -> float:
        """Return the story's minute at an instant."""
        return (at - self.start) / MINUTE

    def strength(self, effect: Effect, at: Instant, point: Point) -> float:
        """Return what an effect adds at an instant and a point."""
        if not self.start <= at < self.until:
            return 0.0
        minute = self.minute(at)
        weight = effect.weight(minute, point)
        if not weight:
            return 0.0
        fade = 1.0
        if self.ended is not None and at > self.ended:
            fade = 1 - (at - self.ended) / FADE
        return effect.value(minute) * weight * fade
