"""How good 异常 is on the labelled series of the Numenta Anomaly Benchmark.

`python examples/measure_anomaly.py ../shared/feeds/traffic_nab` plays each series through the
scenario, as it would run in a city, and prints precision and recall.

A detection is the raising of an alert. It is right when the hour that raised it touches a labelled
window. Precision: right alerts by all alerts. Recall: windows with a right alert by all windows.
"""

import csv
import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from hub.model.instant import HOUR, MINUTE, Instant, from_datetime, parse
from hub.sdk.testing import Kit

TUNED = frozenset({"nyc_taxi", "speed_7578"})
"""The series that were looked at when the scenario was written and its limit was chosen."""
_HEARD = 5 * MINUTE
"""An hour closes so long after its end."""


class Score(Struct):
    """Alerts and those that are right; labelled windows and those that were found."""

    alerts: int = 0
    right: int = 0
    windows: int = 0
    found: int = 0

    def __add__(self, other: "Score") -> "Score":
        return Score(
            self.alerts + other.alerts,
            self.right + other.right,
            self.windows + other.windows,
            self.found + other.found,
        )

    @property
    def precision(self) -> float | None:
        """The share of alerts that are right; None when there is none."""
        return self.right / self.alerts if self.alerts else None

    @property
    def recall(self) -> float | None:
        """The share of windows that were found; None when there is none."""
        return self.found / self.windows if self.windows else None

    def __str__(self) -> str:
        return (
            f"precision {_share(self.precision)} ({self.right}/{self.alerts})  "
            f"recall {_share(self.recall)} ({self.found}/{self.windows})"
        )


def measured(folder: Path) -> dict[str, Score]:
    """Return the score of each series of a folder, by its name."""
    labels = json.loads((folder / "combined_windows.json").read_text("utf-8"))
    windows = {Path(name).stem: found for name, found in labels.items()}
    return {
        file.stem: scored(raised(file), [(_at(a), _at(b)) for a, b in windows[file.stem]])
        for file in sorted(folder.glob("*.csv"))
    }


def raised(file: Path) -> list[Instant]:
    """Return the beginnings of the hours for which an alert was raised."""
    rows = list(_rows(file))
    kit = Kit(Path(__file__).parent / "anomaly", start=rows[0][0])
    topic = f"city/210102/series/{file.stem.replace('_', '-').lower()}/value"
    for at, value in rows:
        kit.advance(max(0, at - kit.now))  # some rows are out of order
        kit.send(topic, {"value": value}, time=at)
    kit.advance(2 * HOUR)
    assert kit.letters == [], kit.letters[0]
    first = {alert.id: parse(alert.raised) for alert in kit.changes}
    return [at - _HEARD - HOUR for at in first.values()]


def scored(alerts: list[Instant], windows: list[tuple[Instant, Instant]]) -> Score:
    """Return how alerts and windows meet."""

    def meet(hour: Instant, window: tuple[Instant, Instant]) -> bool:
        return hour <= window[1] and hour + HOUR > window[0]

    right = sum(any(meet(hour, window) for window in windows) for hour in alerts)
    found = sum(any(meet(hour, window) for hour in alerts) for window in windows)
    return Score(len(alerts), right, len(windows), found)


def _rows(file: Path) -> Iterator[tuple[Instant, float]]:
    with file.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            yield _at(row["timestamp"]), float(row["value"])


def _at(stamp: str) -> Instant:
    """Return the instant of a time without a zone: the hours of a week are what matters."""
    return from_datetime(datetime.fromisoformat(stamp).replace(tzinfo=UTC))


def _share(share: float | None) -> str:
    return "   –" if share is None else f"{share:.2f}"


def report(scores: dict[str, Score]) -> str:
    """Return a line for each series, and for all; those that were not looked at apart."""
    lines = [
        f"{name:36}{score}{'  looked at' if name in TUNED else ''}"
        for name, score in scores.items()
    ]
    rest = [score for name, score in scores.items() if name not in TUNED]
    lines.append(f"{'those that were not looked at':36}{sum(rest, Score())}")
    lines.append(f"{'all':36}{sum(scores.values(), Score())}")
    return "\n".join(lines)


if __name__ == "__main__":
    print(report(measured(Path(sys.argv[1]))))
