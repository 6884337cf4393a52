"""The figures of a measurement, as JSON and as tables."""

from msgspec import Struct
from rich.console import Group
from rich.table import Table

from hub.bench.costs import Cost
from hub.bench.ledger import Account, Spread
from hub.bench.plan import Plan

ASKED_SHARE = 0.98
"""Share of the asked rate that counts as reached."""


class Report(Struct, frozen=True):
    """All figures. Rates per second, latencies in milliseconds, memory in bytes.

    ``logged_events`` are all that the partition took in meanwhile, the bench's and others': CPU per
    event is by them. ``behind_most`` in events, ``behind_seconds`` from the last acknowledgement
    until all was worked.
    """

    plan: Plan
    account: Account
    seconds: float
    published_per_second: float
    acknowledged_per_second: float
    worked_per_second: float
    publish_to_puback: Spread
    publish_to_log: Spread
    publish_to_screen: Spread
    logged_events: int
    behind_most: int
    behind_seconds: float
    screen_reconnects: int
    processes: list[Cost]

    @property
    def faultless(self) -> bool:
        """Whether nothing was lost and nothing took effect twice."""
        return self.account.lost == 0 and self.account.twice == 0

    @property
    def slower(self) -> bool:
        """Whether the asked rate was not reached."""
        rate = self.plan.rate
        return rate is not None and self.published_per_second < ASKED_SHARE * rate


def tables(report: Report) -> Group:
    """Return the report for a terminal."""
    return Group(_rates(report), "", _latencies(report), "", _ledger(report), "", _costs(report))


def _rates(report: Report) -> Table:
    table = _table("rate", "", left=2)
    asked = "max" if report.plan.rate is None else f"{report.plan.rate:,.0f}/s"
    table.add_row("asked", f"{asked} by {report.plan.devices:,} devices")
    over = f" for {report.seconds:.1f} s" + (" (slower than asked)" if report.slower else "")
    table.add_row("published", f"{report.published_per_second:,.0f}/s{over}")
    table.add_row("acknowledged", f"{report.acknowledged_per_second:,.0f}/s")
    table.add_row("worked", f"{report.worked_per_second:,.0f}/s")
    after = f"none {report.behind_seconds:.1f} s after the last acknowledgement"
    table.add_row("behind", f"at most {report.behind_most:,} events, {after}")
    return table


def _latencies(report: Report) -> Table:
    table = _table("latency, ms", "p50", "p99", "max", "readings")
    for name, spread in (
        ("publish → PUBACK", report.publish_to_puback),
        ("publish → log", report.publish_to_log),
        ("publish → websocket", report.publish_to_screen),
    ):
        figures = [_ms(value) for value in (spread.p50, spread.p99, spread.max)]
        table.add_row(name, *figures, f"{spread.count:,}")
    return table


def _ledger(report: Report) -> Table:
    account = report.account
    table = _table("ledger", "readings")
    unshown = account.published - account.shown
    for name, count, style in (
        ("published", account.published, ""),
        ("acknowledged", account.acknowledged, ""),
        ("in the log", account.logged, ""),
        ("sent again by the broker", account.repeated, ""),
        ("lost", account.lost, "bold red" if account.lost else "green"),
        ("worked twice", account.twice, "bold red" if account.twice else "green"),
        ("shown", account.shown, ""),
        ("overtaken before they were shown", unshown, ""),
    ):
        table.add_row(name, f"{count:,}", style=style)
    return table


def _costs(report: Report) -> Table:
    table = _table("process", "CPU s", "CPU %", "µs/event", "MiB", "MiB peak")
    for cost in sorted(report.processes, key=lambda each: each.name):
        table.add_row(
            cost.name,
            _figure(cost.cpu_seconds, 2),
            _figure(cost.cpu_percent, 1),
            _figure(cost.cpu_per_event, 0),
            f"{cost.memory / 1024**2:.0f}",
            f"{cost.memory_peak / 1024**2:.0f}",
        )
    return table


def _table(first: str, *others: str, left: int = 1) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column(first, no_wrap=True)
    for index, each in enumerate(others, start=1):
        table.add_column(each, justify="left" if index < left else "right")
    return table


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{value:,.1f}"


def _figure(value: float | None, digits: int) -> str:
    return "restarted" if value is None else f"{value:,.{digits}f}"
