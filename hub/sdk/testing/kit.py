"""The kit: a whole city under a test's hand. Time goes on only when the test says so."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from hub.core.city import City
from hub.model.action import Action
from hub.model.alert import Alert
from hub.model.command import Ack
from hub.model.control import Configured, Release, Reload
from hub.model.device import Card, Reporting
from hub.model.event import ACTION, CONFIGURED, LISTENING, RELEASE, RELOAD, Event, Listening
from hub.model.instant import Duration, Instant, parse
from hub.model.output import Output
from hub.model.partition import CITY, Partitioning
from hub.model.topic import Kind
from hub.sdk.testing import feed, golden
from hub.sdk.testing.errors import Diverged, KitError
from hub.sdk.testing.feed import Line, event_of, topic_of
from hub.sdk.testing.hand import Hand, Killed
from hub.sdk.testing.outcome import Outcome
from hub.sdk.testing.seen import Command, Seen
from hub.sdk.testing.source import Source, folder_of, registry

START: Instant = parse("2026-11-23T08:00:00+08:00")
"""When a test begins unless it says otherwise: a Monday morning in Shenyang."""
BATCH = 1_000
"""Events between two commits, as many as a worker takes at most."""

Value = str | int | float | bool | None
Step = tuple[str, Event] | Duration
"""What a test did: an event for a partition, or time that went by."""


class Kit(Outcome):
    """A city with some scenarios: folders, names of those that come with the hub, or objects.

    ``start`` is the log time at which it begins, ``batch`` the number of events between two
    commits, which only `crash` can tell, ``config`` what differs from the scenario's defaults.
    """

    def __init__(
        self,
        *scenarios: Source,
        start: Instant | str = START,
        batch: int = BATCH,
        partitioning: Partitioning | None = None,
        config: Mapping[str, Any] | None = None,
    ) -> None:
        self.start = self._now = parse(start) if isinstance(start, str) else start
        self.folder = folder_of(scenarios)
        self._registry = registry(scenarios)
        self._batch = batch
        self._seen = Seen()
        self._guard = Hand()
        self._city = City(
            self._registry, self._sink, partitioning, watch=self._sink, guard=self._guard
        )
        self._count = 0
        self._steps: list[Step] = []
        self._uncommitted = 0
        self._committed = (0, self._now)
        self._crash_in: int | None = None
        self._city.advance(self._now)
        if config:
            self.configure(**config)
        self._commit()

    # -- what happens -----------------------------------------------------------------------------

    @property
    def now(self) -> Instant:
        """The log time."""
        return self._now

    def card(
        self,
        device: str,
        *,
        kind: str,
        name: str = "",
        at: tuple[float, float] | None = None,
        period: float | None = None,
        via: str = "",
        attributes: Mapping[str, Value] | None = None,
        **more: Value,
    ) -> None:
        """Register the device of a topic `city/{district}/{domain}/{device}`.

        With ``period`` (seconds) it is periodic, else on-change; ``at`` is (lng, lat) WGS-84;
        ``attributes`` and ``more`` are the attributes of its card.
        """
        topic = topic_of(f"{device}/$device")
        reporting = Reporting() if period is None else Reporting("periodic", period)
        lng, lat = at or (None, None)
        facts = {**(attributes or {}), **more}
        value = Card(name or topic.device, kind, lng, lat, reporting, via=via, attributes=facts)
        self._give(event_of(topic, value, self._id()))

    def withdraw(self, device: str) -> None:
        """Withdraw a device's card: it is no longer there."""
        self._give(event_of(topic_of(f"{device}/$device"), None, self._id()))

    def status(self, device: str, *, online: bool) -> None:
        """Let the connection of a device, or of its gateway, go or come back."""
        word = "online" if online else "offline"
        self._give(event_of(topic_of(f"{device}/$status"), word, self._id()))

    def send(
        self,
        topic: str,
        data: object,
        *,
        time: Instant | str | None = None,
        id: str = "",  # noqa: A002 CloudEvents' own word
        sequence: str = "",
    ) -> None:
        """Let a device publish: ``data`` is a dict or a Payload, ``time`` the device's own word."""
        said = parse(time) if isinstance(time, str) else time
        self._give(event_of(topic_of(topic), data, id or self._id(), time=said, sequence=sequence))

    def event(
        self, type_: str, data: object, *, subject: str = "", district: str | None = None
    ) -> None:
        """Give a derived event as another scenario emits it: to `city`, or to a district."""
        partition = CITY if district is None else self._city.partitioning.of(district)
        event = feed.derived(
            type_, data, self._id(), subject=subject, time=self._now, district=district or ""
        )
        self._give(event, partition)

    def answer(self, command: Command, *, ok: bool = True, detail: str = "") -> None:
        """Let a device answer a command."""
        topic = topic_of(command.topic)
        topic = msgspec.structs.replace(topic, kind=Kind.ACK, name=command.id)
        self._give(event_of(topic, Ack(command.id, ok, detail), self._id()))

    def act(self, action: str, alert: Alert, *, answer: str = "", opinion: str = "已阅") -> None:
        """Let an operator `acknowledge` or `assess` an alert."""
        key = self._id()
        said = Action(key, action, alert.id, alert.version, "operator", opinion, answer)
        self._give(Event(key, "/hub/operator", ACTION, msgspec.json.encode(said)), CITY)

    def release(self, scenario: str) -> None:
        """Let an operator take a scenario out of quarantine."""
        data = msgspec.json.encode(Release(scenario))
        for partition in self._city.partitioning.names:
            self._give(Event(self._id(), "/hub/operator", RELEASE, data), partition)

    def configure(self, scenario: str = "", **values: Any) -> None:
        """Change fields of a scenario's configuration, as an operator does.

        Without ``scenario`` it is the only one of the kit. What it does not take is a KitError.
        """
        names = [each.name for each in self._registry.declarations if each.config is not None]
        name = scenario or (names[0] if len(names) == 1 else "")
        before = len(self.letters)
        data = msgspec.json.encode(Configured(name, values))
        for partition in self._city.partitioning.names:
            self._give(Event(self._id(), "/hub/operator", CONFIGURED, data), partition)
        if len(self.letters) > before:
            raise KitError(self.letters[-1].detail)

    def advance(self, duration: Duration) -> None:
        """Let time go by; timers fire when they are due."""
        if duration < 0:
            raise KitError("log time never goes back")
        self._do(duration)

    @contextmanager
    def deaf(self) -> Iterator[None]:
        """While this lasts the hub hears nobody, as when its ingest is down."""
        since = self._now
        self._listening(Listening(hearing=False, since=since))
        yield
        self._listening(Listening(hearing=True, since=since))

    def feed(self, file: str | Path) -> int:
        """Give a whole feed (JSONL, see `hub.sdk.testing.feed`); return how many lines."""
        count = 0
        for line in feed.read(self.path(file)):
            self.give(line)
            count += 1
        return count

    def give(self, line: Line) -> None:
        """Give one line of a feed; time goes on to the line's own."""
        self.advance(feed.instant(line.time, self.start) - self._now)
        if "/" in line.topic:
            said = None if line.said is None else feed.instant(line.said, self.start)
            self.send(line.topic, line.payload, time=said)
        else:
            self.event(line.topic, line.payload, subject=line.subject)

    # -- what goes wrong --------------------------------------------------------------------------

    def restart(self) -> None:
        """Stop in good order and begin again from the tables."""
        self._city.restart()
        self._commit()

    def crash(self) -> None:
        """Kill the city: what was not committed is lost, and worked again from the log.

        Raises Diverged when that leads to something else: a handler that does not hang on its
        state, its config and the event alone.
        """
        self._recover(whole=True)

    def crash_after(self, events: int) -> None:
        """Let the city be killed after so many more events."""
        self._crash_in = events

    def crash_in(self, handler: str) -> None:
        """Let the city be killed in the next run of a handler, when it has done its work."""
        self._guard.victim = handler

    def reload(self, *scenarios: Source) -> None:
        """Go on with the code of these scenarios, in place of all before; state is kept.

        KitError when it cannot read the state: then the old code goes on, as in the hub.
        """
        fresh, before = registry(scenarios), len(self.letters)
        self._commit()
        self._guard.fresh = fresh
        for declaration in fresh.declarations:
            key = self._id()
            data = msgspec.json.encode(Reload(declaration.name, key))
            for partition in self._city.partitioning.names:
                self._give(Event(key, "/hub/operator", RELOAD, data), partition)
        refused = [each.detail for each in self.letters[before:] if each.reason == "reload"]
        if refused:
            raise KitError(refused[0])
        self._registry = self._city.registry = fresh
        self._commit()

    # -- inside -----------------------------------------------------------------------------------

    def _give(self, event: Event, partition: str | None = None) -> None:
        """Append an event, to the partition of its district unless told otherwise."""
        home = self._city.partitioning.of(event.district)
        self._do((partition or home, event))
        if self._crash_in is not None:
            self._crash_in -= 1
            if self._crash_in <= 0:
                self.crash()
        self._uncommitted += 1
        if self._uncommitted >= self._batch:
            self._commit()

    def _do(self, step: Step) -> None:
        self._steps.append(step)
        if isinstance(step, int):
            self._now += step
            work: Callable[[], object] = partial(self._city.advance, self._now)
        else:
            partition, event = step
            work = partial(self._city.append, partition, event, self._now)
        try:
            work()
        except Killed:
            self._recover(whole=False)

    def _recover(self, *, whole: bool) -> None:
        """Work again what was not committed; what was lost is ``whole``, or ends in the middle."""
        steps, (count, time) = self._steps, self._committed
        lost = self._seen.forget(count)
        self._city.crash()
        self._steps, self._now, self._crash_in = [], time, None
        for step in steps:
            self._do(step)
        expected = [line for line, _ in golden.lines(lost)]
        found = golden.lines(self._seen.records[count:])
        found = found if whole else found[: len(expected)]
        if [line for line, _ in found] != expected:
            raise Diverged(f"after the crash: {golden.divergence(expected, found)}")

    def _commit(self) -> None:
        self._city.commit()
        self._steps, self._uncommitted = [], 0
        self._committed = (len(self._seen.records), self._now)

    def _listening(self, change: Listening) -> None:
        data = msgspec.json.encode(change)
        for partition in self._city.partitioning.district_names:
            self._give(Event(self._id(), "/hub/ingest", LISTENING, data), partition)

    def _id(self) -> str:
        self._count += 1
        return f"kit-{self._count}"

    def _sink(self, _: str, output: Output | Event) -> None:
        self._seen.take(self._city.causes, output)
