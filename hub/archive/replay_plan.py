"""What a replay was asked for, made into the log that it replays."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path

from msgspec import Struct

from hub.archive.errors import BadReplay
from hub.archive.faults.file import load_faults
from hub.archive.faults.inject import Injection
from hub.archive.recording import Facts, read_facts, read_recording, read_verdicts
from hub.archive.replay_select import Selection, causes, check_filter, heard_by, merged
from hub.archive.replay_time import Times, instant, looped, moved
from hub.core.guard import verdicts
from hub.core.registry import Registry
from hub.model.event import Logged
from hub.model.instant import Instant
from hub.model.partition import Partitioning
from hub.model.verdict import Verdict
from hub.sdk.loading import folders, load

IMPORTED = "cityhub import"
"""`created_by` of a recording that holds nothing a hub derived."""


class Target(StrEnum):
    """Where a recording goes."""

    CORE = "core"
    MQTT = "mqtt"


class Plan(Struct, frozen=True):
    """All that shapes the replayed log. ``since``, ``until`` and ``times`` as the user wrote them.

    ``rounds`` 0: without end. ``now`` is the real instant at which the replay begins.
    """

    file: Path
    target: Target = Target.CORE
    rounds: int = 1
    topics: tuple[str, ...] = ()
    scenarios: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    times: str = ""
    faults: Path | None = None
    seed: int = 1
    as_recorded: bool = False
    setting: str = ""
    partitioning: Partitioning = Partitioning()
    now: Instant = 0

    def registry(self) -> Registry:
        """Return the scenarios that run; BadReplay names those there are."""
        known = {folder.name: folder for folder in folders(self.setting)}
        for name in self.scenarios:
            if name not in known:
                raise BadReplay(f"no scenario {name!r}", f"There are {', '.join(sorted(known))}")
        wanted = [known[name] for name in self.scenarios] or list(known.values())
        return Registry([load(folder) for folder in wanted])

    def verdicts(self) -> list[Verdict]:
        """Return what the recording says was stopped: a replay stops it too."""
        return verdicts(logged.event for logged in read_verdicts(self.file))

    def prepare(self) -> "Source":
        """Check it against the recording and return what to replay; BadReplay, BadRecording."""
        for pattern in self.topics:
            check_filter(pattern)
        facts = read_facts(self.file)
        selection = self._selection()
        if self.as_recorded and (self.faults or not selection.everything or self.rounds != 1):
            raise BadReplay(
                "as recorded means all of it, once", "Leave filters, --loop and --faults away"
            )
        injection = None
        if self.faults is not None:
            injection = Injection(load_faults(self.faults), self.seed, self.partitioning)
        return Source(self, facts, selection, self._times(), injection)

    def _selection(self) -> Selection:
        since = until = None
        if self.since or self.until:
            first = next(iter(read_recording(self.file)), None)
            begin = 0 if first is None else first.time
            since = instant(self.since, begin) if self.since else None
            until = instant(self.until, begin) if self.until else None
            if since is not None and until is not None and until < since:
                raise BadReplay("--to lies before --from", "Exchange them")
        types = heard_by(self.registry()) if self.scenarios else frozenset[str]()
        return Selection(self.topics, types, since, until)

    def _times(self) -> Times:
        word = self.times or ("now" if self.target is Target.MQTT else "original")
        if word == "original":
            return Times()
        if word == "now":
            return Times("now", self.now)
        return Times("anchor", instant(word, self.now))


class Source:
    """A checked replay: the log to come. ``total`` is 0 where nobody can say how many events."""

    def __init__(
        self,
        plan: Plan,
        facts: Facts,
        selection: Selection,
        times: Times,
        injection: Injection | None,
    ) -> None:
        self.facts = facts
        self.times = times
        self.injection = injection
        plain = selection.everything and injection is None and plan.rounds
        self.total = facts.total * plan.rounds if plain else 0
        self._plan = plan
        self._selection = selection

    def log(self) -> Iterator[Logged]:
        """Yield the replayed log."""
        rounds = self._plan.rounds
        log = self._once() if rounds == 1 else looped(self._once, rounds)
        if self._plan.target is Target.CORE and self.times.mode != "original":
            return moved(log, self.times.anchor)
        return iter(log)

    def _once(self) -> Iterable[Logged]:
        plan = self._plan
        log: Iterable[Logged] = read_recording(plan.file)
        if self.facts.run.get("created_by") != IMPORTED:
            log = merged(log)
            log = log if plan.as_recorded else causes(log, plan.partitioning)
        if not self._selection.everything:
            log = self._selection.take(log)
        return log if self.injection is None else self.injection.inject(log)
