"""The machine of one partition: events in, state and outputs out. The same log, the same city.

Life of an event: the clock goes on (timers due before it fire), the hub's own types are taken in,
then the scenarios' handlers run, and what they derive for this partition runs to completion.
"""

from collections.abc import Callable
from hashlib import blake2b

import msgspec

from hub.core.builtin import Builtin
from hub.core.calls import Calls
from hub.core.changes import Cell, Changes
from hub.core.configs import Configs
from hub.core.controls import Controls
from hub.core.counters import Counters
from hub.core.delivery import Delivery
from hub.core.desk import Desk
from hub.core.devices import HUB, SILENT, Devices
from hub.core.errors import Cascade
from hub.core.failures import Failures
from hub.core.guard import NO_GUARD, Guard
from hub.core.hearing import Hearing
from hub.core.letters import Letters
from hub.core.lifetimes import EXPIRE
from hub.core.notice import notice
from hub.core.outlet import Outlet
from hub.core.quarantine import Quarantine, Standing
from hub.core.reasons import Reasons
from hub.core.registry import Registry
from hub.core.remembered import Remembered
from hub.core.returning import Returning
from hub.core.rules.rule import PARKED
from hub.core.screen import Screen
from hub.core.settlement import Settlement
from hub.core.signals import Signals
from hub.core.store import Store
from hub.core.timers import Due, Timers
from hub.core.witness import Witness
from hub.model.alert import Alert
from hub.model.event import LISTENING, TICK, Event, Listening, Logged, Position
from hub.model.instant import Instant
from hub.model.limits import CASCADE
from hub.model.output import Incident, Output
from hub.model.partition import Partitioning
from hub.model.redrive import REDRIVE, Redrive


class Machine:
    """One partition. ``cells`` are its tables as of input ordinal ``offset``.

    ``guard`` calls scenarios' code: the worker's stops it, a replay's knows what was stopped.
    ``watch`` is shown each event that a scenario derives, also one that stays in the partition.
    """

    def __init__(
        self,
        partition: str,
        registry: Registry,
        partitioning: Partitioning,
        *,
        cells: dict[Cell, bytes] | None = None,
        offset: int = 0,
        out: int = 0,
        time: Instant = 0,
        guard: Guard = NO_GUARD,
        watch: Callable[[Event], None] | None = None,
    ) -> None:
        self.partition = partition
        self.offset, self.time = offset, time
        self._taken = offset
        self._registry = registry
        self._guard = guard
        self._outlet = Outlet(partition, partitioning, out, watch)
        self._store = store = Store(cells)
        self._timers = Timers(store)
        self._hearing = Hearing(store)
        self._counters = Counters(store)
        self._letters = Letters(store, self._outlet.put, self._counters)
        self._devices = Devices(store, self._timers, self._hearing)
        self._screen = Screen(store, self._devices, self._outlet.put)
        self._quarantine = Quarantine(store, self._timers, self._turned)
        self._remembered = remembered = Remembered(store, registry, self._timers, self._counters)
        configs = Configs(store, registry.declarations)
        failures = Failures(
            self._position,
            letters=self._letters,
            outlet=self._outlet,
            quarantine=self._quarantine,
        )
        self._controls = Controls(
            registry=registry,
            guard=guard,
            outlet=self._outlet,
            failures=failures,
            quarantine=self._quarantine,
            remembered=remembered,
            configs=configs,
            show=self._screen.show,
        )
        self._builtin = Builtin(
            outlet=self._outlet,
            devices=self._devices,
            screen=self._screen,
            counters=self._counters,
            desk=Desk(store, self._tell),
            letters=self._letters,
            quarantine=self._quarantine,
            controls=self._controls,
        )
        self._settlement = Settlement(
            outlet=self._outlet,
            screen=self._screen,
            timers=self._timers,
            signals=Signals(store),
            counters=self._counters,
            remembered=remembered,
        )
        self._calls = Calls(
            registry,
            partitioning,
            guard,
            configs=configs,
            witness=Witness(self._devices, self._hearing),
            remembered=remembered,
            devices=self._devices,
            failures=failures,
            settlement=self._settlement,
            reasons=Reasons(store, registry, self._timers, self._position),
        )
        self._delivery = Delivery(self._calls, self._quarantine, self._outlet)
        self._returning = Returning(
            registry=registry,
            calls=self._calls,
            devices=self._devices,
            letters=self._letters,
            quarantine=self._quarantine,
            counters=self._counters,
            remembered=remembered,
        )

    @property
    def out(self) -> int:
        """The ordinal of the last lossless output."""
        return self._outlet.out

    # -- the log's side ---------------------------------------------------------------------------

    def apply(self, logged: Logged) -> None:
        """Take in the next event of the log."""
        event = logged.event
        self.offset = logged.position.ordinal
        away = self._guard.at(self.partition, self.offset)
        if away is not None:
            self._controls.meet(away, logged.position, logged.time)
            self._drain(f"{self.partition}.{self.offset}.load", logged.time)
        again = bool(event.flags) and REDRIVE in event.flags
        if event.type == LISTENING and not again:
            self._listen(event, logged.time)
        self.advance(logged.time)
        if event.type != TICK or again:  # what failed at a tick comes again with it
            self._run(f"{self.partition}.{logged.position.ordinal}", event, logged.time)

    def _listen(self, event: Event, now: Instant) -> None:
        """Take in that ingest went deaf or hears again.

        What was due before the deafness began fires first; what would have been due within it is
        moved, because nobody listened.
        """
        try:
            change = msgspec.json.decode(event.data, type=Listening)
        except msgspec.DecodeError as error:
            detail = str(error)
            self._letters.event(self._position(), now, event, reason="schema", detail=detail)
            return
        self.advance(min(change.since, now) if change.hearing and not self._hearing.deaf else now)
        self._hearing.note(change, now)
        if change.hearing:
            self._devices.watch_again(now)
            self._timers.wake(PARKED, now)

    def advance(self, time: Instant) -> None:
        """Fire the timers due until ``time``, each with its due time as now."""
        while not self.quiet(time) and (due := self._timers.next_due()) is not None and due <= time:
            self.fire()
        self.time = max(self.time, time)

    def quiet(self, until: Instant) -> bool:
        """Return whether surely no timer is due until then."""
        return self._timers.quiet(until)

    def next_due(self) -> Instant | None:
        """Return when the next timer is due."""
        return self._timers.next_due()

    def next_timer(self) -> Due | None:
        """Return the next timer, and leave it."""
        return self._timers.peek()

    def fire(self) -> None:
        """Fire the next timer."""
        due, scenario, name, key, exercise = self._timers.pop()
        mark = blake2b(f"{due}|{scenario}|{name}|{key}".encode(), digest_size=8).hexdigest()
        cause = f"{self.partition}.t{mark}"
        self.time = max(self.time, due)
        if (scenario, name) == (HUB, SILENT):
            self._builtin.look(key, due)
            self._drain(cause, due)
            return
        if (scenario, name) == (HUB, EXPIRE):
            self._remembered.look(key, due)
            return
        if scenario in self._quarantine.active:
            self._timers.postpone(due, scenario, name, key, exercise=exercise)
            return
        handler = self._registry.timer(scenario, name)
        if handler is None:
            self._counters.count("timer-without-handler", "name", f"{scenario}.{name}")
            return
        self._calls.fire(handler, cause, due, key, exercise=exercise)
        self._drain(cause, due)

    def take(self) -> Changes:
        """Return what changed since the last time, for one commit."""
        changes = Changes(
            self._taken, self.offset, self.out, self.time, self._store.take(), self._outlet.take()
        )
        self._taken = self.offset
        return changes

    def outputs(self) -> list[Output]:
        """Return the outputs since the last time, where nothing is committed."""
        return self._outlet.take()

    def cells(self) -> list[tuple[Cell, bytes]]:
        """Return the whole state in a fixed order."""
        return list(self._store.cells())

    # -- one cause and what it derives ------------------------------------------------------------

    def _run(self, cause: str, event: Event, now: Instant) -> None:
        self._outlet.derive(event)
        self._drain(cause, now)

    def _drain(self, cause: str, now: Instant) -> None:
        queue = self._outlet.queue
        for count in range(CASCADE + 1):
            if not queue:
                return
            event = queue.popleft()
            if count == CASCADE:
                self._counters.count("cascaded", by=len(queue) + 1)
                queue.clear()
                failure = Cascade(cause, CASCADE)
                self._letters.event(
                    self._position(), now, event, reason="cascade", detail=str(failure)
                )
                return
            self._one(f"{cause}.{count}" if count else cause, event, now)

    def _one(self, cause: str, event: Event, now: Instant) -> None:
        if event.flags and (again := Redrive.of(event)) is not None:
            self._returning.take(again, cause, event, now, self._position())
            return
        route = self._registry.route(event.type)
        try:
            payloads = [] if route is None else route.decode(event.data)
            taken = self._builtin.take_in(event, now, self._position())
        except (msgspec.DecodeError, ValueError) as error:
            self._letters.event(self._position(), now, event, reason="schema", detail=str(error))
            return
        if route is not None:
            at = self._position()
            self._delivery.deliver(route, cause, event, now, payloads, taken, at)
        elif taken.run and event.type.startswith("city."):
            self._counters.count("unknown-type", "type", event.type)

    def _turned(
        self,
        scenario: str,
        standing: Standing,
        now: Instant,
        entered: bool,  # noqa: FBT001 told by position
    ) -> None:
        """Show that a scenario's quarantine begins or ends."""
        standing.types = self._registry.types(scenario)
        title = self._registry.title(scenario)
        for effect in notice(scenario, title, self.partition, standing, now, entered=entered):
            self._settlement.settle(HUB, effect, now)

    def _tell(self, alert: Alert, raw: bytes) -> None:
        self._outlet.put(Incident(alert.id, raw))

    def _position(self) -> Position:
        return Position(self.partition, self.offset)
