"""The real feed of Aarhus: the report against a count by other means."""

import csv
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from hub.archive.importer import import_feed
from hub.archive.mapping_file import find_mapping, load_mapping
from hub.archive.recording import read_recording
from hub.archive.report import ImportReport
from hub.model.event import CARD

Imported = tuple[ImportReport, Path]


@pytest.fixture(scope="module")
def imported(aarhus_feed: Path, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """The feed, imported once for this module."""
    output = tmp_path_factory.mktemp("aarhus") / "aarhus.mcap"
    mapping = load_mapping(find_mapping("aarhus"))
    return import_feed(aarhus_feed, mapping, output, lambda _done, _size: None), output


def test_counts(aarhus_feed: Path, imported: Imported) -> None:
    """Rows, over-capacity readings, gaps and devices equal those of a plain loop."""
    report, _ = imported
    with aarhus_feed.open(newline="") as file:
        rows = list(csv.DictReader(file))
    moments = sorted({datetime.fromisoformat(row["updatetime"]) for row in rows})
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    long = [gap for gap in gaps if gap > timedelta(hours=2)]
    garages = {row["garagecode"] for row in rows}
    assert report.rows == report.events == len(rows) == 55_264
    assert report.bad == report.duplicates == report.out_of_order == 0
    over = sum(int(row["vehiclecount"]) > int(row["totalspaces"]) for row in rows)
    assert report.checks["over-capacity"] == over == 4_520
    assert report.gaps.feed == len(long) == 11
    assert report.gaps.devices == len(long) * len(garages) == 88
    assert report.gaps.longest is not None
    assert report.gaps.longest.seconds == max(long).total_seconds()
    assert round(report.gaps.longest.seconds / 3600) == 246
    assert report.devices == report.cards == len(garages) == 8


def test_summer_time(imported: Imported) -> None:
    """The feed's clock is local: 32 rows lie in the hour that 2014-10-26 has twice."""
    report, _ = imported
    assert report.ambiguous_times == 32
    assert (report.first, report.last) == ("2014-05-22T07:09:04.145Z", "2014-11-04T13:13:47.581Z")


def test_readings(imported: Imported) -> None:
    """Over-capacity readings are in the recording as they were said."""
    report, path = imported
    events = [logged.event for logged in read_recording(path) if logged.event.type != CARD]
    assert len(events) == report.events
    assert sum(b'"availableSpotNumber":-' in event.data for event in events) == 4_520
    assert {event.topic for event in events} >= {"city/210103/parking/aarhus-salling/occupancy"}
