"""Places: distances on the sphere, and cells by which neighbours are found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.sdk import cell, cells_around, metres

PLACES = st.tuples(st.floats(122.4, 123.9), st.floats(41.1, 43.1))
"""Shenyang, from its south to 康平."""


def test_metres() -> None:
    """A degree of latitude is 111.2 km; (lng, lat), in that order."""
    assert metres((123.4, 41.0), (123.4, 42.0)) == pytest.approx(111_195, rel=1e-4)
    assert metres((123.0, 41.8), (124.0, 41.8)) == pytest.approx(82_890, rel=1e-3)
    assert metres((123.4, 41.8), (123.4, 41.8)) == 0


def test_a_place_is_in_its_own_neighbourhood() -> None:
    """Nine cells, all different."""
    around = cells_around((123.45, 41.8))
    assert len(set(around)) == 9
    assert cell((123.45, 41.8)) in around


@given(PLACES, st.floats(-0.0099, 0.0099), st.floats(-0.0076, 0.0076))
def test_what_is_within_800_metres_is_in_a_neighbour_cell(
    place: tuple[float, float], east: float, north: float
) -> None:
    """Wherever the borders of the cells run."""
    other = (place[0] + east, place[1] + north)
    if metres(place, other) <= 800:
        assert cell(other) in cells_around(place)
