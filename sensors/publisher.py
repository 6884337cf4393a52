"""The publisher: takes from the pure city what is due and sends it; passes commands to it.

It follows the hub's city clock. While the broker is away nothing piles up: the city is a function
of time, so what was due meanwhile is asked for later, up to a bound.
"""

import asyncio
import signal
from collections.abc import Iterable
from dataclasses import asdict, dataclass

import msgspec
import structlog

from hub.model import instant as instants
from hub.model.instant import MINUTE, SECOND, CityClock, Duration, Instant
from hub.model.topic import CLOCK_TOPIC
from sensors.city.city import City
from sensors.city.errors import BadCommand, BadPlan
from sensors.city.message import Message
from sensors.errors import BadOption
from sensors.ledger import Ledger
from sensors.link import Counts, Link, real_now
from sensors.options import Options, broker

SLICE = 0.02
"""Seconds between two looks at what is due: below what a screen at 4 Hz can show."""
CLOCK_WAIT = 2.0
"""Seconds to wait for the hub's clock before city time is taken from the options."""
BACKLOG: Duration = 10 * MINUTE
"""Real time after which readings that could not be sent are given up (and counted)."""
JUMP: Duration = SECOND
"""Real time by which a new clock may differ from the old one and still be the same clock."""
MOST_COMMANDS = 1_000
"""Commands waiting to be obeyed: a burst for every sign many times over."""
DRAIN = 5.0
"""Seconds to wait for acknowledgements at the end of a counted run."""
FAREWELL = 0.8
"""Seconds for the same, and again for `offline`, when told to stop: within 2 s in all."""
STATUS_EVERY = 10.0

log = structlog.get_logger()


@dataclass(frozen=True)
class Summary:
    """What `--json` prints at the end."""

    counts: Counts
    pending: int
    seconds: float

    def encode(self) -> str:
        """Return it as one JSON object."""
        flat = {**asdict(self.counts), "pending": self.pending, "seconds": round(self.seconds, 3)}
        return msgspec.json.encode(flat).decode()


class _Wire(msgspec.Struct, frozen=True):
    """The retained `cityhub/clock`."""

    city: str
    real: str
    rate: float


class Publisher:
    """One run of the sensors. Create it inside a running event loop."""

    def __init__(self, options: Options, ledger: Ledger) -> None:
        self._options = options
        self._ledger = ledger
        self._clock = _own_clock(options, real_now())
        self._clocked = asyncio.Event()
        self._turned = self._jumped = False
        self._stop = asyncio.Event()
        self._commands: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue(MOST_COMMANDS)
        self.counts = Counts()
        self._begun = asyncio.Event()
        # Built for a clock of rate 1; the period is set again when the clock has come over a link.
        self._city = _city(options)
        self._links = self._connections()

    def stop(self) -> None:
        """Ask for an orderly end: `offline`, then disconnect."""
        self._stop.set()

    async def run(self) -> Summary:
        """Publish until the options' end or `stop`."""
        began = real_now()
        async with asyncio.TaskGroup() as group:
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, self.stop)
            tasks = [group.create_task(link.run()) for link in self._links.values()]
            tasks += [group.create_task(self._answer()), group.create_task(self._report())]
            life = group.create_task(self._live())
            stop = group.create_task(self._stop.wait())
            limit = self._options.seconds or None
            await asyncio.wait({life, stop}, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
            life.cancel()
            await self._settle(FAREWELL if self._stop.is_set() else DRAIN)
            pending = self._pending()
            await self._leave()
            for task in (*tasks, stop):
                task.cancel()
        self._ledger.flush()
        return Summary(self.counts, pending, (real_now() - began) / SECOND)

    def _connections(self) -> dict[str, Link]:
        options, target = self._options, broker(self._options.mqtt_url)
        links: dict[str, Link] = {}
        for gateway in self._city.gateways.values():
            links[gateway.id] = Link(
                gateway,
                target,
                protocol=options.protocol,
                client_id=options.client_id,
                filters=[gateway.command_filter, *(() if links else (CLOCK_TOPIC,))],
                heard=self._heard,
                greeting=self._greeting,
                begun=self._begun,
                counts=self.counts,
                ledger=self._ledger,
            )
        return links

    def _greeting(self, gateway: str, fresh: bool) -> Iterable[Message]:  # noqa: FBT001 a callback
        """Yield a gateway's status, after its cards where the broker has forgotten the session."""
        if fresh:
            yield from self._city.cards(gateway, self._now())
        yield self._city.status(gateway, self._now())

    def _now(self) -> Instant:
        return self._clock.at(real_now())

    async def _live(self) -> None:
        first = next(iter(self._links.values()))
        await first.subscribed.wait()
        try:
            async with asyncio.timeout(CLOCK_WAIT):
                await self._clocked.wait()
        except TimeoutError:
            log.info("no city clock", city=instants.text(self._now()), rate=self._clock.rate)
        since = self._now()
        self._begin(since)
        self._begun.set()
        for link in self._links.values():
            await link.introduced.wait()
        await self._pace(since)

    async def _pace(self, since: Instant) -> None:
        """Send what is due, slice by slice, on absolute deadlines."""
        loop = asyncio.get_running_loop()
        deadline = loop.time()
        while True:
            until = self._now()
            since = until if self._jumped else self._caught_up(since, until)
            if self._turned:
                self._begin(since)
            for message in self._city.due(since, until):
                await self._send(message)
                if self._options.count and self.counts.sent >= self._options.count:
                    return
            self._ledger.flush()
            since = max(since, until)
            deadline = max(deadline + SLICE, loop.time())
            await asyncio.sleep(deadline - loop.time())

    def _begin(self, at: Instant) -> None:
        """Go on from a turned clock; with `--rate` the period depends on it, so devices reboot."""
        self._turned = self._jumped = False
        if self._options.rate:
            self._city.begin(at, _period(self._options, self._clock.rate))

    def _caught_up(self, since: Instant, until: Instant) -> Instant:
        """Return where to go on: later than ``since`` when too much was missed."""
        oldest = until - round(BACKLOG * self._clock.rate)
        if since < oldest:
            skipped = (oldest - since) * len(self._city.lots) // self._city.period
            self.counts.skipped += skipped
            log.warning("readings given up", skipped=skipped)
            return oldest
        return since

    async def _send(self, message: Message) -> None:
        link = self._links[message.gateway]
        if link.full:
            await link.room()
        link.publish(message)

    def _heard(self, topic: str, payload: bytes) -> None:
        if topic == CLOCK_TOPIC:
            self._follow(payload)
            return
        try:
            self._commands.put_nowait((topic, payload))
        except asyncio.QueueFull:
            self.counts.commands_dropped += 1

    def _follow(self, payload: bytes) -> None:
        try:
            wire = msgspec.json.decode(payload, type=_Wire)
            clock = CityClock(instants.parse(wire.city), instants.parse(wire.real), wire.rate)
        except ValueError as error:
            log.warning("bad city clock", error=str(error))
            return
        real = real_now()
        jump = abs(clock.at(real) - self._clock.at(real))
        if jump > JUMP * clock.rate or clock.rate != self._clock.rate:
            log.info("city clock", city=instants.text(clock.at(real)), rate=clock.rate)
            self._turned = True
            self._jumped |= jump > JUMP * clock.rate
        self._clock = clock
        self._clocked.set()

    async def _answer(self) -> None:
        """Let the devices obey, one command after the other."""
        while True:
            topic, payload = await self._commands.get()
            try:
                answers = self._city.obey(topic, payload, self._now())
            except BadCommand as error:
                self.counts.commands_bad += 1
                log.warning("bad command", topic=error.topic[:200], error=error.detail[:200])
                continue
            self.counts.commands += 1
            for message in answers:
                self.counts.answers += 1
                await self._send(message)

    async def _report(self) -> None:
        last = self.counts.acknowledged
        while True:
            await asyncio.sleep(STATUS_EVERY)
            rate = (self.counts.acknowledged - last) / STATUS_EVERY
            last = self.counts.acknowledged
            up = sum(link.connected for link in self._links.values())
            log.info(
                "sensors", **asdict(self.counts), pending=self._pending(), per_second=rate,
                connections=f"{up}/{len(self._links)}", city=instants.text(self._now()),
            )  # fmt: skip

    def _pending(self) -> int:
        return sum(link.pending for link in self._links.values())

    async def _settle(self, seconds: float) -> None:
        """Wait for acknowledgements, at most so long."""
        try:
            async with asyncio.timeout(seconds):
                for link in self._links.values():
                    if link.connected:
                        await link.drained()
        except TimeoutError:
            log.warning("not all acknowledged", pending=self._pending())

    async def _leave(self) -> None:
        now = self._now()
        for link in self._links.values():
            if link.connected:
                link.publish(link.gateway.status(now, online=False))
        try:
            async with asyncio.timeout(FAREWELL):
                for link in self._links.values():
                    if link.connected:
                        await link.drained()
                    await link.close()
        except TimeoutError:
            log.warning("left without farewell")


def _own_clock(options: Options, now: Instant) -> CityClock:
    if options.start is None and options.speed == 1:
        return CityClock()
    return CityClock(options.start if options.start is not None else now, now, options.speed)


def _period(options: Options, clock_rate: float) -> Duration:
    """Return the reporting period in city time that gives the wanted readings per real second."""
    return max(options.devices, round(options.devices / options.rate * SECOND * clock_rate))


def _city(options: Options) -> City:
    try:
        return City(options.seed, options.devices, faults=options.faults)
    except BadPlan as error:
        raise BadOption("--devices", error.detail) from error
