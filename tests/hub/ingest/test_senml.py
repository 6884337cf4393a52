"""SenML packs (RFC 8428): one message, many readings."""

import json

import pytest

from hub.ingest import senml
from hub.ingest.decode import decode
from hub.ingest.reasons import Reason
from hub.model.errors import Rejected
from hub.model.event import Event

TOPIC = "city/210103/air/st-1/pack"
PACK: list[dict[str, object]] = [
    {"bn": "urn:dev:ow:10e2073a01080063:", "bt": 1.7e9, "bu": "Cel", "n": "temperature", "v": 23.1},
    {"n": "Rel_Humidity", "u": "%RH", "v": 67, "t": 1.5},
    {"n": "door", "vb": True, "t": -1},
    {"n": "label", "vs": "ok", "u": "/"},
]


def events(pack: object, content_type: str | None = None) -> list[Event]:
    """Return the events of a pack."""
    return decode(TOPIC, json.dumps(pack).encode(), {}, content_type)


def test_base_fields_are_resolved_into_each_record() -> None:
    """Base name, time and unit hold from their record on; a record's own unit comes first."""
    found = events(PACK)
    assert [e.type for e in found] == [
        "city.air.temperature",
        "city.air.rel-humidity",
        "city.air.door",
        "city.air.label",
    ]
    assert [e.time for e in found] == [
        1_700_000_000_000_000,
        1_700_000_001_500_000,
        1_699_999_999_000_000,
        1_700_000_000_000_000,
    ]
    assert [json.loads(e.data) for e in found] == [
        {"value": 23.1, "unit": "Cel"},
        {"value": 67, "unit": "%RH"},
        {"value": True, "unit": "Cel"},
        {"value": "ok", "unit": "/"},
    ]
    assert {(e.source, e.district) for e in found} == {("/air/st-1", "210103")}


def test_ids_depend_on_topic_index_and_time_alone() -> None:
    """A repeat of the pack is recognised, and no two records are alike."""
    assert events(PACK) == events(PACK, senml.MEDIA_TYPE)
    assert len({e.id for e in events(PACK)}) == len(PACK)
    later = [PACK[0] | {"bt": 1.7e9 + 1}, *PACK[1:]]
    assert not {e.id for e in events(PACK)} & {e.id for e in events(later)}


def test_base_value_and_sums_are_added() -> None:
    """RFC 8428 §4.1 to §4.3; a record of base fields alone is no reading."""
    pack = [
        {"bv": 20, "bs": 100, "bt": 1.7e9},
        {"n": "flow", "v": 3},
        {"n": "flow", "s": 5, "t": 1},
    ]
    found = [json.loads(e.data) for e in events(pack)]
    assert found[-2:] == [{"value": 23, "sum": 100}, {"sum": 105}]


def test_a_record_without_a_name_is_the_topics_event() -> None:
    """A device with one value needs no names."""
    assert events([{"bt": 1.7e9, "v": 1}])[0].type == "city.air.pack"
    assert events([{"bn": "urn:dev:x:", "bt": 1.7e9, "v": 1}])[0].type == "city.air.pack"


@pytest.mark.parametrize(
    ("pack", "expected"),
    [
        ([], Reason.BAD_SENML),
        ([{"bt": 1.7e9, "v": 1}] * 257, Reason.BAD_SENML),
        ([{"bt": 1.7e9}, {"n": "x"}], Reason.BAD_SENML),
        ([{"bt": 1.7e9, "v": 1, "vs": "x"}], Reason.BAD_SENML),
        ([{"bt": 1.7e9, "v": 1, "n": "温度"}], Reason.BAD_SENML),
        ([{"bt": 1.7e9, "v": 1, "must_": 1}], Reason.BAD_SENML),
        ([{"bt": 1.7e9, "v": 1, "bver": 11}], Reason.UNKNOWN_VERSION),
        ([{"bt": 1.7e9, "bv": 0.5, "v": 10**400}], Reason.BAD_SENML),
        ([{"bt": 10**400, "v": 1}], Reason.BAD_TIME),
        ([{"v": 1}], Reason.BAD_TIME),
        ([{"v": 1, "t": -5}], Reason.BAD_TIME),
        ([{"v": 1, "t": 1e300}], Reason.BAD_TIME),
        ([{"bt": 1.7e9, "v": "1"}], Reason.WRONG_FIELD),
        ([{"bt": 1.7e9, "vb": 1}], Reason.WRONG_FIELD),
        ([{"bt": "now", "v": 1}], Reason.WRONG_FIELD),
        ([[]], Reason.WRONG_FIELD),
    ],
)
def test_one_bad_record_rejects_the_pack(pack: object, expected: Reason) -> None:
    """All or nothing: half a message would be a silent loss."""
    with pytest.raises(Rejected) as caught:
        events(pack)
    assert caught.value.reason == expected
    with pytest.raises(Rejected):
        decode(TOPIC, b'{"bt":1}', {}, senml.MEDIA_TYPE)
