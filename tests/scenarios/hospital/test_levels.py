"""The pure rules of 好就医, each at, below and above its threshold, and its return."""

import pytest

from scenarios.hospital.levels import (
    bed_level,
    crowding,
    demand_up,
    extra_visits,
    icu_short,
    overdue,
    park_full,
    share_low,
)
from scenarios.hospital.nedocs import Census, nedocs
from scenarios.hospital.rules import Beds, Crowding


def census(patients: int = 35, beds: int = 40, hospital_beds: int = 300) -> Census:
    """Return the check value's census, or one like it."""
    return Census(
        patients=patients,
        beds=beds,
        boarding=8,
        hospital_beds=hospital_beds,
        ventilated=3,
        longest_admit=6,
        last_bed=2,
    )


def test_nedocs_gives_the_check_value() -> None:
    """P 35, B 40, A 8, H 300, V 3, T_adm 6, T_last 2 give 128.1."""
    assert nedocs(census()) == 128.1


def test_nedocs_is_clamped() -> None:
    """The score is 0 to 200."""
    assert nedocs(Census(0, 40, 0, 300, 0, 0, 0)) == 0
    assert nedocs(census(patients=400)) == 200


@pytest.mark.parametrize(("beds", "hospital_beds"), [(0, 300), (40, 0), (-1, 300)])
def test_nedocs_needs_beds(beds: int, hospital_beds: int) -> None:
    """Without beds there is no score, and no division by zero."""
    assert nedocs(census(beds=beds, hospital_beds=hospital_beds)) is None


@pytest.mark.parametrize(
    ("score", "band"),
    [
        (0, Crowding.CALM),
        (20.9, Crowding.CALM),
        (21, Crowding.BUSY),
        (60.9, Crowding.BUSY),
        (61, Crowding.VERY_BUSY),
        (100.9, Crowding.VERY_BUSY),
        (101, Crowding.CROWDED),
        (140.9, Crowding.CROWDED),
        (141, Crowding.SEVERE),
        (180, Crowding.SEVERE),
        (180.1, Crowding.DANGER),
        (200, Crowding.DANGER),
    ],
)
def test_bands(score: float, band: Crowding) -> None:
    """0-20, 21-60, 61-100, 101-140, 141-180, above 180."""
    assert crowding(score, None) is band


@pytest.mark.parametrize(
    ("score", "last", "band"),
    [
        (100.9, Crowding.CROWDED, Crowding.CROWDED),
        (91, Crowding.CROWDED, Crowding.CROWDED),
        (90.9, Crowding.CROWDED, Crowding.VERY_BUSY),
        (131, Crowding.SEVERE, Crowding.SEVERE),
        (130.9, Crowding.SEVERE, Crowding.CROWDED),
        (170.1, Crowding.DANGER, Crowding.DANGER),
        (170, Crowding.DANGER, Crowding.SEVERE),
        (0, Crowding.DANGER, Crowding.CALM),
        (98, Crowding.DANGER, Crowding.CROWDED),
    ],
)
def test_a_calmer_band_needs_ten_points(score: float, last: Crowding, band: Crowding) -> None:
    """The return has a hysteresis of 10 points; a worse band has none."""
    assert crowding(score, last) is band


@pytest.mark.parametrize(
    ("share", "last", "level"),
    [
        (0.849, None, Beds.ROOM),
        (0.85, None, Beds.WARN),
        (0.929, None, Beds.WARN),
        (0.93, None, Beds.TIGHT),
        (0.969, None, Beds.TIGHT),
        (0.97, None, Beds.FULL),
        (1.1, None, Beds.FULL),
        (0.961, Beds.FULL, Beds.FULL),
        (0.96, Beds.FULL, Beds.FULL),
        (0.959, Beds.FULL, Beds.TIGHT),
        (0.921, Beds.TIGHT, Beds.TIGHT),
        (0.92, Beds.TIGHT, Beds.TIGHT),
        (0.919, Beds.TIGHT, Beds.WARN),
        (0.841, Beds.WARN, Beds.WARN),
        (0.84, Beds.WARN, Beds.WARN),
        (0.839, Beds.WARN, Beds.ROOM),
    ],
)
def test_bed_levels(share: float, last: Beds | None, level: Beds) -> None:
    """85 % warn, 93 % tight, 97 % full; 1 % back."""
    assert bed_level(share, last) is level


@pytest.mark.parametrize(
    ("free", "was", "short"),
    [(11, False, False), (10, False, True), (9, False, True), (12, True, True), (13, True, False)],
)
def test_icu(free: int, was: bool, short: bool) -> None:  # noqa: FBT001 a parametrized fact
    """ICU beds are short at 10 % free or less, until more than 12 %."""
    assert icu_short(free, 100, was=was) is short


def test_no_icu_is_never_short() -> None:
    """A hospital without an ICU has none to be short of."""
    assert not icu_short(0, 0, was=False)


@pytest.mark.parametrize(("level", "target"), [(1, 0.0), (2, 10.0), (3, 30.0), (4, 120.0)])
def test_triage_targets(level: int, target: float) -> None:
    """At once, 10, 30, 120 minutes: at the target is in time, above it is not."""
    assert overdue({level: target}) == ()
    assert overdue({level: target + 0.5}) == (level,)


def test_the_most_urgent_level_is_first_and_unknown_ones_have_no_target() -> None:
    """The first overdue level decides the colour."""
    assert overdue({4: 500, 2: 11, 9: 999, 3: 1}) == (2, 4)


@pytest.mark.parametrize(
    ("share", "was", "low"),
    [
        (0.951, False, False),
        (0.95, False, False),
        (0.949, False, True),
        (0.959, True, True),
        (0.96, True, False),
    ],
)
def test_shares(share: float, was: bool, low: bool) -> None:  # noqa: FBT001 a parametrized fact
    """95 % of calls and turnouts within their time; in order again from 96 %."""
    assert share_low(share, was=was) is low


@pytest.mark.parametrize(
    ("occupancy", "was", "full"),
    [
        (0.949, False, False),
        (0.95, False, True),
        (0.96, False, True),
        (0.93, True, True),
        (0.929, True, False),
    ],
)
def test_hospital_car_park(occupancy: float, was: bool, full: bool) -> None:  # noqa: FBT001 a parametrized fact
    """Full from 95 % until below 93 %."""
    assert park_full(occupancy, was=was) is full


@pytest.mark.parametrize(
    ("temperature", "extra"), [(20, 0), (7, 0), (6, 0.0243), (0, 0.1701), (-20, 0.6561)]
)
def test_each_degree_below_seven_adds(temperature: float, extra: float) -> None:
    """+2.43 % visits per ℃ below 7 ℃, nothing above it."""
    assert extra_visits(temperature) == pytest.approx(extra)


@pytest.mark.parametrize(
    ("extra", "was", "up"),
    [
        (0.199, False, False),
        (0.2, False, True),
        (0.3, False, True),
        (0.18, True, True),
        (0.179, True, False),
    ],
)
def test_forecast_worth_telling(extra: float, was: bool, up: bool) -> None:  # noqa: FBT001 a parametrized fact
    """Told from 20 % more visits until below 18 %."""
    assert demand_up(extra, was=was) is up
