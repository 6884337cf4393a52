"""What an import found: the figures, as JSON and as a table."""

import msgspec
from msgspec import Struct, field
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from hub.archive.feed import BadRow

SHOWN = 20
"""Bad rows and stuck sources shown one by one; all are counted."""


class Gap(Struct, frozen=True):
    """A silence between two readings of one device; RFC 3339, ``seconds`` long."""

    device: str
    since: str
    until: str
    seconds: float


class Gaps(Struct):
    """Silences of more than the mapping's number of periods.

    ``devices`` adds up over all devices; ``feed`` counts the stretches in which no device at all
    reported for more than ``feed_over`` seconds, so that a feed that stops as a whole counts once.
    """

    devices: int = 0
    feed: int = 0
    feed_over: float = 0.0
    longest: Gap | None = None


class Stuck(Struct, frozen=True):
    """A device that said the same for longer than the mapping's number of periods."""

    device: str
    since: str
    until: str
    readings: int
    data: str


class Silent(Struct, frozen=True):
    """A device never heard (``last`` None), or last heard more than a gap before the end."""

    device: str
    last: str | None


class ImportReport(Struct):
    """The outcome of one import. ``rows`` = ``events`` + ``joined`` + ``bad`` + ``duplicates``.

    Always. ``joined`` are rows of a long table that are one reading with the row before.
    ``conflicts`` are readings of one device and time with other data (kept), ``late`` those
    further out of order than the mapping puts right (kept), ``worst_disorder`` in seconds.
    ``terminated`` is false when the last line has no end and may be cut.
    """

    feed: str
    mapping: str
    rows: int = 0
    events: int = 0
    joined: int = 0
    cards: int = 0
    devices: int = 0
    duplicates: int = 0
    conflicts: int = 0
    bad: int = 0
    bad_by_reason: dict[str, int] = field(default_factory=dict)
    bad_first: list[BadRow] = field(default_factory=list)
    out_of_order: int = 0
    late: int = 0
    worst_disorder: float = 0.0
    ambiguous_times: int = 0
    terminated: bool = True
    checks: dict[str, int] = field(default_factory=dict)
    gaps: Gaps = field(default_factory=Gaps)
    silent: list[Silent] = field(default_factory=list)
    stuck: int = 0
    stuck_first: list[Stuck] = field(default_factory=list)
    first: str | None = None
    last: str | None = None
    sha256: str = ""

    def reject(self, row: BadRow) -> None:
        """Count a bad row, and keep it while there are few."""
        self.bad += 1
        self.bad_by_reason[row.reason] = self.bad_by_reason.get(row.reason, 0) + 1
        if len(self.bad_first) < SHOWN:
            self.bad_first.append(row)

    def to_json(self) -> bytes:
        """Return the report as a JSON object."""
        return msgspec.json.encode(self)

    def table(self) -> RenderableType:
        """Return the report for a terminal."""
        table = Table(title=f"{self.feed} by mapping {self.mapping}", show_header=False)
        table.add_column(style="bold")
        table.add_column(justify="right")
        for name, value in self._lines():
            # Text, not markup: a feed must not format the terminal.
            table.add_row(Text(name), Text(value))
        parts: list[RenderableType] = [table]
        if self.bad_first:
            parts.append(_listed("Bad rows", ("line", "reason", "detail"), self._bad_rows()))
        if self.stuck_first:
            head = ("device", "since", "until", "readings", "data")
            rows = [_stuck_row(stuck) for stuck in self.stuck_first]
            parts.append(_listed("Stuck sources", head, rows))
        return Group(*parts)

    def _bad_rows(self) -> list[tuple[str, ...]]:
        return [(str(row.line), row.reason, row.detail) for row in self.bad_first]

    def _lines(self) -> list[tuple[str, str]]:
        gaps, longest = self.gaps, self.gaps.longest
        lines = [
            ("rows", f"{self.rows:,}"),
            ("events", f"{self.events:,}"),
            *([("joined with the row before", f"{self.joined:,}")] if self.joined else []),
            ("devices with a reading", f"{self.devices:,}"),
            ("cards", f"{self.cards:,}"),
            ("bad rows", f"{self.bad:,}"),
            *((f"  {reason}", f"{n:,}") for reason, n in sorted(self.bad_by_reason.items())),
            ("duplicates dropped", f"{self.duplicates:,}"),
            ("same time, other data", f"{self.conflicts:,}"),
            ("out of order", f"{self.out_of_order:,}"),
            ("  too late to reorder", f"{self.late:,}"),
            ("ambiguous local times", f"{self.ambiguous_times:,}"),
            *((f"check {name}", f"{n:,}") for name, n in self.checks.items()),
            ("gaps of the whole feed", f"{gaps.feed:,} over {gaps.feed_over / 3600:g} h"),
            ("gaps of all devices", f"{gaps.devices:,}"),
            ("stuck sources", f"{self.stuck:,}"),
            ("first", self.first or "none"),
            ("last", self.last or "none"),
        ]
        if longest is not None:
            words = f"{longest.seconds / 3600:.1f} h ({longest.device} from {longest.since})"
            lines.append(("longest gap", words))
        lines += [(f"silent: {s.device}", f"since {s.last or 'ever'}") for s in self.silent]
        if not self.terminated:
            lines.append(("last line", "has no end: it may be cut"))
        return lines


def _stuck_row(stuck: Stuck) -> tuple[str, ...]:
    since, until = stuck.since[:16] + "Z", stuck.until[:16] + "Z"
    return (stuck.device, since, until, f"{stuck.readings:,}", stuck.data)


def _listed(title: str, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> Table:
    table = Table(*head, title=f"{title} (the first {len(rows)})")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table
