"""One screen: a writer that pulls from what all share.

No client has a queue. It has two places, ``seq`` on the telemetry plane and ``incident_seq`` on the
incident plane, and takes what follows them when it can take more. Behind by more than a delta it
gets a fresh snapshot; behind by more incidents than are kept it is told to come again.
"""

import asyncio

from hub.serve import frames
from hub.serve.errors import Gone, Stuck
from hub.serve.frames import Fragments
from hub.serve.socket import Socket
from hub.serve.subscription import Subscription
from hub.serve.wall import GOING_AWAY, Wall

TRY_AGAIN = 1013


class Client:
    """One screen: its view, its two places, and the writer that moves them on."""

    def __init__(
        self, wall: Wall, socket: Socket, subscription: Subscription, resume: int | None
    ) -> None:
        self.wall = wall
        self.socket = socket
        self.channel = wall.join(subscription)
        self.seq = -1
        self.incident_seq = -1 if resume is None else resume
        self.generation = wall.generation if resume is not None else -1
        self.beats = wall.beats
        self.wake = asyncio.Event()
        self.closing: tuple[int, str] | None = None
        self._greeted = False
        self._awaiting: int | None = None

    def subscribe(self, subscription: Subscription) -> None:
        """Change the view; a snapshot of it follows, and the incidents go on."""
        channel = self.wall.join(subscription)
        self.wall.leave(self.channel)
        self.channel, self.seq, self._awaiting = channel, -1, None
        self.wake.set()

    def ask(self) -> None:
        """Have a whole snapshot sent, alerts and all."""
        self.generation = -1
        self.wake.set()

    def took(self, seq: int) -> None:
        """Note that the client took a frame of columns in: it may have the next one."""
        if seq == self._awaiting:
            self._awaiting = None
            self.wake.set()

    def close(self, code: int, reason: str) -> None:
        """Have the writer say bye and close."""
        self.closing = self.closing or (code, reason)
        self.wake.set()

    async def write(self) -> None:
        """Send whatever is next until the connection ends; never raises for how it ends."""
        reason, code = "gone", GOING_AWAY
        try:
            await self._put(frames.hello(self.wall.epoch, self.wall.moment()))
            while True:
                self.wake.clear()
                while (frame := self._next()) is not None:
                    await self._put(frame)
                if self.closing is not None:
                    code, reason = self.closing
                    break
                await self.wake.wait()
        except Stuck:
            code, reason = TRY_AGAIN, "stuck"
        except Gone:
            self.wall.vitals.count("closed|reason=gone")
            self.socket.farewell([], code, reason)
            return
        self.wall.vitals.count(f"closed|reason={reason}")
        seq = max(self.seq, 0)
        self.socket.farewell(frames.bye(self.wall.epoch, seq, reason), code, reason)

    async def _put(self, frame: Fragments) -> None:
        before = self.socket.sent
        try:
            await self.socket.send(frame)
        finally:
            counters = self.wall.vitals
            counters.count("frames")
            counters.count("bytes", self.socket.sent - before)

    def _next(self) -> Fragments | None:
        """Return the frame that follows this client's places, and move them past it."""
        if self.closing is not None:
            return None
        frame = self._plane() if self.wall.loaded else None
        return frame or self._beat()

    def _plane(self) -> Fragments | None:
        """Return a snapshot, an incident or telemetry: in this order, so that none starves."""
        wall = self.wall
        if self.generation != wall.generation:
            return self._whole()
        if not wall.incidents.covers(self.incident_seq):
            self.close(TRY_AGAIN, "too-slow")
            return None
        if self.channel.paced and not self._greeted:
            return self._alerts(resumed=True)
        following = wall.incidents.next(self.incident_seq)
        # A client that resumes has its snapshot first.
        if (self._greeted or self.seq >= 0) and following is not None:
            previous, self.incident_seq = self.incident_seq, following[0]
            return frames.incident(wall.epoch, following[0], previous, following[1])
        if self._awaiting is not None or self.seq == self.channel.seq:
            return None
        return self._telemetry()

    def _beat(self) -> Fragments | None:
        wall = self.wall
        if self.beats == wall.beats or self.closing is not None:
            return None
        self.beats = wall.beats
        now = wall.moment()
        return self.channel.beat(wall.beats, wall.epoch, now, wall.parts, ready=wall.ready)

    def _whole(self) -> Fragments:
        wall = self.wall
        self.generation = wall.generation
        self.incident_seq = wall.incidents.last
        if self.channel.paced:
            self.seq, self._awaiting = -1, None
        else:
            self.seq = self.channel.seq
        return self._alerts(resumed=False)

    def _alerts(self, *, resumed: bool) -> Fragments:
        """Return a snapshot; of columns it has the alerts alone, unless the client has them."""
        wall, channel = self.wall, self.channel
        self._greeted = channel.paced
        body = frames.snapshot_body(None, ()) if resumed else channel.body(wall.screen)
        now, seq = wall.moment(), channel.seq
        return frames.snapshot(wall.epoch, seq, self.incident_seq, now, body, resumed=resumed)

    def _telemetry(self) -> Fragments:
        wall, channel = self.wall, self.channel
        last, self.seq = self.seq, channel.seq
        frame, whole = channel.since(
            last, wall.screen, wall.epoch, wall.moment(), self.incident_seq
        )
        if channel.paced:
            self._awaiting = self.seq
        if last >= 0:
            wall.vitals.count("dropped|reason=slow", channel.seq - 1 - last)
            wall.vitals.count("resyncs", int(whole))
        return frame
