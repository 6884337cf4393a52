"""Comparing two golden outputs line by line, up to the first divergence. Pure.

Order counts: the same facts in another order are another city.
"""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from itertools import zip_longest
from typing import Any

import msgspec
from msgspec import Struct

from hub.archive.golden import Told


class Rules(Struct, frozen=True):
    """What counts as equal.

    ``ignore`` are dotted paths with `*` (`at`, `data.text`, `data.*.time`); ``tolerance`` is how
    far two numbers may differ: as a share of the larger one, absolute below 1.
    """

    ignore: tuple[str, ...] = ()
    tolerance: float = 0.0


class Divergence(Struct, frozen=True):
    """The first line, from 1, at which two outputs part.

    ``path`` says where within the line, empty when one output ends there (its line is None).
    """

    line: int
    path: str
    expected: Told | None
    found: Told | None
    expected_value: str = ""
    found_value: str = ""


class Comparison(Struct):
    """``lines`` that were compared and are equal, and where they part if they do."""

    lines: int = 0
    divergence: Divergence | None = None

    @property
    def equal(self) -> bool:
        """Whether there is no divergence."""
        return self.divergence is None


class Comparer:
    """Holds found lines, as they come, against the expected ones."""

    def __init__(self, expected: Iterable[Told], rules: Rules) -> None:
        self.result = Comparison()
        self._expected: Iterator[Told] = iter(expected)
        self._rules = rules

    def take(self, found: Told | None) -> bool:
        """Take the next line found, None at their end; tell whether all is equal so far."""
        if not self.result.equal:
            return False
        expected = next(self._expected, None)
        if expected is None and found is None:
            return True
        self.result.divergence = _parted(expected, found, self.result.lines + 1, self._rules)
        self.result.lines += self.result.equal
        return self.result.equal


def compare(expected: Iterable[Told], found: Iterable[Told], rules: Rules) -> Comparison:
    """Compare two outputs up to the first divergence."""
    comparer = Comparer(expected, rules)
    for line in found:
        if not comparer.take(line):
            return comparer.result
    comparer.take(None)
    return comparer.result


def _parted(
    expected: Told | None, found: Told | None, number: int, rules: Rules
) -> Divergence | None:
    if expected is None or found is None:
        return Divergence(number, "", expected, found)
    parted = next(_differences("", expected, found, rules), None)
    if parted is None:
        return None
    path, one, other = parted
    return Divergence(number, path, expected, found, one, other)


_Difference = tuple[str, str, str]
"""Path, and both values as JSON."""
_MISSING = object()


def _differences(path: str, one: Any, other: Any, rules: Rules) -> Iterator[_Difference]:
    if one == other and type(one) is type(other) and not isinstance(one, dict | list):
        return  # within a table or list, true would equal 1
    if any(fnmatchcase(path, pattern) for pattern in rules.ignore):
        return
    match one, other:
        case dict(), dict():
            for key in sorted(one.keys() | other.keys()):
                below = f"{path}.{key}".lstrip(".")
                yield from _differences(
                    below, one.get(key, _MISSING), other.get(key, _MISSING), rules
                )
        case list(), list():
            for index, pair in enumerate(zip_longest(one, other, fillvalue=_MISSING)):
                yield from _differences(f"{path}.{index}", *pair, rules)
        case _:
            if not _near(one, other, rules.tolerance):
                yield path, _shown(one), _shown(other)


def _near(one: Any, other: Any, tolerance: float) -> bool:
    numbers = isinstance(one, int | float) and isinstance(other, int | float)
    if not numbers or isinstance(one, bool) or isinstance(other, bool):
        return False
    return bool(abs(one - other) <= tolerance * max(1.0, abs(one), abs(other)))


def _shown(value: Any) -> str:
    return "nothing" if value is _MISSING else msgspec.json.encode(value).decode()
