"""The show: asks sensors that already run to play stories, and shows the phases as they pass.

One city has one publisher; a second one would publish the same devices twice.
"""

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import msgspec
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from hub.model import instant as instants
from hub.model.instant import CityClock
from hub.model.topic import CLOCK_TOPIC
from sensors.city.message import Message
from sensors.city.story import Story
from sensors.control import (
    CLOCK_SET_TOPIC,
    STATUS_TOPIC,
    STORY_TOPIC,
    Playing,
    Rate,
    Request,
    Status,
    Wire,
    encode,
    minutes_of,
)
from sensors.ledger import Ledger
from sensors.link import Counts, Link, real_now
from sensors.options import Options, broker
from sensors.story_file import load_story

CONNECT_WAIT, STATUS_WAIT, CLOCK_WAIT, TAKEN_WAIT = 2.0, 1.0, 3.0, 5.0
"""Seconds to wait for the broker, for a running publisher's status, for the hub to turn its clock,
for the publisher to take a story over."""
LOOK = 0.25
"""Seconds between two looks at the stories."""
LEAVE = 2.0


@dataclass(frozen=True)
class _Guest:
    """The show's own connection: no device, no status."""

    id: str = "show"
    status_topic: str = ""


class Show:
    """One show of some stories. Create it inside a running event loop."""

    def __init__(self, options: Options, console: Console) -> None:
        self._options = options
        self._console = console
        self._stories = {name: load_story(name) for name in options.stories}
        self._status: Status | None = None
        self._clock = CityClock()
        self._stop = asyncio.Event()
        self._news = asyncio.Event()
        begun = asyncio.Event()
        begun.set()
        self._link = Link(
            _Guest(),
            broker(options.mqtt_url),
            protocol=options.protocol,
            client_id=options.client_id,
            filters=[CLOCK_TOPIC, STATUS_TOPIC],
            heard=self._heard,
            greeting=lambda _name, _fresh: (),
            begun=begun,
            counts=Counts(),
            ledger=Ledger(None),
        )

    async def run(self) -> bool:
        """Show the stories to their end; False at once when no publisher runs."""
        async with asyncio.TaskGroup() as group:
            life = group.create_task(self._link.run())
            try:
                found = await _within(CONNECT_WAIT, self._link.introduced)
                if found and await self._until(self._alive, STATUS_WAIT):
                    await self._play()
                    return True
                return False
            finally:
                await self._leave()
                life.cancel()

    async def _play(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        turned = self._options.speed != 1
        if turned:
            await self._turn()
        for name in self._stories:
            self._say(STORY_TOPIC, encode(Request(name, self._options.story_at)))
        if await self._until(lambda: set(self._stories) <= self._plays().keys(), TAKEN_WAIT):
            await self._watch()
        else:
            self._console.print("the running sensors did not take the story over: see their log")
        if self._stop.is_set():
            for name in self._stories:
                self._say(STORY_TOPIC, encode(Request(name, end=True)))
        if turned:
            self._say(CLOCK_SET_TOPIC, encode(Rate(1)))

    async def _turn(self) -> None:
        rate = self._options.speed
        self._say(CLOCK_SET_TOPIC, encode(Rate(rate)))
        if not await self._until(lambda: self._clock.rate == rate, CLOCK_WAIT):
            self._console.print(
                f"the hub did not turn its clock to {rate:g}; it goes on at {self._clock.rate:g}"
            )

    async def _watch(self) -> None:
        """Show a bar for each story until all are over, or told to stop."""
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[phase]}"),
        )
        with Progress(*columns, console=self._console) as progress:
            bars = {
                name: progress.add_task(story.title, total=story.minutes, phase="")
                for name, story in self._stories.items()
            }
            phases: dict[str, str] = {}
            while not self._stop.is_set():
                plays, now = self._plays(), self._clock.at(real_now())
                for name, play in plays.items():
                    if name in bars:
                        self._step(progress, bars[name], self._stories[name], play, phases)
                ends = [instants.parse(play.until) for name, play in plays.items() if name in bars]
                if not any(end > now for end in ends):
                    return
                await _within(LOOK, self._stop)

    def _step(
        self, progress: Progress, bar: TaskID, story: Story, play: Playing, phases: dict[str, str]
    ) -> None:
        minute = minutes_of(play, self._clock.at(real_now()))
        if minute < 0:
            progress.update(bar, phase=f"{-minute:.0f} min")
            return
        phase = story.phase(minute)
        if phases.get(story.name) != phase.title:
            phases[story.name] = phase.title
            progress.console.print(
                f"{story.title} {minute:4.0f} min  {phase.title}  {phase.title_en}"
            )
        progress.update(bar, completed=min(minute, story.minutes), phase=phase.title)

    def _plays(self) -> dict[str, Playing]:
        return {play.name: play for play in self._status.stories} if self._status else {}

    def _alive(self) -> bool:
        return self._status is not None and self._status.alive(real_now())

    def _say(self, topic: str, payload: bytes) -> None:
        self._link.publish(Message(topic, payload, 0, "show"))

    def _heard(self, _gateway: str, topic: str, payload: bytes) -> None:
        self._news.set()
        if not payload:
            self._status = None
            return
        try:
            if topic == CLOCK_TOPIC:
                self._clock = Wire.clock(payload)
            else:
                self._status = msgspec.json.decode(payload, type=Status)
        except ValueError as error:
            self._console.print(f"{topic}: {error}")

    async def _until(self, true: Callable[[], bool], seconds: float) -> bool:
        """Wait until what was heard makes something true, at most so long; return whether it is."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not true():
                    self._news.clear()
                    await self._news.wait()
        return true()

    async def _leave(self) -> None:
        if not self._link.connected:
            return
        try:
            async with asyncio.timeout(LEAVE):
                await self._link.drained()
                await self._link.close()
        except TimeoutError:
            self._console.print("the broker did not take the last requests")


async def _within(seconds: float, event: asyncio.Event) -> bool:
    """Wait for an event, at most so long; return whether it is set."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()
