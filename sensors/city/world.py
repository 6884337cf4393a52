"""What the city is told: stories that are played, road sections that are closed. Frozen values."""

from functools import cached_property

from hub.model.instant import HOUR, Duration, Instant
from sensors.city.geo import Point
from sensors.city.story import Effect, Play, Quantity, Story

REMEMBERED: Duration = 24 * HOUR
"""Past plays and closures that still matter: what is on its way began within this time."""


class World:
    """The plays and closures of a city; a new value for every change."""

    def __init__(
        self,
        plays: tuple[Play, ...] = (),
        closures: tuple[tuple[Instant, int, bool], ...] = (),
    ) -> None:
        """``closures`` are (since, index of the road section, closed) in order of time."""
        self.plays = plays
        self.closures = closures

    @cached_property
    def _effects(self) -> dict[Quantity, tuple[tuple[Play, Effect], ...]]:
        return {
            quantity: tuple(
                (play, effect)
                for play in self.plays
                for effect in play.story.effects
                if effect.quantity is quantity
            )
            for quantity in Quantity
        }

    def strength(self, quantity: Quantity, at: Instant, point: Point) -> float:
        """Return what all plays add to a quantity at an instant and a point."""
        effects = self._effects[quantity]
        if not effects:
            return 0.0
        return sum(play.strength(effect, at, point) for play, effect in effects)

    def span(self, quantity: Quantity) -> tuple[Instant, Instant] | None:
        """Return from when until when plays act on a quantity; None when none does."""
        plays = [play for play, _ in self._effects[quantity]]
        if not plays:
            return None
        return min(play.start for play in plays), max(play.until for play in plays)

    def chilled(self, usual: float, at: Instant, point: Point) -> float:
        """Return the temperature that the plays make of a usual one, in ℃."""
        for play, effect in self._effects[Quantity.TEMPERATURE]:
            usual += (effect.toward - usual) * min(1.0, play.strength(effect, at, point))
        return usual

    def closed(self, road: int, at: Instant) -> Instant | None:
        """Return since when a road section is closed at an instant; None when it is open."""
        since: Instant | None = None
        for moment, _, closed in self._of_road.get(road, ()):
            if moment <= at:
                since = moment if closed else None
        return since

    @cached_property
    def _of_road(self) -> dict[int, tuple[tuple[Instant, int, bool], ...]]:
        found: dict[int, list[tuple[Instant, int, bool]]] = {}
        for closure in self.closures:
            found.setdefault(closure[1], []).append(closure)
        return {road: tuple(closures) for road, closures in found.items()}

    def played(self, story: Story, at: Instant) -> "World":
        """Return the world in which a story begins at an instant (the old ones forgotten)."""
        kept = tuple(play for play in self.plays if play.until > at - REMEMBERED)
        return World((*kept, Play(story, at)), self.closures)

    def called_off(self, name: str, at: Instant) -> "World":
        """Return the world in which the plays of a story that go on at an instant die away."""
        plays = tuple(
            Play(play.story, play.start, at)
            if play.story.name == name and play.until > at and play.ended is None
            else play
            for play in self.plays
            if play.story.name != name or play.start < at
        )
        return World(plays, self.closures)

    def barred(self, road: int, at: Instant, *, closed: bool) -> "World":
        """Return the world in which a road section is closed or opened at an instant."""
        if (self.closed(road, at) is not None) == closed:
            return self
        return World(self.plays, (*self._recent(at), (at, road, closed)))

    def _recent(self, at: Instant) -> tuple[tuple[Instant, int, bool], ...]:
        """Return the closures without those that a later one has replaced long ago."""
        old = [closure for closure in self.closures if closure[0] <= at - REMEMBERED]
        last = {closure[1]: closure for closure in old}
        shut = tuple(closure for closure in last.values() if closure[2])
        recent = tuple(closure for closure in self.closures if closure[0] > at - REMEMBERED)
        return (*shut, *recent)
