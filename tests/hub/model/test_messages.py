"""The frozen messages: instants, cards, levels, rejections, positions, partitions."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model.alert import Level
from hub.model.device import Card, Reporting
from hub.model.district import CODES, DISTRICTS
from hub.model.event import Event, Logged, Position
from hub.model.instant import DAY, SECOND, CityClock, from_datetime, parse, text, to_datetime
from hub.model.letter import letter, rejection
from hub.model.limits import ORIGINAL_BYTES
from hub.model.partition import CITY, Partitioning, split

INSTANTS = st.integers(-62_135_596_800 * SECOND, 253_402_300_799 * SECOND)


@given(INSTANTS)
def test_an_instant_is_exact(instant: int) -> None:
    """To the microsecond, through datetime and back."""
    assert from_datetime(to_datetime(instant)) == instant


@given(INSTANTS)
def test_the_text_of_an_instant_has_milliseconds(instant: int) -> None:
    """RFC 3339, UTC, `Z`; it reads back to the millisecond below."""
    shown = text(instant)
    assert shown.endswith("Z")
    assert len(shown) == 24
    assert parse(shown) == instant // 1_000 * 1_000


@pytest.mark.parametrize(
    ("shown", "moment"),
    [
        ("2026-11-23T08:00:00+08:00", datetime(2026, 11, 23, tzinfo=UTC)),
        ("2026-11-23T00:00:00Z", datetime(2026, 11, 23, tzinfo=UTC)),
        ("1969-12-31T23:59:59Z", datetime(1970, 1, 1, tzinfo=UTC) - timedelta(seconds=1)),
    ],
)
def test_rfc_3339_is_read_with_its_offset(shown: str, moment: datetime) -> None:
    """Any offset, also before 1970."""
    assert parse(shown) == from_datetime(moment)


@pytest.mark.parametrize("shown", ["2026-11-23T08:00:00", "yesterday", "", "2026-13-01T00:00:00Z"])
def test_a_time_without_offset_is_none(shown: str) -> None:
    """RFC 3339 requires it."""
    with pytest.raises(ValueError, match=r"."):
        parse(shown)


def test_the_city_clock() -> None:
    """It turns to another rate without a jump, and knows how long to wait."""
    clock = CityClock(100 * SECOND, 10 * SECOND, 2.0)
    assert clock.at(15 * SECOND) == 110 * SECOND
    turned = clock.turned(15 * SECOND, 60.0)
    assert turned.at(15 * SECOND) == 110 * SECOND
    assert turned.wait(15 * SECOND, 170 * SECOND) == 1.0
    assert turned.wait(15 * SECOND, 50 * SECOND) == 0.0


@pytest.mark.parametrize("period", [None, 0, -1])
def test_a_periodic_device_needs_a_period(period: float | None) -> None:
    """Above 0 seconds."""
    with pytest.raises(ValueError, match="period"):
        Reporting("periodic", period)


def test_a_card_knows_its_place_and_period() -> None:
    """Both coordinates or none; the period as a duration."""
    card = Card("a", "Thing", 123.4, 41.8, Reporting("periodic", 0.5))
    assert (card.at, card.period) == ((123.4, 41.8), SECOND // 2)
    assert Card("a", "Thing", 123.4).at is None
    assert Card("a", "Thing").period is None
    for lng, lat in ((181.0, 0.0), (0.0, 91.0), (-181.0, 0.0), (0.0, -91.0)):
        with pytest.raises(ValueError, match="outside"):
            Card("a", "Thing", lng, lat)


def test_levels_sort_most_serious_first() -> None:
    """红橙黄蓝."""
    assert sorted(Level, key=lambda level: level.rank) == [
        Level.RED, Level.ORANGE, Level.YELLOW, Level.BLUE
    ]  # fmt: skip


@given(st.binary(max_size=64), st.integers(0, 5_000))
def test_a_rejection_keeps_a_bounded_original(start: bytes, more: int) -> None:
    """Text where it is UTF-8, else base64; its size is told whole."""
    payload = start + b"x" * more
    what = rejection("t", payload, "r", "d")
    assert what.size == len(payload)
    assert what.truncated == (len(payload) > ORIGINAL_BYTES)
    assert len(what.original) <= ORIGINAL_BYTES * 4 // 3 + 4
    assert what.encoding in ("utf-8", "base64")


def test_a_cut_through_a_character_is_still_text() -> None:
    """The bound falls where it falls."""
    for shift in range(3):
        payload = b"x" * shift + "停".encode() * ORIGINAL_BYTES
        what = rejection("t", payload, "r", "d")
        assert what.encoding == "utf-8"
        assert set(what.original) <= {"x", "停"}


def test_a_dead_letter_stands_at_its_position() -> None:
    """Partition and ordinal are its id."""
    dead = letter(Position("d1", 7), DAY, rejection("t", b"{", "not-json", "end"), "s.h")
    assert (dead.position, dead.time, dead.handler) == ("d1/7", "1970-01-02T00:00:00.000Z", "s.h")


def test_positions_are_in_order() -> None:
    """Within a partition by number, not by text."""
    assert Position("d1", 9) < Position("d1", 10)


def test_an_event_survives_the_log() -> None:
    """Msgpack and back, every field."""
    event = Event("1", "/a/b", "city.a.c", b"\x00", -1, "210102", "01", "s", ("redrive",))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(event), type=Event) == event
    assert event.topic == "city/210102/a/b/c"
    assert Event("1", "/hub/x", "hub.tick").topic == ""
    assert Logged(Position("d1", 1), 5, event).time == 5


def test_thirteen_districts() -> None:
    """GB/T 2260 codes of Shenyang."""
    assert len(DISTRICTS) == len(CODES) == 13
    assert all(code.startswith("2101") and len(code) == 6 for code in CODES)


@pytest.mark.parametrize("count", range(1, 14))
def test_a_split_holds_every_district_once(count: int) -> None:
    """None is left out, none is in two groups, none of the groups is empty."""
    parts = split(count)
    codes = [code for group in parts.groups for code in group]
    assert sorted(codes) == sorted(CODES)
    assert all(parts.groups)
    assert parts.names[0] == CITY
    for index, group in enumerate(parts.groups, start=1):
        assert {parts.of(code) for code in group} == {f"d{index}"}
    assert parts == split(count)


def test_an_unknown_district_has_a_partition() -> None:
    """The first group's."""
    assert Partitioning().of("999999") == "d1"
