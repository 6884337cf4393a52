"""What scenarios remember of a key: their states, and the memories of their rules."""

from msgspec import Struct

from hub.core.errors import BadScenario
from hub.core.handler import Given, Handler, Role
from hub.core.registry import Registry
from hub.core.store import States, Store
from hub.core.timers import Timers

_PAST = ":past"


class Remembered:
    """The keyed states and memories of a partition."""

    def __init__(self, store: Store, registry: Registry, timers: Timers) -> None:
        self.states = States(store, "state")
        self.memories = States(store, "memories")
        self._registry = registry
        self._timers = timers

    def check(self, fresh: Registry, scenario: str) -> None:
        """Raise BadScenario when new code could not read what is remembered."""
        for handler in fresh.of(scenario):
            state = "" if handler.state is None else handler.state.__name__
            self._check(handler, self.states, state, handler.state)
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
            remedy = "Give what is new a default, or raise VERSION and migrate."
            raise BadScenario(handler.title, problem, remedy)

    def reread(self) -> None:
        """Read all anew from what is stored: by other types from now on."""
        self.states.reread()
        self.memories.reread()

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
