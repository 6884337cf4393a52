"""The checker itself: a ledger test is worth what its checker would notice."""

from collections import Counter

import pytest

from tests.chaos.checker import Facts, Reading, Verdict, judge

PUBLISHED: set[Reading] = {("a", 1), ("a", 2), ("b", 1)}


def _facts(
    log: list[Reading] | None = None,
    *,
    outbox: list[Reading] | None = None,
    arrived: list[Reading] | None = None,
    sums: dict[str, dict[str, tuple[int, int]]] | None = None,
) -> Facts:
    """Return what a faultless hub holds of PUBLISHED, save for what a test gives."""
    right = [("a", 1), ("a", 2), ("b", 1)]
    totals = {"a": (2, 3), "b": (1, 1)}
    return Facts(
        log=right if log is None else log,
        accepted=Counter({"a": 2, "b": 1}),
        sums={"ledger.sum": totals, "ledger.fwd": totals} if sums is None else sums,
        outbox=Counter(right if outbox is None else outbox),
        arrived=Counter(right if arrived is None else arrived),
    )


def test_faultless_run_is_clean() -> None:
    """All there, once, in order: nothing to report."""
    assert judge(PUBLISHED, set(), _facts()) == Verdict(3, 0, 0, 0, 0, 0, 0)


def test_repeat_in_the_log_is_no_fault() -> None:
    """The append is at least once; the worker drops the repeat, and the effects say so."""
    verdict = judge(PUBLISHED, set(), _facts([("a", 1), ("a", 1), ("a", 2), ("b", 1)]))
    assert verdict.clean
    assert verdict.repeats == 1


def test_reading_that_never_came_is_lost() -> None:
    """Acknowledged and not in the log."""
    assert judge({*PUBLISHED, ("b", 2)}, set(), _facts()).lost == 1


def test_older_behind_newer_is_out_of_order_unless_sent_again() -> None:
    """A device's order holds; only what the hub asked for again may come late."""
    mixed = _facts([("a", 2), ("a", 1), ("b", 1)])
    assert judge(PUBLISHED, set(), mixed).reordered == 1
    assert judge(PUBLISHED, {("a", 1)}, mixed).clean


@pytest.mark.parametrize("where", ["outbox", "arrived"])
def test_forwarded_twice_or_never_is_noticed(where: str) -> None:
    """Derived events are compared one by one, where they leave and where they arrive."""
    twice: list[Reading] = [("a", 1), ("a", 2), ("a", 2), ("b", 1)]
    facts = _facts(outbox=twice) if where == "outbox" else _facts(arrived=twice)
    assert judge(PUBLISHED, set(), facts).twice == 1
    never: list[Reading] = [("a", 1), ("b", 1)]
    facts = _facts(outbox=never) if where == "outbox" else _facts(arrived=never)
    assert judge(PUBLISHED, set(), facts).missed == 1


@pytest.mark.parametrize(
    ("pair", "twice", "missed"), [((3, 5), 1, 0), ((1, 1), 0, 1), ((2, 4), 1, 1)]
)
def test_wrong_sum_is_noticed(pair: tuple[int, int], twice: int, missed: int) -> None:
    """Too many, too few, or the right number of the wrong readings."""
    right = {"a": (2, 3), "b": (1, 1)}
    verdict = judge(
        PUBLISHED, set(), _facts(sums={"ledger.sum": right, "ledger.fwd": {**right, "a": pair}})
    )
    assert (verdict.twice, verdict.missed) == (twice, missed)


def test_entity_that_is_missing_altogether_is_noticed() -> None:
    """A device without its sum on the screen has missed all its effects."""
    totals = {"a": (2, 3), "b": (1, 1)}
    verdict = judge(
        PUBLISHED, set(), _facts(sums={"ledger.sum": totals, "ledger.fwd": {"b": (1, 1)}})
    )
    assert verdict.missed == 2
