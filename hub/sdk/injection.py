"""What a function is given, decided by its annotations; each mistake told when it is loaded."""

import inspect
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct

from hub.core.context import Context
from hub.core.errors import BadScenario
from hub.core.handler import Compiled, Given, Question, Role, compiled
from hub.core.window import Window
from hub.model.command import Ack
from hub.model.event import Gone, Silence
from hub.model.instant import SECOND
from hub.model.output import Job
from hub.sdk.structs import Config, Payload, State

_OTHER_KINDS: tuple[tuple[Callable[[object], bool], str], ...] = (
    (inspect.iscoroutinefunction, "an async"),
    (inspect.isasyncgenfunction, "an async generator"),
    (inspect.isgeneratorfunction, "a generator"),
)
"""I/O and waiting belong into actions after the commit, never into a handler."""

_ANNOTATE = "Annotate it with Context, a Payload, a State or a Config: that decides what it gets."


class Injection(Struct, frozen=True):
    """What a function's parameters are, in order, and their types."""

    roles: tuple[Role, ...] = ()
    payload: type[Any] | None = None
    state: type[Struct] | None = None


def injection(where: str, function: Callable[..., Any], config: type[Config] | None) -> Injection:
    """Return what a function is given; ``config`` is the scenario's. Raise BadScenario."""
    roles: list[Role] = []
    payload: type[Any] | None = None
    state: type[Struct] | None = None
    for parameter, annotation in _annotations(where, function):
        role = _role(where, parameter, annotation, config)
        if role in roles:
            problem = f"two parameters are its {role.name.lower()}"
            raise BadScenario(where, problem, "Keep one.")
        roles.append(role)
        payload = annotation if role is Role.PAYLOAD else payload
        state = annotation if role is Role.STATE else state
    return Injection(tuple(roles), payload, state)


def condition(
    where: str,
    what: str,
    function: Callable[..., Any],
    given: Injection,
    *,
    config: type[Config] | None,
    allowed: tuple[Role, ...] = (Role.CONTEXT, Role.PAYLOAD, Role.STATE, Role.CONFIG),
) -> tuple[Question, Injection]:
    """Return a condition (``what`` names it), and what a call of the handler has with it.

    A function of one parameter without annotation is one of the payload, as a lambda is. ``given``
    is what the handler takes: both take the same payload and the same state.
    """
    if _is_of_payload(function):
        _check_payload(where, what, function, given)
        return Question(compiled(function, (Role.PAYLOAD,))), given
    found = injection(f"{what} of {where}", function, config)
    for role in found.roles:
        if role not in allowed:
            problem = f"{what} takes a {role.name.lower()}, which is not known yet"
            names = ", ".join(each.name.capitalize() for each in allowed)
            raise BadScenario(where, problem, f"It may take {names}.")
    for theirs, ours in ((found.payload, given.payload), (found.state, given.state)):
        if theirs is not None and ours is not None and theirs is not ours:
            problem = f"{what} takes {theirs.__name__}, the handler {ours.__name__}"
            raise BadScenario(where, problem, "Take the same in both.")
    merged = Injection(given.roles, given.payload or found.payload, given.state)
    return Question(compiled(function, found.roles), found.state), merged


def keyed(key: Compiled) -> Callable[[Given], tuple[str, ...]]:
    """Return a key function that gives names, one or several, or raises at run time."""

    def names(given: Given) -> tuple[str, ...]:
        found = key(given)
        if type(found) is str:
            return (found,)
        return msgspec.convert(found, tuple[str, ...], strict=True)

    return names


def _is_of_payload(function: Callable[..., Any]) -> bool:
    parameters = list(inspect.signature(function).parameters.values())
    return len(parameters) == 1 and parameters[0].annotation is inspect.Parameter.empty


def _check_payload(where: str, what: str, function: Callable[..., Any], given: Injection) -> None:
    """Refuse a condition on a payload that nobody says the type of; ``_`` is not looked at."""
    (name,) = inspect.signature(function).parameters
    if given.payload is None and not name.startswith("_"):
        problem = f"{what} reads the payload ({name!r}), and the handler takes none"
        raise BadScenario(where, problem, "Give the handler a parameter with a Payload type.")


def _annotations(where: str, function: Callable[..., Any]) -> list[tuple[str, Any]]:
    for is_other, what in _OTHER_KINDS:
        if is_other(function):
            raise BadScenario(where, f"it is {what} function", "A handler is a plain function.")
    return _parameters(where, function)


def _parameters(where: str, function: Callable[..., Any]) -> list[tuple[str, Any]]:
    try:
        hints = inspect.get_annotations(function, eval_str=True)
    except NameError as error:
        raise BadScenario(where, str(error), "Import what the annotation names.") from error
    parameters = inspect.signature(function).parameters
    for name, parameter in parameters.items():
        if parameter.kind is not inspect.Parameter.POSITIONAL_OR_KEYWORD:
            raise BadScenario(where, f"parameter {name!r} is not plain", "Take plain parameters.")
        if name not in hints:
            raise BadScenario(where, f"parameter {name!r} has no annotation", _ANNOTATE)
    return [(name, hints[name]) for name in parameters]


def _role(where: str, parameter: str, annotation: Any, config: type[Config] | None) -> Role:
    if annotation is Context:
        return Role.CONTEXT
    if isinstance(annotation, type) and issubclass(annotation, State):
        begin_empty(where, "state", annotation)
        if annotation.TTL is not None and annotation.TTL < SECOND:
            problem = f"{annotation.__name__}.TTL is {annotation.TTL} µs"
            raise BadScenario(where, problem, "It is a second or more: 7 * DAY.")
        return Role.STATE
    if isinstance(annotation, type) and issubclass(annotation, Config):
        if annotation is not config:
            own = "none" if config is None else config.__name__
            problem = f"parameter {parameter!r} is {annotation.__name__}, the scenario's is {own}"
            raise BadScenario(where, problem, "Declare Scenario(…, config=…) with this type.")
        return Role.CONFIG
    if annotation is Window:
        return Role.WINDOW
    if isinstance(annotation, type) and issubclass(annotation, Payload | Ack | Silence | Gone):
        return Role.PAYLOAD
    raise BadScenario(
        where,
        f"parameter {parameter!r} is annotated {annotation!r}",
        "It must be Context, a subclass of Payload, State or Config, Window, Ack, Silence or Gone.",
    )


def action_parameters(where: str, function: Callable[..., Any]) -> tuple[type[Payload], bool]:
    """Return the payload of an action and whether it takes the Job before it."""
    if not inspect.iscoroutinefunction(function):
        raise BadScenario(where, "it is no async function", "An action is for I/O: async def.")
    types = [annotation for _, annotation in _parameters(where, function)]
    takes_job = bool(types) and types[0] is Job
    rest = types[takes_job:]
    if len(rest) != 1 or not isinstance(rest[0], type) or not issubclass(rest[0], Payload):
        names = ", ".join(getattr(each, "__name__", str(each)) for each in types)
        problem = f"its parameters are ({names})"
        raise BadScenario(where, problem, "An action takes (Job, a Payload) or a Payload.")
    return rest[0], takes_job


def begin_empty(where: str, what: str, type_: type[Struct]) -> None:
    """Refuse a state or a configuration that has a field without a default."""
    try:
        type_()
    except TypeError as error:
        problem = f"{what} {type_.__name__} cannot begin empty: {error}"
        raise BadScenario(where, problem, "Give every field a default.") from error
