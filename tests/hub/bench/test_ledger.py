"""The ledger of a measurement: what was lost, repeated, doubled, and how long each took."""

from hypothesis import given
from hypothesis import strategies as st

from hub.bench.ledger import Ledger, Spread, spread


def published(ledger: Ledger, count: int, packets: int = 100) -> None:
    """Publish readings at seconds 1, 2, 3, …; packet ids begin again after ``packets``."""
    for n in range(count):
        device, _ = ledger.place(n)
        ledger.published(device, f"t{n}", n % packets + 1, float(n + 1))


def test_readings_go_round_the_devices() -> None:
    """Reading n is of device n modulo their number, each counting on from its own base."""
    ledger = Ledger([0, 7])
    assert [ledger.place(n) for n in range(4)] == [(0, 0), (1, 7), (0, 1), (1, 8)]


def test_nothing_wrong() -> None:
    """All acknowledged, logged, worked once: nothing lost, nothing twice."""
    ledger = Ledger([0, 7])
    published(ledger, 4)
    for n in range(4):
        ledger.answered(n + 1, n + 1.5)
        ledger.logged(*ledger.place(n), n + 2.0)
    account = ledger.account([2, 2])
    assert (account.acknowledged, account.logged, account.lost, account.twice) == (4, 4, 0, 0)
    assert ledger.to_puback() == Spread(4, 500.0, 500.0, 500.0)
    assert ledger.to_log() == Spread(4, 1000.0, 1000.0, 1000.0)


def test_lost_before_and_after_the_log() -> None:
    """Acknowledged and not logged is lost, and so is logged and not worked."""
    ledger = Ledger([0, 0])
    published(ledger, 4)
    for packet in (1, 2, 3):
        ledger.answered(packet, 9.0)
    for n in (0, 1):
        ledger.logged(*ledger.place(n), 9.0)
    account = ledger.account([1, 0])
    assert account.lost == 2
    assert ledger.missing() == 1
    assert account.acknowledged == 3


def test_sent_again_is_not_twice() -> None:
    """A reading that the broker sent again is repeated in the log; worked once, it is not twice."""
    ledger = Ledger([0])
    published(ledger, 1)
    ledger.answered(1, 1.5)
    ledger.logged(0, 0, 2.0)
    ledger.logged(0, 0, 3.0)
    assert ledger.account([1]).repeated == 1
    assert ledger.account([1]).twice == 0
    assert ledger.account([2]).twice == 1


def test_answers_of_used_packet_ids() -> None:
    """A packet id that is used again is matched use by use, also when an answer comes first."""
    ledger = Ledger([0])
    ledger.answered(1, 1.25)
    published(ledger, 2, packets=1)
    ledger.answered(1, 2.5)
    assert ledger.acknowledged() == {0: 1.25, 1: 2.5}


def test_shown_once() -> None:
    """The first time a reading is shown counts; readings of others are no concern."""
    ledger = Ledger([0])
    published(ledger, 1)
    ledger.shown(0, "t0", 1.5)
    ledger.shown(0, "t0", 5.0)
    ledger.shown(0, "t9", 5.0)
    assert ledger.to_screen() == Spread(1, 500.0, 500.0, 500.0)


def test_spread_of_nothing() -> None:
    """Without readings there is no latency, not one of 0."""
    assert spread([]) == Spread(0)


@given(st.lists(st.floats(0, 100), min_size=1))
def test_spread_by_nearest_rank(seconds: list[float]) -> None:
    """Half are within p50, 99 of 100 within p99, all within max; each is one that was measured."""
    found = spread(seconds)
    measured = [round(1_000 * each, 2) for each in seconds]
    assert found.max == max(measured)
    for share, rank in ((0.5, found.p50), (0.99, found.p99)):
        assert rank in measured
        assert rank is not None
        assert sum(each <= rank for each in measured) >= share * len(measured)
