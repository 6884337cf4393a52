"""Redrive: letters' events and what a quarantined scenario missed are appended again, in order.

It reads the log and appends to it; whether an event still has to come again is decided by the
machine, in order, so two redrives at a time do no harm. A quarantined scenario is released by the
very entry that holds the last of what it missed: no newer event of a key comes before an older one.
"""

import asyncio
from collections.abc import AsyncIterator, Callable

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from redis.asyncio import Redis

from hub.core.quarantine import FAILURES, TABLE, Span, Standing
from hub.log.log import Log
from hub.log.tables import Tables
from hub.model.control import Release
from hub.model.event import RELEASE, Event, Logged
from hub.model.instant import Instant
from hub.model.letter import DeadLetter
from hub.model.limits import CLOCK_OFF
from hub.model.redrive import REDRIVE, Redrive

CHUNK = 200
"""Events appended at a time: some 50 ms of the worker's time, so that live ones come between."""
TRIES = 1_000
"""How often the last entry is tried: it must stand right behind what was read."""
WORKED_SECONDS = 30.0
"""How long the worker may take for a chunk before it is given up."""
LOOK_SECONDS = 0.02
SOURCE = "/hub/redrive"


class Report(Struct):
    """What came of a redrive in one partition, for one scenario.

    ``gone`` positions are no longer in the log; ``failed`` failed again; ``stopped`` says why it
    was given up.
    """

    partition: str
    scenario: str
    redriven: int = 0
    gone: int = 0
    failed: int = 0
    released: bool = False
    stopped: str = ""


class Plan(Struct):
    """What is to come again: letters (ordinal, handler), spans, and up to where in the log."""

    scenario: str
    letters: dict[int, list[str]]
    spans: list[Span]
    types: list[str]
    quarantined: bool

    @property
    def first(self) -> int:
        """The first position of all; 0 for an empty plan."""
        return min([*self.letters, *(span.first for span in self.spans)], default=0)

    @property
    def last(self) -> int:
        """The last position of all."""
        return max([*self.letters, *(span.last for span in self.spans)], default=0)

    @property
    def events(self) -> int:
        """How many events it is, as far as is known."""
        return sum(map(len, self.letters.values())) + sum(span.events for span in self.spans)

    def targets(self, logged: Logged) -> list[str]:
        """Return for whom an event of the log is to come again."""
        ordinal, event = logged.position.ordinal, logged.event
        found = list(self.letters.get(ordinal, ()))
        again = Redrive.of(event)
        mine = again is None or (again.scenario == self.scenario and not again.last)
        missed = any(span.first <= ordinal <= span.last for span in self.spans)
        if mine and missed and event.type in self.types:
            found.append(self.scenario)
        return found


class Redriver:
    """Redrives in one partition. ``now`` is city time."""

    def __init__(self, redis: Redis, partition: str, now: Callable[[], Instant]) -> None:
        self.partition = partition
        self._log = Log(redis, partition)
        self._tables = Tables(redis, partition)
        self._now = now

    async def plans(self, scenario: str = "", position: str = "") -> list[Plan]:
        """Return what there is to redrive, of one scenario or all, at one position or all."""
        letters: dict[str, dict[int, list[str]]] = {}
        async for name, raw in self._tables.scan("letters"):
            letter = msgspec.json.decode(raw, type=DeadLetter)
            owner = letter.handler.partition(".")[0]
            if owner and position in ("", letter.position):
                handlers = letters.setdefault(owner, {}).setdefault(int(name.rstrip("+")), [])
                if letter.handler not in handlers:
                    handlers.append(letter.handler)
        standings = {
            name: msgspec.msgpack.decode(raw, type=Standing)
            async for name, raw in self._tables.scan(TABLE)
        }
        found: list[Plan] = []
        for name in sorted({*letters, *standings}):
            standing = standings.get(name, Standing())
            if standing.away:  # its code is not there: after a reload
                continue
            spans = standing.missed
            if position:
                ordinal = int(position.rpartition("/")[2])
                inside = [span for span in spans if span.first <= ordinal <= span.last]
                spans = [Span(ordinal, ordinal, 1, span.late) for span in inside]
            quarantined = standing.since is not None and not position
            plan = Plan(name, letters.get(name, {}), spans, standing.types, quarantined)
            if scenario in ("", name) and (plan.events or plan.spans or quarantined):
                found.append(plan)
        return found

    async def run(self, plan: Plan, progress: Callable[[int], None]) -> Report:
        """Redrive; ``progress`` is told how many events were appended."""
        report = Report(self.partition, plan.scenario)
        newest = await self._newest(plan)
        chunk: list[Event] = []
        before = done = plan.first - 1
        async for logged in self._between(plan.first, plan.last):
            ordinal = logged.position.ordinal
            if done < plan.first:
                report.gone += sum(len(at) for o, at in plan.letters.items() if o < ordinal)
                report.gone += sum(s.events for s in plan.spans if s.last < ordinal)
            done = ordinal
            for target in plan.targets(logged):
                late = newest.get(logged.event.source, 0) > ordinal
                first = ordinal if "." in target else _first(plan.spans, before, ordinal)
                chunk.append(_again(logged, Redrive(target, first, ordinal, late)))
                before = ordinal if "." not in target else before
            if len(chunk) >= CHUNK:
                await self._append(chunk, plan, report, progress)
                chunk = []
            if report.stopped:
                return report
        if done < plan.first:
            report.gone = plan.events
        await self._append(chunk, plan, report, progress)
        if plan.quarantined and not report.stopped:
            await self._release(plan, max(done, plan.last), report)
        elif plan.spans and not report.stopped:
            await self._log.append([_release(plan.scenario, plan.last)], self._now())
        return report

    async def _append(
        self, chunk: list[Event], plan: Plan, report: Report, progress: Callable[[int], None]
    ) -> None:
        if not chunk:
            return
        end = (await self._log.append(chunk, self._now())).ordinal
        report.redriven += len(chunk)
        for _ in range(round(WORKED_SECONDS / LOOK_SECONDS)):
            if (await self._tables.committed()).offset >= end:
                break
            await asyncio.sleep(LOOK_SECONDS)
        else:
            report.stopped = f"the worker has not come to {self.partition}/{end}"
            return
        failed = await self._failed(plan.scenario, end - len(chunk), end)
        report.failed += len(failed)
        if plan.quarantined and report.failed >= FAILURES:
            report.stopped = f"it fails again: {failed[-1]}"
        progress(len(chunk))

    async def _failed(self, scenario: str, after: int, end: int) -> list[str]:
        """Return the handlers and errors of the letters that the appended events became."""
        found: list[str] = []
        async for name, raw in self._tables.scan("letters"):
            if after < int(name.rstrip("+")) <= end:
                letter = msgspec.json.decode(raw, type=DeadLetter)
                if letter.handler.partition(".")[0] == scenario:
                    found.append(f"{letter.handler}: {letter.detail.partition(chr(10))[0]}")
        return found

    async def _release(self, plan: Plan, done: int, report: Report) -> None:
        """Append the rest of what was missed and the release, right behind the newest event."""
        for _ in range(TRIES):
            head = (await self._log.head()).ordinal
            plan.spans = [Span(done + 1, head, 0, late=False)]
            rest = [
                _again(logged, Redrive(plan.scenario, ordinal, ordinal))
                for logged in await self._log.range(done + 1, head)
                for ordinal in [logged.position.ordinal]
                if plan.scenario in plan.targets(logged)
            ]
            if len(rest) > CHUNK:
                await self._log.append(rest, self._now())
                report.redriven += len(rest)
                done = head
                continue
            entry = [*rest, _release(plan.scenario, head)]
            if await self._log.append_after(head, entry, self._now()) is not None:
                report.redriven += len(rest)
                report.released = True
                return
        report.stopped = f"events came too fast to release it in order ({TRIES} tries)"

    async def _between(self, first: int, last: int) -> AsyncIterator[Logged]:
        while 0 < first <= last:
            page = await self._log.read(first - 1, 64)
            for logged in page:
                if logged.position.ordinal > last:
                    return
                yield logged
            if not page:
                return
            first = page[-1].position.ordinal + 1

    async def _newest(self, plan: Plan) -> dict[str, int]:
        """Return the newest ordinal of each device that the scenario has worked meanwhile."""
        begin = plan.spans[0].first if plan.spans else 0
        head = (await self._log.head()).ordinal
        end = begin - 1 if plan.quarantined and begin else head
        newest: dict[str, int] = {}
        async for logged in self._between(plan.first, end):
            event = logged.event
            worked = event.type.startswith("city.") and REDRIVE not in event.flags
            if worked and not plan.targets(logged):
                newest[event.source] = logged.position.ordinal
        return newest


def _first(spans: list[Span], before: int, ordinal: int) -> int:
    """Return from where on nothing else of the span is to come again."""
    span = next(span for span in spans if span.first <= ordinal <= span.last)
    return max(span.first, before + 1)


def _again(logged: Logged, what: Redrive) -> Event:
    """Return the event as it comes again, with the time it first came where its own is unknown."""
    event = logged.event
    off = event.time is None or abs(logged.time - event.time) > CLOCK_OFF
    return what.mark(replace(event, time=logged.time) if off and not what.late else event)


def _release(scenario: str, forget: int) -> Event:
    data = msgspec.json.encode(Release(scenario, forget))
    return Event(f"release-{scenario}-{forget}", SOURCE, RELEASE, data)
