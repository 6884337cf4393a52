"""The machine of one partition: events in, state and outputs out. The same log, the same city.

Life of an event: the clock goes on (timers due before it fire), the hub's own types are taken in,
then the scenarios' handlers run, and what they derive for this partition runs to completion.
"""

from collections import deque
from hashlib import blake2b

import msgspec
from msgspec import Raw

from hub.core.builtin import Builtin
from hub.core.changes import Cell, Changes
from hub.core.context import Context
from hub.core.counters import Counters
from hub.core.declaration import Handler, Role
from hub.core.desk import Desk
from hub.core.devices import HUB, SILENT, Devices, Heard
from hub.core.effect import Effect, Emit, Hide, Picture, Timer, checked
from hub.core.errors import Cascade
from hub.core.hearing import Hearing
from hub.core.letters import Letters
from hub.core.registry import Registry
from hub.core.screen import Screen
from hub.core.signals import Signals
from hub.core.store import States, Store
from hub.core.timers import Timers
from hub.core.trace import trace
from hub.model.alert import Alert, Signal
from hub.model.command import Command
from hub.model.event import LISTENING, TICK, Event, Listening, Logged, Position
from hub.model.instant import Instant, text
from hub.model.limits import CASCADE
from hub.model.output import Downlink, Forward, Incident, Output, Shown
from hub.model.partition import Partitioning

_json = msgspec.json.Encoder().encode


class Machine:
    """One partition. ``cells`` are its tables as of input ordinal ``offset``."""

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
    ) -> None:
        self.partition, self.partitions = partition, partitioning.names
        self.offset, self.out, self.time = offset, out, time
        self._taken = offset
        self._outputs: list[Output] = []
        self._registry = registry
        self._partitioning = partitioning
        self._store = store = Store(cells)
        self._states = States(store)
        self._timers = Timers(store)
        self._hearing = Hearing(store)
        self._counters = Counters(store)
        self._letters = Letters(store, self._put, self._counters)
        self._devices = Devices(store, self._timers, self._hearing)
        self._screen = Screen(store, self._devices, self._put)
        self._desk = Desk(store, self._tell)
        self._signals = Signals(store)
        self._builtin = Builtin(
            outlet=self,
            devices=self._devices,
            screen=self._screen,
            counters=self._counters,
            desk=self._desk,
            letters=self._letters,
        )
        self._queue: deque[Event] = deque()

    # -- the log's side ---------------------------------------------------------------------------

    def apply(self, logged: Logged) -> None:
        """Take in the next event of the log."""
        event = logged.event
        self.offset = logged.position.ordinal
        if event.type == LISTENING:
            self._listen(event, logged.time)
        self.advance(logged.time)
        if event.type != TICK:
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

    def advance(self, time: Instant) -> None:
        """Fire the timers due until ``time``, each with its due time as now."""
        while (due := self._timers.next_due()) is not None and due <= time:
            self.fire()
        self.time = max(self.time, time)

    def next_due(self) -> Instant | None:
        """Return when the next timer is due."""
        return self._timers.next_due()

    def fire(self) -> None:
        """Fire the next timer."""
        due, scenario, name, key = self._timers.pop()
        mark = blake2b(f"{due}|{scenario}|{name}|{key}".encode(), digest_size=8).hexdigest()
        cause = f"{self.partition}.t{mark}"
        self.time = max(self.time, due)
        if (scenario, name) == (HUB, SILENT):
            self._builtin.look(key, due)
            self._drain(cause, due)
            return
        handler = self._registry.timer(scenario, name)
        if handler is None:
            self._counters.count("timer-without-handler", "name", f"{scenario}.{name}")
            return
        event = Event(id=cause, source=f"/scenario/{scenario}", type=f"timer.{name}", subject=key)
        self._call(handler, self._context(handler, event, cause, now=due, key=key), None)
        self._drain(cause, due)

    def take(self) -> Changes:
        """Return what changed since the last time, for one commit."""
        changes = Changes(
            self._taken, self.offset, self.out, self.time, self._store.take(), self._outputs
        )
        self._taken, self._outputs = self.offset, []
        return changes

    def outputs(self) -> list[Output]:
        """Return the outputs since the last time, where nothing is committed."""
        outputs, self._outputs = self._outputs, []
        return outputs

    def cells(self) -> list[tuple[Cell, bytes]]:
        """Return the whole state in a fixed order."""
        return list(self._store.cells())

    # -- one cause and what it derives ------------------------------------------------------------

    def home(self, district: str) -> str:
        """Return the partition in which a district's devices are worked."""
        return self._partitioning.of(district)

    def derive(self, event: Event) -> None:
        """Queue an event of the hub itself, to run within this cause."""
        self._queue.append(event)

    def _run(self, cause: str, event: Event, now: Instant) -> None:
        self._queue.append(event)
        self._drain(cause, now)

    def _drain(self, cause: str, now: Instant) -> None:
        for count in range(CASCADE + 1):
            if not self._queue:
                return
            event = self._queue.popleft()
            if count == CASCADE:
                self._counters.count("cascaded", by=len(self._queue) + 1)
                self._queue.clear()
                failure = Cascade(cause, CASCADE)
                self._letters.event(
                    self._position(), now, event, reason="cascade", detail=str(failure)
                )
                return
            self._one(f"{cause}.{count}" if count else cause, event, now)

    def _one(self, cause: str, event: Event, now: Instant) -> None:
        decoder = self._registry.decoder(event.type)
        try:
            payload = None if decoder is None else decoder.decode(event.data)
            taken = self._builtin.take_in(event, now, self._position())
        except (msgspec.DecodeError, ValueError) as error:
            self._letters.event(self._position(), now, event, reason="schema", detail=str(error))
            return
        handlers = self._registry.on(event.type)
        if not handlers and taken.run and event.type.startswith("city."):
            self._counters.count("unknown-type", "type", event.type)
        for handler in handlers if taken.run else ():
            if taken.heard is None or handler.late or not taken.heard.late:
                self._offer(handler, cause, event, now, payload, taken.heard)

    def _offer(  # noqa: PLR0917 an event and what is known of it
        self,
        handler: Handler,
        cause: str,
        event: Event,
        now: Instant,
        payload: object,
        heard: Heard | None,
    ) -> None:
        """Run a handler once for each key that the event belongs to."""
        try:
            keys = (_about(event),) if handler.key is None else handler.key(event, payload)
        except Exception as error:  # noqa: BLE001 a stranger's code, as in `_call`
            self._failed(handler, event, now, error)
            return
        for index, key in enumerate(keys):
            unique = f"{cause}.{handler.name}" + (f".{index}" if index else "")
            context = self._context(handler, event, unique, now=now, key=key, heard=heard)
            self._call(handler, context, payload)

    def _call(self, handler: Handler, context: Context, payload: object) -> None:
        """Run one handler; what it did counts as a whole or not at all."""
        name, raw = "", b""
        if handler.state is not None:
            name = f"{handler.scenario}.{handler.state.__name__}|{context.key}"
        try:
            if handler.accepts is not None and not handler.accepts(context, payload):
                return
            handler.function(*self._arguments(handler, context, payload, name))
            if handler.state is not None:
                raw = self._states.checked(name, handler.state)
            effects = [checked(effect) for effect in context.effects]
        except Exception as error:  # noqa: BLE001 a stranger's code: rolled back, told, counted
            self._states.undo(name)
            self._failed(handler, context.event, context.now, error)
            return
        if name:
            self._states.keep(name, raw)
        for effect in effects:
            self._settle(handler, effect, context.now)

    def _arguments(
        self, handler: Handler, context: Context, payload: object, name: str
    ) -> list[object]:
        given: dict[Role, object] = {Role.CONTEXT: context, Role.PAYLOAD: payload}
        if handler.state is not None:
            given[Role.STATE] = self._states.get(name, handler.state)
        return [given[role] for role in handler.roles]

    def _failed(self, handler: Handler, event: Event, now: Instant, error: Exception) -> None:
        self._letters.event(
            self._position(),
            now,
            event,
            reason="handler-error",
            detail=trace(error),
            handler=handler.title,
        )

    def _context(
        self,
        handler: Handler,
        event: Event,
        cause: str,
        *,
        now: Instant,
        key: str,
        heard: Heard | None = None,
    ) -> Context:
        off = heard is not None and heard.clock_off
        return Context(
            scenario=handler.scenario,
            cause=cause,
            event=event,
            now=now,
            key=key,
            device=self._devices.get(event.source),
            partitioning=self._partitioning,
            titles=self._registry.titles[handler.scenario],
            time=None if off else event.time,
            late=heard is not None and heard.late,
            quality=("clock-off",) if off else (),
        )

    # -- effects ----------------------------------------------------------------------------------

    def _settle(self, handler: Handler, effect: Effect, now: Instant) -> None:
        match effect:
            case Picture():
                self._screen.show(effect, now)
            case Hide():
                self._screen.hide(effect.id)
            case Timer(due=None):
                self._timers.stop(handler.scenario, effect.name, effect.key)
            case Timer():
                self._timers.start(handler.scenario, effect.name, effect.key, effect.due or now)
            case Signal():
                event = self._signals.changed(effect, self.partition, now)
                if event is not None:
                    self._send(Emit("city", event))
            case Command():
                self.command(effect)
            case Emit():
                self._send(effect)

    def command(self, command: Command) -> None:
        """Put out a command for a device."""
        wire = {
            "id": command.id,
            "name": command.name,
            "expires": text(command.expires),
            "data": Raw(command.data),
        }
        self._put(Downlink(command.id, command.topic, command.expires, _json(wire)))

    def forward(self, partition: str, event: Event) -> None:
        """Put out an event for a partition, or run it here when it is this one."""
        self._send(Emit(partition, event))

    def _send(self, emit: Emit) -> None:
        if emit.partition == self.partition:
            self._queue.append(emit.event)
        else:
            self._put(Forward(emit.partition, emit.event))

    def _tell(self, alert: Alert, raw: bytes) -> None:
        self._put(Incident(alert.id, raw))

    def _put(self, output: Output) -> None:
        if not isinstance(output, Shown):
            self.out += 1
        self._outputs.append(output)

    def put(self, output: Output) -> None:
        """Put out something of the hub's own."""
        self._put(output)

    def _position(self) -> Position:
        return Position(self.partition, self.offset)


def _about(event: Event) -> str:
    """Return the usual key: what a derived event is about, else the device that reports.

    A device's own word on its subject is not asked: it could be another's state.
    """
    derived = event.source.startswith("/scenario/")
    return event.subject if derived else event.source.rpartition("/")[2]
