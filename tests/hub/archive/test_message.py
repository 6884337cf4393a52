"""An event in a recording: JSON CloudEvents that give back every field."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.archive.errors import NotRecordable
from hub.archive.message import decode, embeddable, encode, payload
from hub.model.event import Event, Logged, Position

WORDS = st.from_regex(r"[a-z][a-z-]{0,9}", fullmatch=True)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
).map(lambda value: json.dumps(value, ensure_ascii=False).encode())
EVENTS = st.builds(
    Event,
    id=st.text(),
    source=st.text(),
    type=st.text(),
    data=JSON
    | st.binary()
    | st.sampled_from([b"", b" 1", b'{"a":1}\n', b"[" * 2000 + b"]" * 2000]),
    time=st.none() | st.integers(-(2**60), 2**60),
    district=st.text(),
    sequence=st.text(),
    subject=st.text(),
    flags=st.lists(WORDS, max_size=3).map(tuple),
)
LOGGED = st.builds(
    Logged,
    position=st.builds(Position, st.text(), st.integers(1, 2**60)),
    time=st.integers(0, 2**53),
    event=EVENTS,
)


@given(LOGGED)
def test_round_trip(logged: Logged) -> None:
    """Every field comes back as it went in, raw data bytes, odd times and large ordinals too."""
    assert decode(encode(logged), logged.time) == logged
    assert decode(encode(logged, retained=True)) == logged


@given(LOGGED)
def test_is_a_cloud_event(logged: Logged) -> None:
    """The message is a JSON object with the attributes that CloudEvents 1.0 requires."""
    message = json.loads(encode(logged))
    assert message["specversion"] == "1.0"
    assert (message["id"], message["source"]) == (logged.event.id, logged.event.source)
    assert ("data" in message) != ("data_base64" in message)


@pytest.mark.parametrize(
    ("data", "plain"),
    [
        (b'{"a": 1.50}', True),
        (b"null", True),
        (b"", False),
        (b" 1", False),
        (b"NaN", False),
        (b'"\xff"', False),
        (b'1,"id":"x"', False),
        (b"[" * 5000 + b"]" * 5000, False),
    ],
)
def test_only_json_that_survives_is_embedded(data: bytes, *, plain: bool) -> None:
    """Data stands as JSON only where the same bytes come out again; else in base64."""
    assert embeddable(data) is plain


def test_flags_are_words() -> None:
    """A flag with a space would come back as two, so it is refused."""
    event = Event("1", "/a/b", "t", flags=("two words",))
    with pytest.raises(NotRecordable):
        encode(Logged(Position("d1", 1), 0, event))


def test_payload_is_what_a_device_sends() -> None:
    """A replayed message carries no extension of the hub's own."""
    event = Event("1", "/parking/x", "city.parking.y", b"{}", 0, "210103", "01", flags=("redrive",))
    assert json.loads(payload(event)) == {
        "specversion": "1.0",
        "id": "1",
        "source": "/parking/x",
        "type": "city.parking.y",
        "time": "1970-01-01T00:00:00Z",
        "sequence": "01",
        "data": {},
    }


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b"[" * 9999])
def test_what_is_no_message(body: bytes) -> None:
    """Anything else is a ValueError, whatever it is."""
    with pytest.raises(ValueError, match=r"."):
        decode(body, 0)
