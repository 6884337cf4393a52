"""The publisher: takes from the pure city what is due and sends it; passes commands to it.

It follows the hub's city clock. While the broker is away nothing piles up: the city is a function
of time, so what was due meanwhile is asked for later, up to a bound.
"""

import asyncio
import signal
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict

import structlog

from hub.model import instant as instants
from hub.model.instant import MINUTE, SECOND, Duration, Instant
from hub.model.topic import CLOCK_TOPIC
from sensors.city.city import City
from sensors.city.errors import BadCommand, BadPlan
from sensors.city.message import Message
from sensors.city.size import of_devices
from sensors.clock import Clock
from sensors.control import (
    CLOCK_SET_TOPIC,
    STATUS_EVERY,
    STORY_TOPIC,
    Rate,
    encode,
)
from sensors.director import Director
from sensors.errors import BadOption
from sensors.ledger import Ledger
from sensors.link import Counts, Link, real_now
from sensors.options import Options, broker
from sensors.story_file import load_story
from sensors.summary import Summary

SLICE = 0.02
"""Seconds between two looks at what is due: below what a screen at 4 Hz can show."""
CLOCK_WAIT = 2.0
"""Seconds to wait for the hub's clock before city time is taken from the options."""
BACKLOG: Duration = 10 * MINUTE
"""Real time after which readings that could not be sent are given up (and counted)."""
MOST_COMMANDS = 1_000
"""Commands waiting to be obeyed: a burst for every sign many times over."""
DRAIN = 5.0
"""Seconds to wait for acknowledgements at the end of a counted run."""
FAREWELL = 0.8
"""Seconds for the same, and again for `offline`, when told to stop: within 2 s in all."""
REPORT_EVERY = 10.0
TURN_WAIT = 3.0
"""Seconds to wait for the hub to turn its clock."""

log = structlog.get_logger()


class Publisher:
    """One run of the sensors. Create it inside a running event loop."""

    def __init__(self, options: Options, ledger: Ledger) -> None:
        self._options = options
        self._ledger = ledger
        self._clock = Clock(options.start, options.speed)
        self._stop = asyncio.Event()
        self._commands: asyncio.Queue[tuple[str, str, bytes]] = asyncio.Queue(MOST_COMMANDS)
        self.counts = Counts()
        self._begun = asyncio.Event()
        self._news = asyncio.Event()
        # Built for a clock of rate 1; the period is set again when the clock has come over a link.
        self._city = _city(options)
        self._director = Director(
            self._city, options.seed, map(load_story, options.stories), options.story_at
        )
        self._links = self._connections()
        self._first = next(iter(self._links))
        self._turning = False

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
            tasks += [
                group.create_task(work()) for work in (self._answer, self._report, self._tell)
            ]
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
                filters=[gateway.command_filter, *(() if links else (CLOCK_TOPIC, STORY_TOPIC))],
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
            yield from self._city.cards(gateway, self._clock.now())
        yield self._city.status(gateway, self._clock.now())

    async def _live(self) -> None:
        await self._links[self._first].subscribed.wait()
        try:
            async with asyncio.timeout(CLOCK_WAIT):
                await self._clock.heard.wait()
        except TimeoutError:
            log.info("no city clock", city=instants.text(self._clock.now()), rate=self._clock.rate)
        since = self._clock.now()
        self._begin(since)
        self._begun.set()
        for link in self._links.values():
            await link.introduced.wait()
        if self._clock.heard.is_set() and self._options.speed != 1:
            await self._turn(self._options.speed)
        self._director.begin(self._clock.now())
        await self._pace(since)

    async def _turn(self, rate: float) -> None:
        """Ask the hub to turn its clock; go on, and say so, where it does not."""
        self._turning = True
        await self._send(
            Message(CLOCK_SET_TOPIC, encode(Rate(rate)), self._clock.now(), self._first)
        )
        deadline = asyncio.get_running_loop().time() + TURN_WAIT
        while self._clock.rate != rate:
            if asyncio.get_running_loop().time() > deadline:
                log.warning("the hub does not turn its clock", asked=rate, rate=self._clock.rate)
                return
            await asyncio.sleep(SLICE)

    async def _pace(self, since: Instant) -> None:
        """Send what is due, slice by slice, on absolute deadlines."""
        loop = asyncio.get_running_loop()
        deadline = loop.time()
        while True:
            until = self._clock.now()
            since = until if self._clock.jumped else self._caught_up(since, until)
            if self._clock.turned:
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
        self._clock.settle()
        if self._options.rate:
            self._city.begin(at, self._city.usual * self._clock.rate / self._options.rate)

    def _caught_up(self, since: Instant, until: Instant) -> Instant:
        """Return where to go on: later than ``since`` when too much was missed."""
        oldest = until - round(BACKLOG * self._clock.rate)
        if since < oldest:
            skipped = round((oldest - since) / SECOND * self._city.per_second)
            self.counts.skipped += skipped
            log.warning("readings given up", skipped=skipped)
            return oldest
        return since

    async def _send(self, message: Message) -> None:
        link = self._links[message.gateway]
        if link.full:
            await link.room()
        link.publish(message)

    def _heard(self, gateway: str, topic: str, payload: bytes) -> None:
        if topic == CLOCK_TOPIC:
            self._clock.follow(payload)
        elif topic == STORY_TOPIC:
            self._direct(payload)
        else:
            self._order(gateway, topic, payload)

    def _direct(self, payload: bytes) -> None:
        try:
            self._director.asked(payload, self._clock.now())
        except ValueError as error:  # BadStory, or no request at all
            self.counts.commands_bad += 1
            log.warning("bad request for a story", error=str(error)[:200])
        self._news.set()

    def _order(self, gateway: str, topic: str, payload: bytes) -> None:
        try:
            self._commands.put_nowait((gateway, topic, payload))
        except asyncio.QueueFull:
            self.counts.commands_dropped += 1

    async def _answer(self) -> None:
        """Let the devices obey, one command after the other."""
        while True:
            gateway, topic, payload = await self._commands.get()
            try:
                answers = self._city.obey(topic, payload, self._clock.now(), heard_by=gateway)
            except BadCommand as error:
                self.counts.commands_bad += 1
                log.warning("bad command", topic=error.topic[:200], error=error.detail[:200])
                continue
            self.counts.commands += 1
            for message in answers:
                self.counts.answers += 1
                await self._send(message)

    async def _tell(self) -> None:
        """Keep the retained status fresh, and log the stories' phases."""
        await self._begun.wait()
        while True:
            self._news.clear()
            now = self._clock.now()
            for story, phase in self._director.turns(now):
                log.info("story", name=story, phase=phase, city=instants.text(now))
            await self._send(self._director.status(now, real_now(), self._first))
            with suppress(TimeoutError):
                async with asyncio.timeout(STATUS_EVERY):
                    await self._news.wait()

    async def _report(self) -> None:
        last = self.counts.acknowledged
        while True:
            await asyncio.sleep(REPORT_EVERY)
            rate = (self.counts.acknowledged - last) / REPORT_EVERY
            last = self.counts.acknowledged
            up = sum(link.connected for link in self._links.values())
            log.info(
                "sensors", **asdict(self.counts), pending=self._pending(), per_second=rate,
                connections=f"{up}/{len(self._links)}", city=instants.text(self._clock.now()),
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
        now = self._clock.now()
        first = self._links[self._first]
        if first.connected:
            first.publish(self._director.farewell(now, self._first))
            if self._turning:
                first.publish(Message(CLOCK_SET_TOPIC, encode(Rate(1)), now, self._first))
        for name, link in self._links.items():
            if link.connected:
                link.publish(self._city.gateways[name].status(now, online=False))
        try:
            async with asyncio.timeout(FAREWELL):
                for link in self._links.values():
                    if link.connected:
                        await link.drained()
                    await link.close()
        except TimeoutError:
            log.warning("left without farewell")


def _city(options: Options) -> City:
    try:
        return City(options.seed, of_devices(options.devices), faults=options.faults)
    except BadPlan as error:
        raise BadOption("--devices", error.detail) from error
