"""Trends of the tiles: a value a step, bounded, true to the city's clock."""

import pytest

from hub.core.tiles import Value
from hub.model.instant import MILLISECOND, MINUTE
from hub.serve.trends import SPAN, STEP, Trends
from tests.hub.serve.city import lot
from tests.hub.serve.conftest import Running


def test_of_a_step_the_last_value_counts() -> None:
    """What came within two minutes is one point, at the step's beginning."""
    trends = Trends()
    for value in (1, 2, 3):
        trends.note({"t": Value(value, 1, 0)}, 10 * MINUTE + value)
    trends.note({"t": Value(9, 1, 0)}, 10 * MINUTE + STEP)
    at = 10 * MINUTE // MILLISECOND
    assert trends.of("t") == [(at, 3), (at + STEP // MILLISECOND, 9)]


def test_the_points_are_bounded_and_unknown_values_leave_a_gap() -> None:
    """Six hours are kept; a value that nobody knows is no zero."""
    trends = Trends()
    for step in range(500):
        trends.note({"t": Value(None if step == 499 else step, 1, 0)}, step * STEP)
    points = trends.of("t")
    assert len(points) == SPAN // STEP
    assert points[-1] == (498 * STEP // MILLISECOND, 498)


def test_a_clock_set_back_and_a_tile_that_is_gone() -> None:
    """Points of the future go; so do those of a tile that no scenario declares any more."""
    trends = Trends()
    trends.note({"t": Value(1, 1, 0)}, 100 * STEP)
    trends.note({"t": Value(2, 1, 0)}, 50 * STEP)
    assert trends.of("t") == [(50 * STEP // MILLISECOND, 2)]
    trends.note({}, 51 * STEP)
    assert trends.of("t") == []


@pytest.mark.contract
async def test_the_api_tells_value_and_points(serve: Running) -> None:
    """`/api/tiles`."""
    await serve.d1.show(lot(1, 20))
    async with serve.screen() as screen:
        await screen.until(
            lambda _: screen.entities.get("tile/parking.free", {}).get("data", {}).get("of") == 1
        )
    (tile,) = (await serve.http.get("/api/tiles")).json()["items"]
    assert (tile["name"], tile["value"]) == ("parking.free", 20)
    assert [value for _, value in tile["points"]] == [20]
