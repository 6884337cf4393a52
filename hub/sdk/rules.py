"""Time, declared: `hold`, `silent`, `tumbling` and `sliding`.

The hub keeps what a rule remembers of a key: it survives restarts, and goes on in a silent city.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from hub.core.errors import BadScenario
from hub.core.handler import Handler, Question, Role
from hub.core.rules.hold import Hold
from hub.core.rules.rule import SHORTEST, Rule
from hub.core.rules.silent import Silent
from hub.core.rules.windows import MOST_BUCKETS, Span, Windows
from hub.model.instant import DAY, Duration
from hub.model.limits import BACKFILL
from hub.sdk.building import Builder, Condition, F, Key
from hub.sdk.looks import Looks


class Ruled:
    """A function that a time rule runs; it may still be called like any other."""

    def __init__(
        self,
        build: Builder,
        function: Callable[..., None],
        target: Handler,
        rule: Callable[[Handler | None], Rule],
        lacks: tuple[Role, ...] = (Role.WINDOW,),
    ) -> None:
        self._build = build
        self._function = function
        self._target = target
        self._rule = rule
        self._lacks = lacks
        self._other: Handler | None = None

    def __call__(self, *arguments: Any) -> None:  # noqa: D102 as the function it stands for
        self._function(*arguments)

    def rule(self) -> Rule:
        """Return the rule as the machine runs it."""
        return self._rule(self._other)

    def _second(self, function: F) -> F:
        if self._other is not None:
            problem = f"{self._other.name} does it already"
            raise BadScenario(self._build.where(function), problem, "Keep one.")
        self._other = self._build.handler(function, self._target.on, lacks=(Role.WINDOW,))
        return function


class Held(Ruled):
    """What `hold` makes of a function."""

    def cleared(self, function: F) -> F:
        """Run when what held does so no longer."""
        return self._second(function)


class Quieted(Ruled):
    """What `silent` makes of a function."""

    def heard(self, function: F) -> F:
        """Run when a device that was silent is heard again."""
        return self._second(function)


class Windowed(Ruled):
    """What `tumbling` and `sliding` make of a function."""

    def late(self, function: F) -> F:
        """Run on a reading that is older than every window still open."""
        return self._second(function)


R = TypeVar("R", bound=Ruled)


class Rules(Looks):
    """The time rules of a scenario."""

    def __init__(self, name: str, build: Builder) -> None:
        super().__init__(name)
        self._build = build
        self._ruled: list[Ruled] = []

    def hold(
        self,
        type_: str,
        *,
        when: Condition,
        for_: Duration,
        until: Condition | None = None,
        key: Key | None = None,
        payload: type[Any] | None = None,
    ) -> Callable[[Callable[..., None]], Held]:
        """Run once ``when`` has been true for ``for_``; `.cleared` when ``until`` is true after it.

        Without ``until`` it ends when ``when`` is false. A reading for which ``when`` is false
        cancels what is pending, and so does the loss of the device; what holds is kept. The reading
        that ends it begins it anew where ``when`` is true. It counts in log time, without the time
        in which the hub could not hear. The last reading is given.
        """

        def decorate(function: Callable[..., None]) -> Held:
            self._at_least(function, "for_", for_)
            target = self._build.handler(function, type_, key=key, payload=payload)
            where = self._build.where(function)
            start, target = self._build.condition(target, where, "when", when)
            stop: Question | None = None
            if until is not None:
                stop, target = self._build.condition(target, where, "until", until)

            def rule(cleared: Handler | None) -> Rule:
                return Hold(target, when=start, until=stop, duration=for_, cleared=cleared).rule()

            return self._add(Held(self._build, function, target, rule))

        return decorate

    def silent(self, type_: str, *, for_: Duration) -> Callable[[Callable[..., None]], Quieted]:
        """Run when a device sent no reading of a type for ``for_``; `.heard` when it does again.

        A periodic device's silence counts from its last reading, without the time in which the hub
        could not hear; an on-change device is silent only while it is offline. A device that never
        sent one is not silent. The last reading is given.
        """

        def decorate(function: Callable[..., None]) -> Quieted:
            self._at_least(function, "for_", for_)
            if not type_.startswith("city."):
                problem = f"{type_!r} is not a device's type: nobody is due to send it"
                raise BadScenario(
                    self._build.where(function), problem, "Watch the readings it is derived from."
                )
            target = self._build.handler(function, type_)

            def rule(heard: Handler | None) -> Rule:
                return Silent(target, duration=for_, heard=heard).rule()

            return self._add(Quieted(self._build, function, target, rule))

        return decorate

    def tumbling(
        self,
        type_: str,
        *,
        every: Duration,
        of: Condition,
        lateness: Duration = 0,
        key: Key | None = None,
        payload: type[Any] | None = None,
    ) -> Callable[[Callable[..., None]], Windowed]:
        """Run with each `Window` of ``every`` over the values that ``of`` gives for a reading.

        ``of`` returns a number, a dictionary of numbers, or None for none. Windows are by the
        data's own time and begin at multiples of ``every`` since midnight; one closes ``lateness``
        after its end, also in a silent city. An empty one does not run.
        """
        return self._windows(type_, Span(every, every, lateness), of, key, payload)

    def sliding(
        self,
        type_: str,
        *,
        span: Duration,
        every: Duration,
        of: Condition,
        lateness: Duration = 0,
        key: Key | None = None,
        payload: type[Any] | None = None,
    ) -> Callable[[Callable[..., None]], Windowed]:
        """Run every ``every`` with the `Window` over the last ``span``; else as `tumbling`."""
        return self._windows(type_, Span(every, span, lateness), of, key, payload)

    def _windows(
        self,
        type_: str,
        span: Span,
        of: Condition,
        key: Key | None,
        payload: type[Any] | None,
    ) -> Callable[[Callable[..., None]], Windowed]:
        def decorate(function: Callable[..., None]) -> Windowed:
            where = self._build.where(function)
            self._at_least(function, "every", span.every)
            _check_span(where, span)
            target = self._build.handler(
                function, type_, key=key, late=True, payload=payload, lacks=(Role.PAYLOAD,)
            )
            values, target = self._build.condition(target, where, "of", of)

            def rule(late: Handler | None) -> Rule:
                return Windows(target, span, of=values, late=late).rule()

            return self._add(Windowed(self._build, function, target, rule))

        return decorate

    def _add(self, ruled: R) -> R:
        self._ruled.append(ruled)
        return ruled

    def _at_least(self, function: Callable[..., Any], what: str, value: Duration) -> None:
        if value < SHORTEST:
            problem = f"{what} is {value} µs"
            raise BadScenario(self._build.where(function), problem, "It is a second or more.")


def _check_span(where: str, span: Span) -> None:
    if DAY % span.every:
        problem = f"every={span.every} µs does not divide a day"
        raise BadScenario(where, problem, "Windows begin at midnight: take a part of a day.")
    if span.span % span.every or not 1 <= span.span // span.every <= MOST_BUCKETS:
        problem = f"span={span.span} µs with every={span.every} µs"
        remedy = f"A span is 1 to {MOST_BUCKETS} times `every`."
        raise BadScenario(where, problem, remedy)
    if not 0 <= span.lateness <= min(BACKFILL, MOST_BUCKETS * span.every):
        problem = f"lateness={span.lateness} µs"
        remedy = f"It is at most 7 days and {MOST_BUCKETS} times `every`."
        raise BadScenario(where, problem, remedy)
