"""What the time rules have in common: a rule becomes handlers, timers and targets.

A target is the scenario's own function. The rule's own (inner) handlers watch events and timers,
keep a memory for each key, and run the target by an effect, in the same cause.
"""

from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from hub.core.context import Context
from hub.core.effect import Run, Timer
from hub.core.handler import Compiled, Given, Handler, Question, Role
from hub.core.window import Window
from hub.model.event import Event
from hub.model.instant import SECOND, Duration, Instant

SHORTEST: Duration = SECOND
"""Shortest duration of a rule: shorter than a tick means nothing."""

PARKED: Instant = 2**59
"""When a timer is due that waits until the hub hears again."""


class Rule(Struct, frozen=True):
    """A declared rule as the machine runs it."""

    handlers: tuple[Handler, ...] = ()
    timers: tuple[Handler, ...] = ()
    targets: tuple[Handler, ...] = ()


def inner(
    target: Handler,
    what: str,
    function: Compiled,
    memory: type[Struct],
    *questions: Question | None,
) -> Handler:
    """Return a rule's own handler on the type, key and view of its ``target``.

    It is given the state that its ``questions`` look at, none otherwise.
    """
    states = [each.state for each in questions if each is not None and each.state is not None]
    return replace(
        target,
        name=f"{target.name}:{what}",
        function=function,
        state=states[0] if states else None,
        rule=target.name,
        memory=memory,
        inner=True,
    )


def about_device(
    target: Handler, what: str, function: Compiled, memory: type[Struct], on: str
) -> Handler:
    """Return a rule's own handler for the hub's own events of devices."""
    handler = inner(target, what, function, memory)
    return replace(handler, on=on, payload=None, key=None, late=False)


def timed(target: Handler, what: str, function: Compiled, memory: type[Struct]) -> Handler:
    """Return the handler of a rule's own timer: its key is the timer's."""
    return about_device(target, what, function, memory, timer_of(target, what))


def timer_of(target: Handler, what: str) -> str:
    """Return the name of a rule's timer: no scenario's timer has a colon in it."""
    return f"{target.name}:{what}"


def start(ctx: Context, name: str, due: Instant) -> None:
    """Set a rule's timer for this key, to the microsecond."""
    ctx.effects.append(Timer(name, ctx.key, due, ctx.event.exercise))


def run(
    ctx: Context,
    target: Handler | None,
    event: Event,
    window: Window | None = None,
    *,
    active: bool | None = None,
) -> None:
    """Have the scenario's function run for this key, about ``event``."""
    if target is not None:
        ctx.effects.append(Run(target.name, event, window, active))


def slim(event: Event, *, data: bool) -> Event:
    """Return what is kept of a reading: where it came from, and its data if anybody asks for it."""
    return Event(
        id="",
        source=event.source,
        type=event.type,
        data=event.data if data else b"null",
        district=event.district,
        subject=event.subject,
        flags=event.flags,
    )


def forgetting(target: Handler, timer: str, memory: type[Struct], on: str) -> Handler:
    """Return the handler that drops a device's memory and timer when the device is gone."""

    def forget(given: Given) -> bool:
        ctx: Context = given[Role.CONTEXT]
        ctx.stop(timer)
        _reset(given[Role.MEMORY], memory)
        return True

    return about_device(target, "gone", forget, memory, on)


def _reset(memory: Struct, type_: Callable[[], Struct]) -> None:
    empty = type_()
    for name in memory.__struct_fields__:
        setattr(memory, name, getattr(empty, name))
