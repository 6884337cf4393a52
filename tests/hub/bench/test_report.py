"""The figures as a person reads them."""

import msgspec
import pytest
from rich.console import Console

from hub.bench.costs import Cost
from hub.bench.ledger import Account, Spread
from hub.bench.plan import Plan
from hub.bench.report import Report, tables

ACCOUNT = Account(100, 100, 100, repeated=2, lost=0, twice=0, shown=90)
REPORT = Report(
    plan=Plan(50, 2, 10, "r1"),
    account=ACCOUNT,
    seconds=2,
    published_per_second=50,
    acknowledged_per_second=50,
    worked_per_second=50,
    publish_to_puback=Spread(100, 1, 2, 3),
    publish_to_log=Spread(100, 1, 2, 3),
    publish_to_screen=Spread(0),
    logged_events=120,
    behind_most=7,
    behind_seconds=0.1,
    screen_reconnects=0,
    processes=[
        Cost("work", 1, 0.5, 25.0, 123.4, 2**20, 2**21),
        Cost("act", 2, None, None, None, 2**20, 2**21),
    ],
)


def written(report: Report) -> str:
    """The report on a terminal."""
    console = Console(width=100)
    with console.capture() as capture:
        console.print(tables(report))
    return capture.get()


def test_tables_say_all() -> None:
    """Rates, latencies, ledger, costs; a latency of nothing and a restarted process are no 0."""
    text = written(REPORT)
    for part in ("50/s by 10 devices", "publish → log", "overtaken", "123", "restarted", "–"):
        assert part in text
    assert "slower than asked" not in text


def test_slower_than_asked_is_said() -> None:
    """A rate that was not reached must not pass for one that was."""
    assert "slower than asked" in written(msgspec.structs.replace(REPORT, published_per_second=40))


@pytest.mark.parametrize("wrong", ["lost", "twice"])
def test_faultless(wrong: str) -> None:
    """One reading lost or worked twice is a failure; one that was sent again is none."""
    assert REPORT.faultless
    account = msgspec.structs.replace(ACCOUNT, **{wrong: 1})
    assert not msgspec.structs.replace(REPORT, account=account).faultless
