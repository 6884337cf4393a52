"""The topic grammar: what is a topic of a device, and what is not."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model.errors import BadTopic
from hub.model.limits import TOPIC_BYTES
from hub.model.topic import Kind, Topic, parse

GOOD = {
    "city/210102/parking/lot-0012/occupancy": Topic(
        "210102", "parking", "lot-0012", Kind.READING, "occupancy"
    ),
    "city/210102/parking/lot-0012/$device": Topic("210102", "parking", "lot-0012", Kind.CARD),
    "city/210103/gateway/gw-1/$status": Topic("210103", "gateway", "gw-1", Kind.STATUS),
    "city/210103/parking/s/$cmd/guide": Topic("210103", "parking", "s", Kind.COMMAND, "guide"),
    "city/210103/parking/s/$ack/d1.p.1_a": Topic("210103", "parking", "s", Kind.ACK, "d1.p.1_a"),
}


@pytest.mark.parametrize(("text", "topic"), GOOD.items())
def test_a_topic_is_parsed_and_written_back(text: str, topic: Topic) -> None:
    """City, district, domain, device, event, and the `$` levels."""
    assert parse(text) == topic
    assert str(topic) == text


def test_source_and_type_follow_from_the_topic() -> None:
    """CloudEvents `source` is `/{domain}/{device}`, `type` is `city.{domain}.{event}`."""
    topic = parse("city/210102/parking/lot-0012/occupancy")
    assert (topic.source, topic.type) == ("/parking/lot-0012", "city.parking.occupancy")


@pytest.mark.parametrize(
    "text",
    [
        "", "/", "city", "city/210102", "city/210102/parking/lot", "City/210102/parking/lot/x",
        "town/210102/parking/lot/x", "city/../parking/lot/x", "city/210102/parking/../x",
        "city/+/parking/lot/x", "city/#", "city/210102/#", "$SYS/broker/uptime",
        "city/210102//lot/x", "city/210102/parking//x", "city/210102/parking/lot/",
        "/city/210102/parking/lot/x", "city/210102/parking/lot/x/", "city/210102/parking/lot/x/y",
        "city/210102/parking/lot/x/y/z", "city/210102/parking/l\0t/x", "city/210102/parking/lot/X",
        "city/999999/parking/lot/x", "city/２１０１０２/parking/lot/x", "city/210102/停车/lot/x",
        "city/210102/Parking/lot/x", "city/210102/parking/lot x/y", "city/210102/parking/lot/x\n",
        "city/210102/hub/lot/x", "city/210102/scenario/lot/x", "city/210102/parking/lot/$other",
        "city/210102/parking/lot/$device/x", "city/210102/parking/lot/$cmd",
        "city/210102/parking/lot/$ack", "city/210102/parking/lot/$ack/", "city/210102/a/b/$cmd/A",
        "city/210102/parking/" + "a" * 65 + "/x", "city/210102/" + "a" * 33 + "/lot/x",
        "city/210102/parking/lot/" + "a" * TOPIC_BYTES, "city/210102/parking/-lot/x",
        "city/210102/parking/lot/\ud800",
    ],
)  # fmt: skip
def test_all_else_is_no_topic(text: str) -> None:
    """Rejected with a reason, never an error of another kind (R13)."""
    with pytest.raises(BadTopic) as caught:
        parse(text)
    assert caught.value.reason in {
        "topic-shape", "topic-level", "topic-too-long", "unknown-district"
    }  # fmt: skip


@given(st.text(max_size=80) | st.lists(st.text(max_size=12), max_size=7).map("/".join))
def test_any_text_is_a_topic_or_a_bad_one(text: str) -> None:
    """What parses is written back the same."""
    with suppress(BadTopic):
        assert str(parse(text)) == text
