"""What a handler is given to look at and to act with. Its acts count only when it returns."""

import msgspec
from msgspec import Struct

from hub.core.declaration import Declaration, Layer
from hub.core.effect import Count, Effect, Emit, Forget, Hide, Picture, Timer
from hub.model.alert import Level, Signal
from hub.model.command import Command
from hub.model.device import Card, Device
from hub.model.event import EXERCISE, Event
from hub.model.instant import SECOND, Duration, Instant
from hub.model.limits import SAID_CHARACTERS
from hub.model.output import Job
from hub.model.partition import CITY, Partitioning
from hub.model.topic import Kind, Topic

SHORTEST_TIMER: Duration = SECOND
"""A timer runs at least this long: shorter means nothing, and a loop would never end."""

_encode = msgspec.json.Encoder().encode


class Context(Struct, eq=False):
    """One call of one handler: the event, the time, the device, and what the handler does.

    ``now`` is log time, in a timer its due time; ``time`` the data's own time, or ``now`` when the
    device's clock is not to be believed; ``key`` the key of the state.
    """

    # A Struct, because one is made for every call: four times as fast as a class with __init__.
    cause: str
    event: Event
    now: Instant
    time: Instant
    key: str
    late: bool
    quality: tuple[str, ...]
    _scenario: str
    _device: Device | None
    _partitioning: Partitioning
    _declared: Declaration
    effects: list[Effect] = []

    @property
    def card(self) -> Card | None:
        """The card of the event's device; None for an unregistered device or a derived event."""
        return None if self._device is None else self._device.card

    @property
    def district(self) -> str:
        """The 6-digit code of the district the event comes from; empty for none."""
        return self.event.district

    def emit(
        self, type_: str, data: Struct, *, district: str | None = None, subject: str | None = None
    ) -> None:
        """Derive an event of ``type_`` (`{scenario}.{name}`) for the `city` partition.

        With ``district`` it goes to the partition of that district instead. ``subject`` is what it
        is about and the key of who reads it; this key unless told.
        """
        partition = CITY if district is None else self._partitioning.of(district)
        event = Event(
            id=f"{self.cause}.{len(self.effects)}",
            source=f"/scenario/{self._scenario}",
            type=type_,
            data=_encode(data),
            time=self.time,
            district=district or self.event.district,
            subject=self.key if subject is None else subject,
            flags=(EXERCISE,) if self.event.exercise else (),
        )
        self.effects.append(Emit(partition, event))

    def raise_alert(
        self,
        kind: str,
        place: str,
        level: Level,
        title: str,
        *,
        text: str = "",
        at: tuple[float, float] | None = None,
        district: str | None = None,
        entity: str | None = None,
    ) -> None:
        """Raise the alert (kind, place), or tell its new level and words: an upsert by identity."""
        self.effects.append(
            Signal(
                scenario=self._scenario,
                kind=kind,
                place=place,
                active=True,
                kind_title=self._declared.alerts[kind],
                level=level,
                title=title[:SAID_CHARACTERS],
                text=text[:SAID_CHARACTERS],
                at=at,
                district=district or self.event.district or None,
                entity=entity,
                exercise=self.event.exercise,
            )
        )

    def clear_alert(self, kind: str, place: str) -> None:
        """Clear the alert (kind, place); nothing happens when it is not raised."""
        played = self.event.exercise
        self.effects.append(Signal(self._scenario, kind, place, active=False, exercise=played))

    def show(
        self,
        layer: Layer,
        name: str,
        title: str,
        data: Struct,
        *,
        at: tuple[float, float] | None = None,
        district: str | None = None,
        level: str | None = None,
        quality: tuple[str, ...] = (),
        stale: bool = False,
    ) -> None:
        """Show the entity ``name`` of a layer; shown for a device's event it goes stale with it.

        ``stale`` shows it as stale by itself: what it was made of is out of date.
        """
        self.effects.append(
            Picture(
                layer=layer.name,
                name=name,
                title=title,
                data=_encode(data),
                time=self.time,
                at=at,
                district=district or self.event.district or None,
                level=level,
                quality=self.quality + quality,
                stale=stale,
                device="" if self._device is None else self._device.source,
                lines=_lines(layer, data) if layer.charts and not stale else (),
            )
        )

    def hide(self, layer: Layer, name: str) -> None:
        """Take the entity ``name`` of a layer off the screen."""
        self.effects.append(Hide(f"{layer.name}/{name}"))

    def do(self, action: str, data: Struct) -> str:
        """Have an action of the scenario run after the commit; return its idempotency key."""
        spec = self._declared.actions[action]
        if not isinstance(data, spec.payload):
            words = f"action {action} takes {spec.payload.__name__}, not {type(data).__name__}"
            raise TypeError(words)
        id_ = self._id()
        job = Job(
            id=id_,
            scenario=self._scenario,
            action=action,
            json=_encode(data),
            deadline=spec.deadline,
            tries=spec.tries,
            exercise=self.event.exercise,
        )
        self.effects.append(job)
        return id_

    def command(
        self,
        name: str,
        *,
        district: str,
        domain: str,
        device: str,
        data: Struct,
        expires: Duration,
    ) -> str:
        """Send a command to a device after the commit; return its id, which the answer carries."""
        id_ = self._id()
        topic = str(Topic(district, domain, device, Kind.COMMAND, name))
        due = self.now + expires
        played = self.event.exercise
        self.effects.append(Command(id_, self._scenario, topic, name, _encode(data), due, played))
        return id_

    def _id(self) -> str:
        """Return the id of the next effect: the same in every replay."""
        partition, _, rest = self.cause.partition(".")
        return f"{partition}.{self._scenario}.{rest}.{len(self.effects)}"

    def start(self, name: str, after: Duration, *, key: str | None = None) -> None:
        """Start (or move) the timer ``name`` of this key, or of another ``key`` of the scenario.

        Its handler runs with the due time as now.
        """
        due = self.now + max(after, SHORTEST_TIMER)
        of = self.key if key is None else key
        self.effects.append(Timer(name, of, due, self.event.exercise))

    def stop(self, name: str, *, key: str | None = None) -> None:
        """Cancel the timer ``name`` of this key, or of another ``key`` of the scenario."""
        self.effects.append(Timer(name, self.key if key is None else key, None))

    def count(self, name: str) -> None:
        """Add one to the counter `{scenario}.{name}`, shown with the hub's own."""
        self.effects.append(Count(name))

    def forget(self) -> None:
        """Drop all that the scenario remembers of this key: states, timers, rules.

        What the handler does after it counts; what the state was changed to does not.
        """
        self.effects.append(Forget(self.key))

    def note(self, name: str, handler: str) -> None:
        """Count for the hub itself why a ``handler`` did not run."""
        self.effects.append(Count(name, handler))


def _lines(layer: Layer, data: Struct) -> tuple[tuple[str, Duration, float], ...]:
    """Return what a layer's charts draw of an entity; what is not known is no point."""
    found = [
        (f"{chart.name}.{field}", chart.span, getattr(data, field))
        for chart in layer.charts
        for field in chart.fields
    ]
    return tuple((name, span, float(value)) for name, span, value in found if value is not None)
