"""One player: moves a wall of its own through the archive, as its client orders.

The wall, its channels and the client are those of `/ws/city`: what is sent, and how a slow line is
dealt with, is decided there. Reading and decoding happen in a thread; what was read is applied
here, a little at a time, so that the living city's screens do not wait.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import Literal, ParamSpec, TypeVar

import structlog
from msgspec import Struct

from hub.archive.errors import BadRecording
from hub.archive.output_recording import Keyframe
from hub.archive.reel import Item
from hub.archive.spans import Span, span
from hub.log.clock import real_now
from hub.log.vitals import Vitals
from hub.model.instant import DAY, MINUTE, SECOND, Duration, Instant
from hub.serve.client import Client
from hub.serve.frames import Moment, Played
from hub.serve.history.sessions import Sessions
from hub.serve.history.state import (
    ITEMS,
    State,
    changes_an_alert,
    read_to_incident,
    state_at,
)
from hub.serve.incidents import Incidents
from hub.serve.wall import Wall

SLOWEST, FASTEST = 0.1, 40.0
"""Speeds that are taken: beyond, a person sees nothing any more."""
LONGEST_STEP: Duration = DAY
WALKED: Duration = 10 * MINUTE
"""Steps on up to this are played through; longer ones jump."""
OUTPUTS_AT_ONCE = 500
"""Outputs applied before the other screens have their turn: about a millisecond."""
BEAT_SECONDS = 1.0
INTERNAL = 1011

log = structlog.get_logger()

P = ParamSpec("P")
T = TypeVar("T")


class Order(Struct, frozen=True):
    """What a client wants: `play`, `pause`, `seek` (``at``), `step` (``by``, None: to an alert)."""

    kind: Literal["play", "pause", "seek", "step"]
    speed: float | None = None
    at: Instant = 0
    by: Duration | None = None


class Player:
    """Plays one epoch of the archive on its ``wall``; ``period`` in seconds between two frames."""

    def __init__(self, sessions: Sessions, within: Span, vitals: Vitals, period: float) -> None:
        self.wall = Wall(vitals, self.moment)
        self.wall.epoch = f"history:{within.epoch}"
        self.state: Literal["playing", "paused", "seeking", "ended"] = "seeking"
        self.speed = 1.0
        self.at = within.end
        self._sessions = sessions
        self._archive = sessions.archive
        self._span = within
        self._period = period
        self._orders: deque[Order] = deque()
        self._wake = asyncio.Event()
        self._stopped = False
        self._city: State | None = None
        self._anchor = (self.at, monotonic())
        self._second = self._beaten = monotonic()

    def moment(self) -> Moment:
        """Return the stamps of a frame that is made now."""
        played = Played(self.state, self.speed, self._span.start, self._span.end)
        rate = self.speed if self.state == "playing" else 0.0
        return Moment(real_now(), self.at, rate, 0, played)

    def order(self, order: Order) -> None:
        """Have something done; of several seeks in a row only the last one is."""
        if order.kind == "seek" and self._orders and self._orders[-1].kind == "seek":
            self._orders.pop()
        self._orders.append(order)
        self._wake.set()

    def stop(self) -> None:
        """Have `run` end."""
        self._stopped = True
        self._wake.set()

    async def run(self, client: Client, at: Instant, speed: float | None) -> None:
        """Show a moment, then do as ordered; a file that cannot be read closes the client."""
        try:
            await self._jump(at, "paused" if speed is None else "playing")
            if speed is not None:
                self._play(speed)
            while not self._stopped:
                self._wake.clear()
                while self._orders:
                    await self._obey(self._orders.popleft())
                if self.state in ("playing", "ended"):
                    await self._tick(client)
                await self._beat()
                await self._rest()
        except BadRecording as error:
            log.warning("history ends", path=str(error.path), error=str(error))
            client.close(INTERNAL, "archive-damaged")
        except FileNotFoundError as error:
            log.warning("history ends", error=str(error))
            client.close(INTERNAL, "archive-gone")
        finally:
            if self._city is not None:
                self._city.reel.close()

    # -- orders -----------------------------------------------------------------------------------

    async def _obey(self, order: Order) -> None:
        match order.kind:
            case "play":
                self._play(order.speed or self.speed)
            case "pause":
                self.state = "paused"
            case "seek":
                await self._jump(order.at, "paused" if self.state == "paused" else "playing")
            case "step" if order.by is None:
                await self._step_to_incident()
            case "step":
                await self._step(order.by)
        await self._beat(now=True)

    def _play(self, speed: float) -> None:
        self.speed, self.state = speed, "playing"
        self._anchor = (self.at, monotonic())

    async def _jump(self, at: Instant, then: Literal["playing", "paused"]) -> None:
        """Show another moment: a snapshot follows."""
        self.state = "seeking"
        self.wall.beat(b"{}", ready=True)
        await self._look()
        at = self._span.clamp(at)
        if self._city is not None:
            self._city.reel.close()
            self._city = None
        self._city = city = await self._read(
            state_at, self._archive, self._span, at, self._sessions.tiles()
        )
        self.at, self.state = at, then
        self._anchor = (at, monotonic())
        self.wall.screen = city.screen
        self.wall.reload(self.wall.epoch, Incidents(city.incident))

    async def _step(self, by: Duration) -> None:
        self.state = "paused"
        if not 0 <= by <= WALKED:
            await self._jump(self.at + by, "paused")
            return
        await self._look()
        target = self._span.clamp(self.at + by)
        while self.at < target and not self._stopped:
            await self._on(target)
        self._shown()

    async def _step_to_incident(self) -> None:
        """Go on to the next change of an alert, unless another order comes first."""
        self.state = "paused"
        await self._look()
        while self._city is not None and not (self._orders or self._stopped):
            reel, end = self._city.reel, self._span.end
            items = await self._read(read_to_incident, reel, end, ITEMS)
            if await self._apply(items):
                return
            if not items:
                break
            self.at = max(self.at, items[-1][1].time)
            if changes_an_alert(items[-1]):
                break
        self._shown()

    # -- time -------------------------------------------------------------------------------------

    async def _tick(self, client: Client) -> None:
        """Bring the wall to where time is now."""
        behind = client.incident_seq < self.wall.incidents.last or client.socket.waiting
        from_, since = self._anchor
        if behind:
            self._anchor = (self.at, monotonic())
            return
        target = from_ + round((monotonic() - since) * self.speed * SECOND)
        if target >= self._span.end:
            await self._look()
            self.state = "ended" if target >= self._span.end else "playing"
            target = min(target, self._span.end)
        await self._on(target)
        if self.at < target or self.state == "ended":
            self._anchor = (self.at, monotonic())
        self._shown()

    async def _on(self, target: Instant) -> None:
        """Read on towards ``target``, as far as one reading goes."""
        if self._city is None:
            return
        items = await self._read(self._city.reel.read, target, ITEMS)
        if await self._apply(items):
            return
        self.at = max(self.at, target if len(items) < ITEMS else items[-1][1].time)

    async def _apply(self, items: list[Item]) -> bool:
        """Apply what was read; a gap in the archive is a jump to its end (True)."""
        city, count = self._city, 0
        if city is None:
            return True
        for item in items:
            if isinstance(item[1], Keyframe):
                await self._jump(item[1].time, "paused" if self.state == "paused" else "playing")
                return True
            change = city.take(item)
            city.tiles.note(change, city.screen)
            self.wall.take(change)
            count += len(item[1].outputs)
            if count >= OUTPUTS_AT_ONCE:
                count = 0
                await asyncio.sleep(0)
        return False

    def _shown(self) -> None:
        """Send what changed, with the tiles once a second."""
        if self._city is not None and monotonic() - self._second >= BEAT_SECONDS:
            self._second = monotonic()
            self.wall.take(self._city.tiles.compute(self._city.screen, self.at))
        self.wall.flush()

    async def _read(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Read in a thread, one player at a time."""
        async with self._sessions.turn:
            return await asyncio.to_thread(function, *args, **kwargs)

    async def _look(self) -> None:
        """See how far the archive has grown."""
        found = await self._read(span, self._archive, self._span.epoch)
        self._span = found or self._span

    async def _beat(self, *, now: bool = False) -> None:
        if now or monotonic() - self._beaten >= BEAT_SECONDS:
            self._beaten = monotonic()
            if self.state != "playing":
                await self._look()
            self.wall.beat(b"{}", ready=True)

    async def _rest(self) -> None:
        seconds = self._period if self.state == "playing" else BEAT_SECONDS
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return
