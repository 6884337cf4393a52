"""The real feeds of traffic and water: the report against counts by other means, and a replay.

The feed of Aarhus has a test of its own (`test_aarhus.py`).
"""

import csv
import json
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from hub.archive.importer import import_feeds
from hub.archive.mapping_file import find_mapping, load_mapping
from hub.archive.replay_golden import golden_lines
from hub.archive.replay_plan import Plan
from hub.archive.report import ImportReport

ROOT = Path(__file__).parents[3]
FEEDS = ROOT.parent / "shared" / "feeds"
PERIODS = {"nyc_taxi": 30, "ambient_temperature_system_failure": 60}
"""Minutes between the rows of a series; the others have five."""


def imported(feeds: list[Path], mapping: str, output: Path) -> ImportReport:
    """Import real feeds, which are no part of the project."""
    if not feeds or not all(feed.is_file() for feed in feeds):
        pytest.fail(f"the real feeds are absent: expected them in {FEEDS}")
    return import_feeds(
        feeds, load_mapping(find_mapping(mapping)), output, lambda _done, _size: None
    )


def test_traffic(tmp_path: Path) -> None:
    """Ten series in one recording: rows, repeats, disorder and gaps as a plain loop counts them."""
    feeds = sorted((FEEDS / "traffic_nab").glob("*.csv"))
    report = imported(feeds, "nab", tmp_path / "nab.mcap")
    rows = repeats = conflicts = disorder = gaps = 0
    longest = timedelta()
    for feed in feeds:
        with feed.open(newline="") as file:
            series = [
                (datetime.fromisoformat(row["timestamp"]), float(row["value"]))
                for row in csv.DictReader(file)
            ]
        rows += len(series)
        moments = [moment for moment, _ in series]
        newest = moments[0]
        for moment in moments:
            disorder += moment < newest
            newest = max(newest, moment)
        exact = Counter(series)
        repeats += len(series) - len(exact)
        times = Counter(moment for moment, _ in exact)
        conflicts += sum(times.values()) - len(times)
        silence = timedelta(minutes=12 * PERIODS.get(feed.stem, 5))
        ordered = sorted(times)
        steps = [later - earlier for earlier, later in pairwise(ordered)]
        gaps += sum(step > silence for step in steps)
        longest = max(longest, *steps)
    assert report.rows == rows == 55_946
    assert report.events == rows - repeats
    assert (report.bad, report.joined, report.late) == (0, 0, 0)
    assert report.duplicates == repeats == 0
    assert report.conflicts == conflicts == 14
    assert report.out_of_order == disorder == 11
    assert report.gaps.devices == gaps == 497
    assert report.gaps.longest is not None
    assert report.gaps.longest.seconds == longest.total_seconds() == 174 * 3600
    assert report.devices == report.cards == len(feeds) == 10


def test_water(tmp_path: Path) -> None:
    """A canal in flood: the records as the file has them; 应急 alerts where people set the flag."""
    feed, output = FEEDS / "water" / "rangsit_waterlevel.json", tmp_path / "water.mcap"
    report = imported([feed], "rangsit", output)
    records = json.loads(feed.read_text())
    moments = [datetime.fromisoformat(record["record_time"]) for record in records]
    disorder = sum(moment < max(moments[: n + 1]) for n, moment in enumerate(moments))
    low = sum(record["water_level_cm"] < 107 for record in records)
    assert report.rows == report.events == len(records) == 73
    assert report.bad == report.duplicates == 0
    assert report.out_of_order == disorder == 4
    assert report.checks["below-zero"] == low == 5
    alerts = [
        line["data"]
        for line in golden_lines(Plan(output, setting="scenarios/emergency"))
        if line["kind"] == "alert"
    ]
    flagged = sorted(
        moment
        for moment, record in zip(moments, records, strict=True)
        if record["status"] != "green"
    )
    raised = [alert for alert in alerts if alert["level"] == "orange" and not alert["cleared"]]
    assert raised
    assert datetime.fromisoformat(raised[0]["updated"]) == flagged[0]


def test_traffic_replays_through_a_fitting_scenario(tmp_path: Path) -> None:
    """异常 listens to series: a replay raises alerts on what is unusual."""
    feeds = sorted((FEEDS / "traffic_nab").glob("*.csv"))
    output = tmp_path / "nab.mcap"
    imported(feeds, "nab", output)
    lines = list(golden_lines(Plan(output, setting="examples/anomaly")))
    alerts = Counter(line["data"]["place"] for line in lines if line["kind"] == "alert")
    assert not any(line["kind"] == "letter" for line in lines)
    assert len(alerts) >= 5
