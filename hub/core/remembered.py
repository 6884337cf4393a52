"""What scenarios remember of a key: their states, and the memories of their rules."""

from hub.core.handler import Handler
from hub.core.registry import Registry
from hub.core.store import States, Store
from hub.core.timers import Timers


class Remembered:
    """The keyed states and memories of a partition."""

    def __init__(self, store: Store, registry: Registry, timers: Timers) -> None:
        self.states = States(store, "state")
        self.memories = States(store, "memories")
        self._registry = registry
        self._timers = timers

    def forget(self, scenario: str, key: str) -> None:
        """Drop all that a scenario remembers of a key, its timers too."""
        keyed = self._registry.keyed(scenario)
        for state in keyed.states:
            self.states.drop(f"{scenario}.{state}|{key}")
        for rule in keyed.rules:
            self.memories.drop(f"{scenario}.{rule}|{key}")
        for timer in keyed.timers:
            self._timers.stop(scenario, timer, key)


def state_of(handler: Handler, key: str) -> str:
    """Return the name of the state that a handler is given; empty when it has none."""
    return "" if handler.state is None else f"{handler.scenario}.{handler.state.__name__}|{key}"


def memory_of(handler: Handler, key: str) -> str:
    """Return the name of the memory of a handler's rule; empty when it has none."""
    return "" if handler.memory is None else f"{handler.scenario}.{handler.rule}|{key}"
