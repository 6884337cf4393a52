"""The example 异常: what it learns, raises and clears, and how good it is on labelled series."""

from pathlib import Path

from examples.measure_anomaly import Score, measured, report, scored
from hub.sdk import HOUR, MINUTE
from hub.sdk.testing import Kit

ROOT = Path(__file__).resolve().parents[2]
FEED = ROOT.parent / "shared" / "feeds" / "traffic_nab"
FOLDER = ROOT / "examples" / "anomaly"
TOPIC = "city/210102/series/s-1/value"


def hours(kit: Kit, *values: float) -> None:
    """Let the series report each quarter of an hour, a value for each hour."""
    for value in values:
        for _ in range(4):
            kit.send(TOPIC, {"value": value}, time=kit.now)
            kit.advance(15 * MINUTE)


def day(at: int) -> list[float]:
    """Return a day that goes up and down, and is not quite like the others."""
    return [100 + 50 * abs(hour - 12) + (at * 7 + hour * 3) % 5 for hour in range(24)]


def learned() -> Kit:
    """Return a city that has seen six days."""
    kit = Kit(FOLDER)
    for at in range(6):
        hours(kit, *day(at))
    assert kit.changes == []
    return kit


def test_an_unusual_hour_is_told_until_six_usual_ones_have_passed() -> None:
    """What is far for the hour, though not for the day; a restart changes nothing."""
    kit = learned()
    today = day(6)
    hours(kit, *today[:11], 500.0)
    kit.advance(5 * MINUTE)
    kit.restart()
    alert = kit.alert("unusual", "s-1")
    assert alert is not None
    assert kit.screen["anomaly.series/s-1"].level == "unusual"
    kit.advance(10 * MINUTE)
    hours(kit, *today[12:17])
    kit.advance(5 * MINUTE)
    assert kit.alert("unusual", "s-1") is not None
    kit.advance(10 * MINUTE)
    hours(kit, *today[17:20])
    assert kit.alert("unusual", "s-1") is None
    assert kit.letters == []


def test_nothing_is_said_while_it_learns() -> None:
    """Three of an hour and a day of strays first."""
    kit = Kit(FOLDER)
    for at in range(3):
        hours(kit, *day(at))
    hours(kit, 9_000.0)
    kit.advance(HOUR)
    assert kit.changes == []
    assert kit.screen["anomaly.series/s-1"].data["score"] is None


def test_what_is_remembered_is_bounded() -> None:
    """Ten weeks fill it; another five make it no larger."""
    kit = Kit(FOLDER)
    sizes = []
    for at in range(15 * 7):
        for value in day(at):
            kit.send(TOPIC, {"value": value}, time=kit.now)
            kit.advance(HOUR)
        sizes.append(sum(len(raw) for _, raw in kit._cells("states")))
    assert sizes[-1] <= max(sizes[: 10 * 7])


def test_how_detections_are_counted() -> None:
    """An hour that touches a window is right, once for the window; what is outside is not."""
    window = (10 * HOUR, 12 * HOUR)
    assert scored([9 * HOUR, 13 * HOUR], [window]) == Score(2, 0, 1, 0)
    assert scored([9 * HOUR + 1, 11 * HOUR, 12 * HOUR], [window]) == Score(3, 3, 1, 1)
    assert scored([], []) == Score()


def test_the_figure_of_the_readme() -> None:
    """Computed anew from the labelled series, line for line as the README has it."""
    readme = (FOLDER / "README.md").read_text("utf-8")
    assert report(measured(FEED)) in readme
