"""What operators do to a scenario as a whole: release, reload, configure it. Decided in `city`."""

from collections.abc import Callable, Mapping

import msgspec
from msgspec import Struct

from hub.core.configs import Configs
from hub.core.declaration import Declaration
from hub.core.effect import Picture
from hub.core.errors import BadConfig, BadScenario
from hub.core.failures import Failures
from hub.core.guard import Guard, Stopped
from hub.core.notice import reloaded
from hub.core.outlet import Outlet
from hub.core.quarantine import Quarantine
from hub.core.registry import Registry
from hub.core.remembered import Remembered
from hub.model.action import Action, Outcome, Result
from hub.model.control import Configured, Release, Reload
from hub.model.event import CONFIGURED, RELEASE, RELOAD, Event, Position
from hub.model.instant import Instant

NAMES = ("release", "reload", "redrive", "configure")
"""The actions on a scenario. `redrive` is noted here; what comes again follows it in the logs."""


class Controls:
    """Decides on actions whose target is a scenario, and carries them to every partition."""

    def __init__(
        self,
        *,
        registry: Registry,
        guard: Guard,
        outlet: Outlet,
        failures: Failures,
        quarantine: Quarantine,
        remembered: Remembered,
        configs: Configs,
        show: Callable[[Picture, Instant], None],
    ) -> None:
        self._registry = registry
        self._guard = guard
        self._outlet = outlet
        self._failures = failures
        self._quarantine = quarantine
        self._remembered = remembered
        self._configs = configs
        self._show = show
        self._aside: dict[str, Declaration] = {}

    def decide(self, action: Action, now: Instant) -> Outcome | None:
        """Return what becomes of an action; None when it is no scenario's affair."""
        if action.action not in NAMES:
            return None
        why = self._quarantine.away.get(action.target)
        if why is not None and action.action != "reload":
            return Outcome(action.key, Result.REFUSED, f"its code is not there: {why}")
        known = any(each.name == action.target for each in self._registry.declarations)
        if not known and action.action != "reload":
            return Outcome(action.key, Result.REFUSED, f"no scenario {action.target!r}")
        if action.action == "release":
            self._everywhere(RELEASE, Release(action.target), action.key, now)
        elif action.action == "reload":
            what = Reload(action.target, action.key)
            why = self.reload(what, now)
            if why:
                return Outcome(action.key, Result.REFUSED, why)
            self._elsewhere(RELOAD, what, action.key, now)
            self._show(reloaded(action.target, self._registry.title(action.target), now), now)
        elif action.action == "configure":
            wanted = Configured(action.target, action.values)
            why = self.configure(wanted)
            if why:
                return Outcome(action.key, Result.REFUSED, why)
            self._elsewhere(CONFIGURED, wanted, action.key, now)
        return Outcome(action.key, Result.DONE)

    def configure(self, what: Configured) -> str:
        """Change a scenario's configuration; return why not, and then it stays."""
        try:
            self._configs.configure(what.scenario, what.values)
        except BadConfig as error:
            return str(error)
        return ""

    def reload(self, what: Reload, now: Instant) -> str:
        """Exchange a scenario's code; return why not, and then the old goes on."""
        try:
            fresh = self._guard.reload(what)
            if fresh is not None:
                # What this partition could not read before it cannot read now.
                fresh = fresh.without({*self._quarantine.away} - {what.scenario})
                self._remembered.check(fresh, what.scenario)
                self._configs.check(fresh.declarations)
        except (BadScenario, Stopped) as error:
            self._failures.refused(what, now, str(error))
            return str(error)
        if fresh is not None:
            self._registry.become(fresh)
            self._remembered.reread()
            self._configs.reread(fresh.declarations)
        self._take_in(what.scenario, now)
        return ""

    def meet(self, away: Mapping[str, str], position: Position, now: Instant) -> None:
        """Leave out the scenarios whose code is not there, take in those that are there again."""
        before = self._quarantine.away
        for name in sorted({*away, *before}):
            why = away.get(name, "")
            if why == before.get(name, ""):
                continue
            if why:
                self._leave_out(name, position, now, why)
            else:
                self._take_in(name, now)
            self._failures.away(name, now, why)

    def _leave_out(self, name: str, position: Position, now: Instant, why: str) -> None:
        """Put aside code that a replay has, and that the worker had not."""
        if name in self._registry.declared:
            self._aside[name] = self._registry.declared[name]
            self._registry.become(self._registry.without({name}))
        self._quarantine.leave_out(name, position, now, why)

    def _take_in(self, name: str, now: Instant) -> None:
        aside = self._aside.pop(name, None)
        if aside is not None and name not in self._registry.declared:
            self._registry.become(Registry([*self._registry.declarations, aside]))
        self._quarantine.take_in(name, now)

    def _everywhere(self, type_: str, data: Struct, key: str, now: Instant) -> None:
        self._outlet.derive(_event(type_, data, key, now))
        self._elsewhere(type_, data, key, now)

    def _elsewhere(self, type_: str, data: Struct, key: str, now: Instant) -> None:
        for partition in self._outlet.partitions:
            if partition != self._outlet.partition:
                self._outlet.forward(partition, _event(type_, data, key, now))


def _event(type_: str, data: Struct, key: str, now: Instant) -> Event:
    return Event(key, "/hub/core", type_, msgspec.json.encode(data), now)
