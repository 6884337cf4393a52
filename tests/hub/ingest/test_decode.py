"""What is an event and what is not, and why."""

import json

import msgspec
import pytest

from hub.ingest.adapters import Bare
from hub.ingest.decode import decode
from hub.ingest.reasons import Reason
from hub.model import event, instant
from hub.model.device import Card
from hub.model.errors import Rejected
from hub.model.event import Event
from hub.model.limits import DEEPEST_JSON, MESSAGE_BYTES, TOPIC_BYTES
from tests.hub.ingest.samples import (
    ACK_TOPIC,
    CARD,
    CARD_TOPIC,
    DATA,
    STATUS_TOPIC,
    TOPIC,
    reading,
)


def reason(topic: str, payload: bytes, properties: dict[str, str] | None = None) -> str:
    """Return why a message is rejected."""
    with pytest.raises(Rejected) as caught:
        decode(topic, payload, properties or {}, None)
    assert caught.value.reason in set(Reason)
    assert caught.value.detail
    return caught.value.reason


def one(topic: str, payload: bytes, properties: dict[str, str] | None = None) -> Event:
    """Return the only event of a message."""
    (found,) = decode(topic, payload, properties or {}, None)
    return found


def test_a_structured_cloud_event_becomes_one_event() -> None:
    """All attributes are kept, and `data` byte for byte as it was sent."""
    odd = b'{"a" :  1.50, "b":"\xe4\xb8\xad"}'
    payload = reading(data=...)[:-1] + b', "data":' + odd + b', "traceparent": "00-x"}'
    assert one(TOPIC, payload) == Event(
        "lot-0012-0000000042",
        "/parking/lot-0012",
        "city.parking.occupancy",
        odd,
        instant.parse("2026-11-23T08:00:00Z"),
        "210103",
        "0000000042",
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"specversion": ...}, Reason.MISSING_FIELD),
        ({"id": ...}, Reason.MISSING_FIELD),
        ({"source": ...}, Reason.MISSING_FIELD),
        ({"type": ...}, Reason.MISSING_FIELD),
        ({"data": ...}, Reason.MISSING_FIELD),
        ({"data_base64": "eA==", "data": ...}, Reason.MISSING_FIELD),
        ({"specversion": 1.0}, Reason.WRONG_FIELD),
        ({"id": 42}, Reason.WRONG_FIELD),
        ({"id": None}, Reason.WRONG_FIELD),
        ({"id": ""}, Reason.WRONG_FIELD),
        ({"id": "x" * 129}, Reason.WRONG_FIELD),
        ({"id": "a\u0000b"}, Reason.WRONG_FIELD),
        ({"id": "a\u001b[31m"}, Reason.WRONG_FIELD),
        ({"source": ["/parking/lot-0012"]}, Reason.WRONG_FIELD),
        ({"type": {}}, Reason.WRONG_FIELD),
        ({"time": 1795420800}, Reason.WRONG_FIELD),
        ({"sequence": 42}, Reason.WRONG_FIELD),
        ({"sequence": "-1"}, Reason.WRONG_FIELD),
        ({"sequence": ""}, Reason.WRONG_FIELD),
        ({"sequence": "٤٢"}, Reason.WRONG_FIELD),
        ({"sequence": "1" * 20}, Reason.WRONG_FIELD),
        ({"subject": "x" * 129}, Reason.WRONG_FIELD),
        ({"data": None}, Reason.WRONG_FIELD),
        ({"data": 7}, Reason.WRONG_FIELD),
        ({"data": [DATA]}, Reason.WRONG_FIELD),
        ({"data": "{}"}, Reason.WRONG_FIELD),
        ({"specversion": "0.3"}, Reason.UNKNOWN_VERSION),
        ({"specversion": "2.0"}, Reason.UNKNOWN_VERSION),
        ({"source": "/parking/lot-0013"}, Reason.TOPIC_MISMATCH),
        ({"source": "/parking/LOT-0012"}, Reason.TOPIC_MISMATCH),
        ({"type": "city.parking.sign"}, Reason.TOPIC_MISMATCH),
        ({"type": "hub.action"}, Reason.TOPIC_MISMATCH),
        ({"time": "2026-11-23T08:00:00"}, Reason.BAD_TIME),
        ({"time": "2026-11-23"}, Reason.BAD_TIME),
        ({"time": "20261123T080000Z"}, Reason.BAD_TIME),
        ({"time": "2026-W48-1T08:00:00Z"}, Reason.BAD_TIME),
        ({"time": "2026-13-23T08:00:00Z"}, Reason.BAD_TIME),
        ({"time": "2026-11-23T25:00:00Z"}, Reason.BAD_TIME),
        ({"time": "2026-11-23T08:00:00+99:00"}, Reason.BAD_TIME),
        ({"time": "1969-12-31T23:59:59Z"}, Reason.BAD_TIME),
        ({"time": "9999-12-31T23:59:59Z"}, Reason.BAD_TIME),
        ({"time": "0001-01-01T00:00:00+23:59"}, Reason.BAD_TIME),
        ({"time": "now"}, Reason.BAD_TIME),
    ],
)
def test_each_attribute_has_its_rule(changes: dict[str, object], expected: Reason) -> None:
    """A field that is missing, of a wrong type or out of range is named by its reason (R11)."""
    assert reason(TOPIC, reading(**changes)) == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"time": ...},
        {"time": None},
        {"sequence": ...},
        {"sequence": "0"},
        {"subject": "bay 7"},
        {"subject": ""},
        {"time": "2106-02-07T06:28:16Z"},
        {"time": "1970-01-01T00:00:00Z"},
        {"time": "2026-11-23t16:00:00.123456789+08:00"},
        {"id": "x" * 128},
        {"data": {}},
        {"datacontenttype": "application/json"},
        {"extension": {"of": ["any", "shape"]}},
        {"data": {"newer": {"field": [1, 2, 3]}}},
    ],
)
def test_what_may_be_absent_or_unknown_is_accepted(changes: dict[str, object]) -> None:
    """Optional attributes, far clocks and unknown extensions are no reason to lose a reading."""
    assert one(TOPIC, reading(**changes)).source == "/parking/lot-0012"


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b"", Reason.NOT_JSON),
        (b"garbage", Reason.NOT_JSON),
        (b"{", Reason.NOT_JSON),
        (b"{}", Reason.MISSING_FIELD),
        (b"42", Reason.NOT_AN_EVENT),
        (b'"x"', Reason.NOT_AN_EVENT),
        (b"null", Reason.NOT_AN_EVENT),
        (b"NaN", Reason.NOT_JSON),
        (b"[]", Reason.BAD_SENML),
        (b"[1]", Reason.WRONG_FIELD),
        (b"\xff\xfe\x00", Reason.NOT_UTF8),
        (b'{"id":"\xed\xa0\x80"}', Reason.NOT_UTF8),
        (b'{"id":"\\ud800"}', Reason.NOT_JSON),
        (b"\xef\xbb\xbf" + reading(), Reason.NOT_JSON),
        (reading() + b"x", Reason.NOT_JSON),
        (reading()[:-1], Reason.NOT_JSON),
        (reading().replace(b"420", b"NaN"), Reason.NOT_JSON),
        (reading().replace(b"420", b"Infinity"), Reason.NOT_JSON),
        (b"[" * 100_000, Reason.TOO_LARGE),
        (b"[" * 8_000, Reason.TOO_DEEP),
        (b'{"a":' * 2_000 + b"1" + b"}" * 2_000, Reason.TOO_DEEP),
        (b'{"x":"]]]]' + b"[" * 10 + b'\\"","y":' + b"[" * 40 + b"]" * 40 + b"}", Reason.TOO_DEEP),
        (b" " * (MESSAGE_BYTES + 1), Reason.TOO_LARGE),
        (b"\xff" * 2_000_000, Reason.TOO_LARGE),
    ],
)
def test_hostile_bytes_have_a_reason(payload: bytes, expected: Reason) -> None:
    """Size is checked first, then UTF-8, then depth, then JSON (R10, R12)."""
    assert reason(TOPIC, payload) == expected


def test_the_limits_themselves_are_accepted() -> None:
    """A message of exactly the limit, and nesting of exactly the limit, are readings."""
    room = MESSAGE_BYTES - len(reading(data={"x": ""}))
    assert one(TOPIC, reading(data={"x": "x" * room})).data
    inside = DEEPEST_JSON - 2  # the envelope and data are two levels themselves
    assert one(TOPIC, reading(data={"x": json.loads("[" * inside + "]" * inside)})).data
    assert reason(TOPIC, reading(data={"x": json.loads("[" * 31 + "]" * 31)})) == Reason.TOO_DEEP
    assert one(TOPIC, reading(data={"x": "[" * 100 + '"\\{' * 100})).data
    assert one(TOPIC, reading(data={"x": [[]] * 100})).data


def test_duplicate_keys_take_the_last_word() -> None:
    """As in every JSON parser the project meets; the topic still decides who speaks."""
    payload = b'{"id":"first",' + reading()[1:]
    assert one(TOPIC, payload).id == "lot-0012-0000000042"
    assert reason(TOPIC, reading()[:-1] + b',"source":"/parking/x"}') == Reason.TOPIC_MISMATCH


@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        ("city/../parking/lot-1/occupancy", Reason.UNKNOWN_DISTRICT),
        ("city/110101/parking/lot-1/occupancy", Reason.UNKNOWN_DISTRICT),
        ("city/+/parking/lot-1/occupancy", Reason.UNKNOWN_DISTRICT),
        ("city/210103/parking/#/occupancy", Reason.TOPIC_LEVEL),
        ("city/210103/parking/lot-1/+", Reason.TOPIC_LEVEL),
        ("city/210103/parking//occupancy", Reason.TOPIC_LEVEL),
        ("city/210103//lot-1/occupancy", Reason.TOPIC_LEVEL),
        ("city/210103/parking/lot-1/", Reason.TOPIC_LEVEL),
        ("city/210103/parking/lot\x001/occupancy", Reason.TOPIC_LEVEL),
        ("city/210103/parking/停车场/occupancy", Reason.TOPIC_LEVEL),
        ("city/210103/parking/lot-1/$unknown", Reason.TOPIC_LEVEL),
        ("city/210103/parking/lot-1/a/b", Reason.TOPIC_SHAPE),
        ("city/210103/parking/lot-1", Reason.TOPIC_SHAPE),
        ("city", Reason.TOPIC_SHAPE),
        ("", Reason.TOPIC_SHAPE),
        ("$SYS/broker/uptime", Reason.TOPIC_SHAPE),
        ("City/210103/parking/lot-1/occupancy", Reason.TOPIC_SHAPE),
        ("city/210103/parking/\ud800/occupancy", Reason.TOPIC_LEVEL),
        ("city/210103/parking/lot-1/" + "x" * TOPIC_BYTES, Reason.TOPIC_TOO_LONG),
    ],
)
def test_topics_outside_the_grammar_are_rejected(topic: str, expected: Reason) -> None:
    """R13: whatever the payload."""
    assert reason(topic, reading()) == expected


def test_binary_mode_takes_its_attributes_from_user_properties() -> None:
    """CloudEvents binary mode over MQTT 5: the payload is `data` as it is."""
    attributes = {
        "id": "b1",
        "source": "/parking/lot-0012",
        "type": "city.parking.occupancy",
        "time": "2026-11-23T08:00:00Z",
        "sequence": "7",
    }
    found = one(TOPIC, b'{"availableSpotNumber":20}', attributes)
    assert (found.id, found.sequence, found.data) == ("b1", "7", b'{"availableSpotNumber":20}')
    assert one(TOPIC, b"{}", attributes | {"specversion": "1.0", "unknown": "x"}).id == "b1"
    for missing in ("source", "type"):
        less = {name: value for name, value in attributes.items() if name != missing}
        assert reason(TOPIC, b"{}", less) == Reason.MISSING_FIELD
    assert reason(TOPIC, b"{}", attributes | {"specversion": "0.3"}) == Reason.UNKNOWN_VERSION
    assert reason(TOPIC, b"{}", attributes | {"source": "/x/y"}) == Reason.TOPIC_MISMATCH
    assert reason(TOPIC, b"{}", attributes | {"time": "x"}) == Reason.BAD_TIME
    assert reason(TOPIC, b"7", attributes) == Reason.WRONG_FIELD
    assert reason(TOPIC, b"x", attributes) == Reason.NOT_JSON


class Legacy(msgspec.Struct):
    """What an old meter says."""

    free: int
    ts: int


def legacy(payload: bytes) -> Bare:
    """Read an old meter."""
    said = msgspec.json.decode(payload, type=Legacy)
    return Bare(msgspec.json.encode({"availableSpotNumber": said.free}), said.ts * 1_000_000)


def test_bare_json_needs_a_declared_adapter() -> None:
    """Without one it is no event; with one, CloudEvents still work on the same topic."""
    adapters = {("parking", "occupancy"): legacy}
    bare = b'{"free":3,"ts":1795420800}'
    assert reason(TOPIC, bare) == Reason.MISSING_FIELD
    (found,) = decode(TOPIC, bare, {}, None, adapters)
    assert found.data == b'{"availableSpotNumber":3}'
    assert found.time == instant.parse("2026-11-23T08:00:00Z")
    assert decode(TOPIC, bare, {}, None, adapters) == [found], "a repeat has the same id"
    assert decode(TOPIC, reading(), {}, None, adapters)[0].id == "lot-0012-0000000042"
    for payload, expected in (
        (b'{"free":3}', Reason.MISSING_FIELD),
        (b'{"free":"3","ts":1}', Reason.WRONG_FIELD),
        (b"free=3", Reason.NOT_JSON),
        (reading(id=...), Reason.MISSING_FIELD),
    ):
        with pytest.raises(Rejected) as caught:
            decode(TOPIC, payload, {}, None, adapters)
        assert caught.value.reason == expected


def test_a_card_is_kept_in_canonical_form() -> None:
    """Its data decodes to the card whatever the spelling of the message."""
    found = one(CARD_TOPIC, json.dumps(CARD, indent=2).encode())
    assert (found.type, found.source, found.district) == (event.CARD, "/parking/lot-0012", "210103")
    assert msgspec.json.decode(found.data, type=Card).name == "中街大悦城停车场"
    assert msgspec.json.encode(msgspec.json.decode(found.data, type=Card)) == found.data
    assert found == one(CARD_TOPIC, json.dumps(CARD, indent=2).encode())
    assert one(CARD_TOPIC, b"").data == b"null", "an empty message removes the card"


@pytest.mark.parametrize(
    "changes",
    [
        {"name": 7},
        {"kind": None},
        {"lng": 181},
        {"lat": -91},
        {"lng": "123"},
        {"reporting": {"mode": "sometimes"}},
        {"reporting": {"mode": "periodic"}},
        {"reporting": {"mode": "periodic", "period": 0}},
        {"reporting": {"mode": "periodic", "period": 1e300}},
        {"via": "../x"},
        {"attributes": {"x": [1]}},
        {"attributes": {"x": 2**64}},
        {"attributes": {"x": -(2**60)}},
        {"attributes": 1},
    ],
)
def test_a_bad_card_is_rejected(changes: dict[str, object]) -> None:
    """Its fields have types, units and ranges; numbers that nobody can hold are refused here."""
    assert reason(CARD_TOPIC, json.dumps(CARD | changes).encode()) == Reason.BAD_CARD


def test_other_bad_cards() -> None:
    """What is no JSON says so; `null` is no way to remove a card."""
    assert reason(CARD_TOPIC, b"null") == Reason.BAD_CARD
    assert reason(CARD_TOPIC, b"{}") == Reason.BAD_CARD
    assert reason(CARD_TOPIC, b"[]") == Reason.BAD_CARD
    assert reason(CARD_TOPIC, b"x") == Reason.NOT_JSON
    assert reason(CARD_TOPIC, b"\xff") == Reason.NOT_UTF8
    assert reason(CARD_TOPIC, b"x" * (MESSAGE_BYTES + 1)) == Reason.TOO_LARGE


def test_a_status_is_one_of_two_words() -> None:
    """As the will of a connection says it; a cleared one is no news."""
    found = one(STATUS_TOPIC, b"online")
    assert (found.type, found.data) == (event.STATUS, b'"online"')
    assert found.source == "/gateway/gw-zhongjie"
    assert one(STATUS_TOPIC, b"offline").data == b'"offline"'
    assert decode(STATUS_TOPIC, b"", {}, None) == []
    for payload in (b"Online", b"1", b'"online"', b"\xff", b"online\n"):
        assert reason(STATUS_TOPIC, payload) == Reason.BAD_STATUS


def test_an_answer_belongs_to_its_command() -> None:
    """The id in the topic and the one in the payload are the same; long words are cut."""
    found = one(ACK_TOPIC, b'{"id":"d1:42:0","ok":false,"detail":"' + b"x" * 2_000 + b'"}')
    assert found.type == event.ACK
    assert json.loads(found.data)["ok"] is False
    assert len(found.data) < 600
    assert reason(ACK_TOPIC, b'{"id":"d1:42:1"}') == Reason.TOPIC_MISMATCH
    assert reason(ACK_TOPIC, b'{"ok":true}') == Reason.BAD_ACK
    assert reason(ACK_TOPIC, b'{"id":"d1:42:0","ok":1}') == Reason.BAD_ACK
    assert reason(ACK_TOPIC, b"ok") == Reason.NOT_JSON


def test_the_hubs_own_commands_are_no_events() -> None:
    """They come back on `city/#`, where the hub listens."""
    assert decode("city/210103/parking/sign-03/$cmd/guide", b'{"id":"x"}', {}, None) == []


def test_an_exercise_is_marked_on_the_way_in() -> None:
    """A CloudEvent with the extension `exercise`, in either mode, and a card that says so."""
    assert one(TOPIC, reading(exercise=True)).exercise
    assert not one(TOPIC, reading(exercise=False)).exercise
    attributes = {"id": "1", "source": "/parking/lot-0012", "type": "city.parking.occupancy"}
    assert one(TOPIC, b"{}", attributes | {"exercise": "true"}).exercise
    assert not one(TOPIC, b"{}", attributes).exercise
    assert one(CARD_TOPIC, json.dumps(CARD | {"exercise": True}).encode()).exercise
    in_words = CARD | {"attributes": {"a": 1, "exercise": True}}
    assert not one(CARD_TOPIC, json.dumps(in_words).encode()).exercise
