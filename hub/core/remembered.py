"""What scenarios remember of a key: their states, and the memories of their rules."""

from msgspec import Struct

from hub.core.counters import Counters
from hub.core.errors import BadScenario
from hub.core.handler import Given, Handler, Role
from hub.core.lifetimes import Lifetimes
from hub.core.registry import Registry
from hub.core.schemas import Schemas
from hub.core.store import States, Store
from hub.core.timers import Timers
from hub.model.instant import Instant

_PAST = ":past"


class Remembered:
    """The keyed states and memories of a partition."""

    def __init__(
        self, store: Store, registry: Registry, timers: Timers, counters: Counters
    ) -> None:
        self.states = States(store, "state")
        self.memories = States(store, "memories")
        self._lifetimes = Lifetimes(store, timers, self.states, counters)
        self._schemas = Schemas(store)
        self._registry = registry
        self._timers = timers
        self._adopt()

    def check(self, fresh: Registry, scenario: str) -> None:
        """Raise BadScenario when new code could not read what is remembered."""
        for handler in fresh.of(scenario):
            if handler.state is not None:
                self._schemas.check(scenario, handler.state)
            self._check(handler, self.memories, handler.rule, handler.memory)
            self._check(handler, self.memories, f"{handler.rule}{_PAST}", handler.past)

    def _check(
        self, handler: Handler, table: States, name: str, type_: type[Struct] | None
    ) -> None:
        wrong = ""
        if type_ is not None:
            wrong = table.unreadable(f"{handler.scenario}.{name}|", type_)
        if wrong:
            problem = f"its {name} cannot be read by the new code: {wrong}"
            remedy = "Name the rule otherwise: it begins anew."
            raise BadScenario(handler.title, problem, remedy)

    def reread(self) -> None:
        """Read all anew from what is stored: by other types from now on."""
        self.states.reread()
        self.memories.reread()
        self._adopt()

    def _adopt(self) -> None:
        """Bring what is stored into the shape of the code; raise BadScenario where that fails."""
        for name, type_ in self._registry.states.items():
            self._schemas.adopt(name.partition(".")[0], type_)

    def keep_state(self, handler: Handler, name: str, raw: bytes, now: Instant) -> None:
        """Keep the state of a handler that succeeded."""
        self.states.keep(name, raw)
        lives = getattr(handler.state, "TTL", None)
        if lives is not None:
            self._lifetimes.touch(name, lives, now)

    def look(self, name: str, now: Instant) -> None:
        """Look at a state whose timer fired: it is forgotten when nobody used it for its TTL."""
        type_ = self._registry.states.get(name.partition("|")[0])
        self._lifetimes.look(name, getattr(type_, "TTL", None), now)

    def forget(self, scenario: str, key: str) -> None:
        """Drop all that a scenario remembers of a key, its timers too."""
        keyed = self._registry.keyed(scenario)
        for state in keyed.states:
            self.states.drop(f"{scenario}.{state}|{key}")
        for rule in keyed.rules:
            self.memories.drop(f"{scenario}.{rule}|{key}")
            self.memories.drop(f"{scenario}.{rule}{_PAST}|{key}")
        for timer in keyed.timers:
            self._timers.stop(scenario, timer, key)

    def give(self, handler: Handler, key: str, given: Given) -> None:
        """Put the memories of a rule's handler among what its call has."""
        if handler.memory is not None:
            given[Role.MEMORY] = self.memories.get(memory_of(handler, key), handler.memory)
        if handler.past is not None:
            given[Role.PAST] = self.memories.get(past_of(handler, key), handler.past)

    def active(self, scenario: str, rule: str, key: str) -> bool:
        """Return whether a rule holds, or a device is silent, for a key."""
        found = [h for h in self._registry.of(scenario) if h.rule == rule and h.memory is not None]
        if not found or found[0].memory is None:
            return False
        memory = self.memories.get(memory_of(found[0], key), found[0].memory)
        return bool(memory.active)

    def keep(self, handler: Handler, key: str) -> None:
        """Keep the memories of a rule's handler, as it changed them."""
        if handler.memory is not None:
            self.memories.keep_or_drop(memory_of(handler, key), handler.memory)
        if handler.past is not None:
            self.memories.keep_or_drop(past_of(handler, key), handler.past)

    def undo(self, handler: Handler, key: str) -> None:
        """Forget what a failed handler of a rule did to its memories."""
        self.memories.undo(memory_of(handler, key))
        self.memories.undo(past_of(handler, key))


def state_of(handler: Handler, key: str) -> str:
    """Return the name of the state that a handler is given; empty when it has none."""
    return "" if handler.state is None else f"{handler.scenario}.{handler.state.__name__}|{key}"


def past_of(handler: Handler, key: str) -> str:
    """Return the name of the second memory of a handler's rule; empty when it has none."""
    return "" if handler.past is None else f"{handler.scenario}.{handler.rule}{_PAST}|{key}"


def memory_of(handler: Handler, key: str) -> str:
    """Return the name of the memory of a handler's rule; empty when it has none."""
    return "" if handler.memory is None else f"{handler.scenario}.{handler.rule}|{key}"
