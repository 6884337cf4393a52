"""Whether a scenario survives being killed at any place of a feed: the alerts are the same."""

from collections.abc import Callable, Iterable

from hub.sdk.testing.errors import Diverged
from hub.sdk.testing.feed import Line
from hub.sdk.testing.kit import Kit

CRASHES = 7
"""A city that crashes does so each so many lines: no divisor of a batch, so that it meets all
places within one."""
BATCH = 16
"""Its events between two commits, so that a crash loses work at nearly every place."""


def survives(kit: Callable[..., Kit], lines: Iterable[Line]) -> Kit:
    """Give a feed to three cities side by side; return the one that nothing happened to.

    One begins again from its tables after each line. By then it is a function of these tables and
    of the line, so that being killed at one place only is the same as what was compared here. One
    crashes in the middle of batches. Raises Diverged with the line after which they differ.
    """
    plain, restarted, crashed = kit(), kit(batch=1), kit(batch=BATCH)
    seen = 0
    for number, line in enumerate(lines, start=1):
        for city in (plain, restarted, crashed):
            city.give(line)
        restarted.restart()
        if number % CRASHES == 0:
            crashed.crash()
        seen = _same(number, line, seen, plain, {"a restart": restarted, "a crash": crashed})
    return plain


def _same(number: int, line: Line, seen: int, plain: Kit, others: dict[str, Kit]) -> int:
    expected = plain.outputs(since=seen)
    for what, city in others.items():
        found = city.outputs(since=seen)
        if found != expected:
            told = "\n".join(
                [*(f"- {each}" for each in expected), *(f"+ {each}" for each in found)]
            )
            raise Diverged(f"line {number} ({line.topic}) differs after {what} before it:\n{told}")
    return plain.count
