"""The thresholds of 好停车, at, below and above each, and on the way back."""

import pytest

from scenarios.parking.rules import Lot, area_saturated, lot_level

FREE, TIGHT, SCARCE, FULL = Lot.FREE, Lot.TIGHT, Lot.SCARCE, Lot.FULL


@pytest.mark.parametrize(
    ("free", "level"),
    [
        (1000, FREE), (301, FREE), (300, FREE), (299, TIGHT),
        (101, TIGHT), (100, TIGHT), (99, SCARCE), (1, SCARCE), (0, FULL),
    ],
)  # fmt: skip
def test_the_level_of_a_lot(free: int, level: Lot) -> None:
    """≥30 % free 空闲, 10–30 % 紧张, <10 % 紧缺, none 满位: of 1,000 bays."""
    assert lot_level(free, 1000, None) is level


@pytest.mark.parametrize(
    ("free", "last", "level"),
    [
        (319, TIGHT, TIGHT), (320, TIGHT, FREE), (321, TIGHT, FREE), (310, FREE, FREE),
        (119, SCARCE, SCARCE), (120, SCARCE, TIGHT), (121, SCARCE, TIGHT), (110, TIGHT, TIGHT),
        (1, FULL, FULL), (19, FULL, FULL), (20, FULL, SCARCE),
        (319, SCARCE, TIGHT), (320, SCARCE, FREE), (110, FULL, SCARCE), (1000, FULL, FREE),
    ],
)  # fmt: skip
def test_a_better_level_needs_two_percent_more(free: int, last: Lot, level: Lot) -> None:
    """Hysteresis: a lot gets calmer only 2 % beyond the limit, so that it does not flap."""
    assert lot_level(free, 1000, last) is level


@pytest.mark.parametrize("total", [25, 50, 100, 150, 200, 350, 400, 1000, 4200])
def test_the_way_back_is_exact_for_every_size(total: int) -> None:
    """Exactly at 12 % and 32 % free a lot is calmer, whatever its size: no float decides."""
    assert lot_level(total * 12 // 100, total, SCARCE) is (
        TIGHT if total * 12 % 100 == 0 else SCARCE
    )
    assert lot_level(total * 32 // 100, total, TIGHT) is (FREE if total * 32 % 100 == 0 else TIGHT)


@pytest.mark.parametrize(("free", "last"), [(299, FREE), (99, FREE), (0, FREE), (99, TIGHT)])
def test_a_worse_level_comes_at_once(free: int, last: Lot) -> None:
    """Nothing holds back a warning."""
    assert lot_level(free, 1000, last) is lot_level(free, 1000, None)


@pytest.mark.parametrize(
    ("saturated", "lots", "was", "now"),
    [
        (7, 10, False, True), (6, 10, False, False), (69, 100, False, False),
        (70, 100, False, True), (6, 10, True, True), (5, 10, True, False), (59, 100, True, False),
        (60, 100, True, True), (3, 3, False, True), (2, 2, False, False), (2, 2, True, False),
        (0, 0, True, False), (3, 4, False, True), (2, 3, False, False), (2, 3, True, True),
    ],
)  # fmt: skip
def test_an_area_is_saturated_from_70_percent_until_below_60(
    saturated: int, lots: int, *, was: bool, now: bool
) -> None:
    """Of its lots with data; fewer than three make no 商圈."""
    assert area_saturated(saturated, lots, was=was) is now
