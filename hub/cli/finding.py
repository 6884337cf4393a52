"""What a check found: of `cityhub doctor`, of `cityhub scenario test`."""

from enum import StrEnum

from msgspec import Struct
from rich.table import Table

from hub.cli.terminal import cell, output, safe


class Verdict(StrEnum):
    """How it is: `warn` works but is worth a look, `fail` keeps the city from working."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


_STYLES = {Verdict.OK: "green", Verdict.WARN: "yellow", Verdict.FAIL: "bold red"}


class Finding(Struct, frozen=True):
    """One line of the report; whatever is not ok has a remedy."""

    name: str
    verdict: Verdict
    detail: str
    remedy: str = ""


def ok(name: str, detail: str) -> Finding:
    """Return what is as it should be."""
    return Finding(name, Verdict.OK, detail)


def warn(name: str, detail: str, remedy: str) -> Finding:
    """Return what works but is worth a look."""
    return Finding(name, Verdict.WARN, detail, remedy)


def fail(name: str, detail: str, remedy: str) -> Finding:
    """Return what keeps the city from working."""
    return Finding(name, Verdict.FAIL, detail, remedy)


def show(found: list[Finding]) -> None:
    """Print findings as a table, each trouble with its remedy, and how many of which.

    A detail of several lines stands below the table, as it was told.
    """
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for each in found:
        detail = each.detail.partition("\n")[0]
        table.add_row(cell(each.verdict, _STYLES[each.verdict]), each.name, cell(detail))
        if each.remedy:
            table.add_row("", "", cell(f"→ {each.remedy}", "dim"))
    console = output()
    console.print(table)
    for each in found:
        for line in each.detail.splitlines()[1:]:
            console.print(safe(line), soft_wrap=True)
    counts = [f"{sum(e.verdict is v for e in found)} {v}" for v in Verdict]
    console.print(", ".join(counts))
