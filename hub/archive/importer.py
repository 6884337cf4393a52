"""Importing feeds: through their mapping, into a recording, with a report."""

import heapq
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from hashlib import sha256
from itertools import chain
from operator import itemgetter
from pathlib import Path

import msgspec

from hub.archive.errors import BadFeed
from hub.archive.feed import BadRow
from hub.archive.import_feeds import OpenFeed, open_feed
from hub.archive.mapping import Field, Mapping
from hub.archive.order import Disorder, ordered
from hub.archive.reading import Reader, Reading, RowError
from hub.archive.report import ImportReport
from hub.archive.survey import Survey
from hub.archive.writer import RecordingWriter
from hub.model.device import Card
from hub.model.event import CARD, Event, Logged, Position
from hub.model.instant import SECOND, Instant
from hub.model.partition import Partitioning

PROGRESS_ROWS = 1_000
"""Rows between two calls of the progress function: some 50 a second."""

Progress = Callable[[int, int], None]
"""Called with bytes read and bytes in all."""


def import_feed(
    feed: Path,
    mapping: Mapping,
    output: Path,
    progress: Progress,
    partitioning: Partitioning | None = None,
) -> ImportReport:
    """Import one feed, as `import_feeds` does several."""
    return import_feeds([feed], mapping, output, progress, partitioning)


def import_feeds(
    feeds: Sequence[Path],
    mapping: Mapping,
    output: Path,
    progress: Progress,
    partitioning: Partitioning | None = None,
) -> ImportReport:
    """Write the readings of feeds, in order of their time, as a recording; return the report.

    Log time is event time, never falling. Cards stand at the start as retained state. Memory is
    bounded whatever the size. ``output`` appears when it is whole, and replaces what was there.
    BadFeed when the feed cannot be read, the mapping does not fit it, or no row gives a reading;
    OSError when the output cannot be written.
    """
    partial = output.with_name(f"{output.name}.partial")
    for feed in feeds:
        if output.exists() and feed.exists() and output.samefile(feed):
            raise BadFeed(feed, "it is also the output", "Name another file with --output")
    with ExitStack() as stack:
        opened = [stack.enter_context(closing(open_feed(feed, mapping))) for feed in feeds]
        task = _Import(opened, mapping, partitioning or Partitioning(), progress)
        try:
            report = task.run(partial)
            partial.replace(output)
        finally:
            partial.unlink(missing_ok=True)
    return report


class _Import:
    """One import under way: the open feeds, the report, and the ordinals given out so far."""

    def __init__(
        self,
        feeds: list[OpenFeed],
        mapping: Mapping,
        partitioning: Partitioning,
        progress: Progress,
    ) -> None:
        self._mapping = mapping
        self._partitioning = partitioning
        self._progress = progress
        self._name = ", ".join(feed.path.name for feed in feeds)
        self._report = ImportReport(self._name, mapping.name)
        self._feeds = feeds
        self._size = sum(feed.size for feed in feeds)
        self._readers = [Reader(mapping, feed) for feed in feeds]
        self._ordinals: dict[str, int] = {}

    def run(self, partial: Path) -> ImportReport:
        report, disorder = self._report, Disorder()
        window = round(self._mapping.time.reorder * SECOND)
        each = [
            ordered(self._readings(feed, reader), window, disorder)
            for feed, reader in zip(self._feeds, self._readers, strict=True)
        ]
        readings = heapq.merge(*each, key=itemgetter(0))
        first = next(readings, None)
        if first is None:
            reasons = ", ".join(f"{n} {reason}" for reason, n in report.bad_by_reason.items())
            problem = f"none of its {report.rows} rows gives a reading ({reasons or 'no rows'})"
            remedy = f"First: {report.bad_first[0]}" if report.bad_first else "Check the feed"
            raise BadFeed(self._feeds[0].path, problem, remedy)
        cards = self._cards(first[0])
        report.cards = len(cards)
        with partial.open("wb") as stream:
            writer = RecordingWriter(stream, self._facts(), cards, self._schemas())
            self._write(writer, chain([first], readings))
            report.sha256 = self._sha256()
            writer.finish(rows=str(report.rows), bad=str(report.bad), feed_sha256=report.sha256)
        report.out_of_order, report.late = disorder.rows, disorder.late
        report.worst_disorder = disorder.worst / SECOND
        report.ambiguous_times = sum(reader.timestamps.ambiguous for reader in self._readers)
        report.terminated = all(feed.terminated for feed in self._feeds)
        self._progress(self._size, self._size)
        return report

    def _sha256(self) -> str:
        """Return the digest of the feed; of several, the digest of their digests in order."""
        digests = [feed.sha256 for feed in self._feeds]
        return digests[0] if len(digests) == 1 else sha256("".join(digests).encode()).hexdigest()

    def _readings(self, feed: OpenFeed, reader: Reader) -> Iterator[Reading]:
        report = self._report
        for row in feed.rows():
            report.rows += 1
            if report.rows % PROGRESS_ROWS == 0:
                self._progress(sum(each.done for each in self._feeds), self._size)
            if isinstance(row, BadRow):
                report.reject(row)
                continue
            report.rows += row.rows - 1
            report.joined += row.rows - 1
            try:
                reading = reader.read(row)
            except RowError as error:
                report.reject(BadRow(row.line, error.reason, error.detail))
                continue
            yield reading

    def _write(self, writer: RecordingWriter, readings: Iterator[tuple[Instant, Reading]]) -> None:
        survey = Survey(self._mapping, self._report)
        for log_time, reading in readings:
            number = survey.see(reading)
            if number:
                event = _event(reading, number)
                writer.write(Logged(self._position(reading.district), log_time, event))
                self._report.events += 1
        survey.close()

    def _position(self, district: str) -> Position:
        partition = self._partitioning.of(district)
        ordinal = self._ordinals[partition] = self._ordinals.get(partition, 0) + 1
        return Position(partition, ordinal)

    def _cards(self, time: Instant) -> list[Logged]:
        cards = []
        event, shared = self._mapping.event, self._mapping.cards
        for key, place in self._mapping.devices.items():
            card = Card(
                name=place.name,
                kind=place.kind or shared.kind,
                lng=place.lng,
                lat=place.lat,
                reporting=self._mapping.reporting(place),
                unit=shared.unit,
                attributes={**shared.attributes, **place.attributes},
            )
            device = self._mapping.device_id(key)
            district = place.district or str(event.district)
            fact = Event(
                id=f"{device}-card",
                source=f"/{event.domain}/{device}",
                type=CARD,
                data=msgspec.json.encode(card),
                district=district,
            )
            cards.append(Logged(self._position(district), time, fact))
        return cards

    def _facts(self) -> dict[str, str]:
        mapping = self._mapping
        facts = {
            "created_by": "cityhub import",
            "feed": self._name,
            "mapping": mapping.name,
            "title": mapping.title,
            "source": mapping.source,
            "licence": mapping.licence,
            "log_time": "event time, never falling",
        }
        return {name: value for name, value in facts.items() if value}

    def _schemas(self) -> dict[str, dict[str, object]]:
        event = self._mapping.event
        if not (isinstance(event.domain, str) and isinstance(event.event, str)):
            return {}
        fields = {name: entry for name, entry in self._mapping.data.items() if not entry.hidden}
        schema: dict[str, object] = {
            "type": "object",
            "required": [name for name, entry in fields.items() if not entry.optional],
            "properties": {name: {"type": _json_type(entry)} for name, entry in fields.items()},
        }
        return {f"city.{event.domain}.{event.event}": schema}


def _event(reading: Reading, number: int) -> Event:
    """Return the event of a device's ``number``-th reading, with a sequence as devices give it."""
    sequence = f"{number:010d}"
    return Event(
        id=f"{reading.device}-{sequence}",
        source=f"/{reading.domain}/{reading.device}",
        type=f"city.{reading.domain}.{reading.event}",
        data=reading.data,
        time=reading.time,
        district=reading.district,
        sequence=sequence,
    )


def _json_type(entry: Field) -> str:
    return "string" if entry.type == "text" else entry.type
