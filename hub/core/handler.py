"""One function of a scenario as the machine calls it: what starts it, and what it is given."""

import re
from collections.abc import Callable
from enum import IntEnum
from operator import itemgetter
from typing import Any

from msgspec import Struct

HANDLER_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}", re.ASCII)
"""Names of handlers and actions: they stand in ids, and these in topics."""


class Role(IntEnum):
    """What a parameter is given, decided by its annotation: its place in what a call has."""

    CONTEXT = 0
    PAYLOAD = 1
    STATE = 2
    CONFIG = 3
    WINDOW = 4
    MEMORY = 5
    """What a rule of the hub remembers of a key; this and the next are for rules alone."""
    PAST = 6
    """A second memory, for what is not needed with every event."""
    WITNESS = 7
    """What the hub knows of its devices."""


Given = list[Any]
"""All that one call has, by `Role`."""

Compiled = Callable[[Given], Any]
"""A function that picks what it needs."""


class Question(Struct, frozen=True):
    """A condition of a rule: it picks what it needs, perhaps a state."""

    ask: Compiled
    state: type[Struct] | None = None


class Handler(Struct, frozen=True):
    """What runs on a type of event, or on a timer.

    ``accepts`` narrows the events of a type by context and payload (a card of one kind), ``key``
    names the keyed states that the event belongs to, ``late`` lets readings in that are older than
    the device's last one. ``rule`` names the ``memory`` (and ``past``) of a time rule: its handlers
    return whether they changed it. An ``inner`` one is the rule's own, not the scenario's.
    """

    scenario: str
    name: str
    on: str
    function: Compiled
    roles: tuple[Role, ...]
    payload: type[Any] | None
    state: type[Struct] | None
    accepts: Callable[[Any, Any], bool] | None = None
    key: Compiled | None = None
    late: bool = False
    rule: str = ""
    memory: type[Struct] | None = None
    past: type[Struct] | None = None
    inner: bool = False

    @property
    def reads(self) -> bool:
        """Whether the function itself is given the payload, not only its conditions."""
        return Role.PAYLOAD in self.roles

    @property
    def title(self) -> str:
        """The name that an operator and a dead letter show."""
        return f"{self.scenario}.{self.name}"


def compiled(function: Callable[..., Any], roles: tuple[Role, ...]) -> Compiled:
    """Return ``function`` as one that picks its arguments out of what a call has."""
    if not roles:
        return lambda _: function()
    if len(roles) == 1:
        only = roles[0]
        return lambda given: function(given[only])
    pick = itemgetter(*roles)
    return lambda given: function(*pick(given))
