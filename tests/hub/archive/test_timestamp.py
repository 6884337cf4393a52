"""Timestamps as feeds write them."""

import pytest

from hub.archive.timestamp import Timestamps, zone
from hub.model.instant import parse


@pytest.mark.parametrize(
    ("formats", "cell", "expected"),
    [
        (("iso",), "2014-05-22 09:09:04.145", "2014-05-22T09:09:04.145Z"),
        (("iso",), "2014-05-22T09:09:04+02:00", "2014-05-22T07:09:04Z"),
        (("iso",), "2014-05-22 09:09:04.48", "2014-05-22T09:09:04.480Z"),
        (("unix",), "1400742544", "2014-05-22T07:09:04Z"),
        (("unix",), "1400742544.5", "2014-05-22T07:09:04.500Z"),
        (("unix-ms",), "1400742544145", "2014-05-22T07:09:04.145Z"),
        (("iso", "%d/%m/%Y %H:%M"), "22/05/2014 09:09", "2014-05-22T09:09:00Z"),
    ],
)
def test_formats(formats: tuple[str, ...], cell: str, expected: str) -> None:
    """Each declared format is read, the first that fits wins."""
    assert Timestamps(formats, "UTC").read(cell) == parse(expected)


@pytest.mark.parametrize("cell", ["yesterday", "", "1e9", "2014-13-01", "9" * 5000])
def test_no_time(cell: str) -> None:
    """What fits no format is a ValueError."""
    with pytest.raises(ValueError, match="time"):
        Timestamps(("iso", "unix", "%d.%m.%Y"), "UTC").read(cell)


def test_repeated_hour_is_the_first_and_counted() -> None:
    """The hour that the end of summer time repeats is read as summer time."""
    stamps = Timestamps(("iso",), "Europe/Copenhagen")
    assert stamps.read("2014-10-26 01:58") == parse("2014-10-25T23:58:00Z")
    assert stamps.ambiguous == 0
    assert stamps.read("2014-10-26 02:28") == parse("2014-10-26T00:28:00Z")
    assert stamps.ambiguous == 1
    assert stamps.read("2014-10-26 03:28") == parse("2014-10-26T02:28:00Z")


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "8", "+99:99"])
def test_no_zone(name: str) -> None:
    """A name that is no zone is a ValueError."""
    with pytest.raises(ValueError, match="zone"):
        zone(name)
