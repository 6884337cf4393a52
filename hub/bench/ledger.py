"""What became of each reading: published, acknowledged, logged, shown, and when. Pure.

Reading ``n`` is the one of device ``n % devices``; times are seconds of one monotonic clock. One
thread publishes while another looks what arrives: each writes lists of its own.
"""

from collections import deque
from math import ceil

from msgspec import Struct

NEVER = 0.0


class Spread(Struct, frozen=True):
    """A latency in milliseconds over ``count`` readings: half, 99 of 100, and all within."""

    count: int
    p50: float | None = None
    p99: float | None = None
    max: float | None = None


class Account(Struct, frozen=True):
    """The ledger summed up.

    ``lost``: acknowledged and not in the log, or in the log and not worked. ``repeated``: more than
    once in the log (the broker sent it again), ``twice``: worked more than once.
    """

    published: int
    acknowledged: int
    logged: int
    repeated: int
    lost: int
    twice: int
    shown: int


class Ledger:
    """``bases``: the first sequence number of each device."""

    def __init__(self, bases: list[int]) -> None:
        self._bases = bases
        self._published: list[float] = []
        self._packets: list[int] = []
        self._answers: list[tuple[int, float]] = []
        self._times: dict[tuple[int, str], int] = {}
        self._logged: dict[int, float] = {}
        self._shown: dict[int, float] = {}
        self.repeated = 0

    # -- by the publishing threads ----------------------------------------------------------------

    def place(self, n: int) -> tuple[int, int]:
        """Return device and sequence number of reading ``n``."""
        turn, device = divmod(n, len(self._bases))
        return device, self._bases[device] + turn

    def published(self, device: int, time: str, packet: int, at: float) -> None:
        """Note the next reading: its device, its own time, its MQTT packet id."""
        self._times[device, time] = len(self._published)
        self._packets.append(packet)
        self._published.append(at)

    def answered(self, packet: int, at: float) -> None:
        """Note a PUBACK. It may come before `published` has been called."""
        self._answers.append((packet, at))

    # -- by the observers -------------------------------------------------------------------------

    def logged(self, device: int, sequence: int, at: float) -> None:
        """Note a reading that was found in the log."""
        n = (sequence - self._bases[device]) * len(self._bases) + device
        if n in self._logged:
            self.repeated += 1
        else:
            self._logged[n] = at

    def shown(self, device: int, time: str, at: float) -> None:
        """Note a reading that a screen got."""
        n = self._times.get((device, time))
        if n is not None:
            self._shown.setdefault(n, at)

    # -- summed up --------------------------------------------------------------------------------

    @property
    def sent(self) -> int:
        """Readings published so far."""
        return len(self._published)

    @property
    def arrived(self) -> int:
        """Readings found in the log so far."""
        return len(self._logged)

    def acknowledged(self) -> dict[int, float]:
        """Return when each reading was acknowledged.

        A packet id is used again only after its answer: the k-th answer is to the k-th use.
        """
        uses: dict[int, deque[int]] = {}
        for n, packet in enumerate(self._packets):
            uses.setdefault(packet, deque()).append(n)
        found: dict[int, float] = {}
        for packet, at in self._answers:
            if uses.get(packet):
                found[uses[packet].popleft()] = at
        return found

    def missing(self) -> int:
        """Return how many acknowledged readings are not in the log."""
        return len(self.acknowledged().keys() - self._logged.keys())

    def account(self, worked: list[int]) -> Account:
        """Sum up; ``worked``: readings of each device that the city took in during the run."""
        acknowledged = self.acknowledged()
        logged = [0] * len(self._bases)
        for n in self._logged:
            logged[n % len(self._bases)] += 1
        pairs = list(zip(worked, logged, strict=True))
        unworked = sum(max(0, there - done) for done, there in pairs)
        return Account(
            published=self.sent,
            acknowledged=len(acknowledged),
            logged=len(self._logged),
            repeated=self.repeated,
            lost=len(acknowledged.keys() - self._logged.keys()) + unworked,
            twice=sum(max(0, done - there) for done, there in pairs),
            shown=len(self._shown),
        )

    def to_puback(self) -> Spread:
        """Return publish → PUBACK."""
        return self._spread(self.acknowledged())

    def to_log(self) -> Spread:
        """Return publish → read from the log."""
        return self._spread(self._logged)

    def to_screen(self) -> Spread:
        """Return publish → received on the websocket, of the readings that were shown."""
        return self._spread(self._shown)

    def _spread(self, arrivals: dict[int, float]) -> Spread:
        published = self._published
        return spread([at - published[n] for n, at in arrivals.items() if n < len(published)])


def spread(seconds: list[float]) -> Spread:
    """Return the spread of durations in seconds, by nearest rank."""
    if not seconds:
        return Spread(0)
    ordered = sorted(seconds)

    def rank(share: float) -> float:
        return round(1_000 * ordered[max(0, ceil(share * len(ordered)) - 1)], 2)

    return Spread(len(ordered), rank(0.50), rank(0.99), rank(1.0))
