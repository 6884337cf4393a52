"""R10: whatever the bytes, `decode` returns events or raises Rejected with a known reason."""

import json
import random
from collections import Counter
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.ingest.decode import decode
from hub.ingest.reasons import Reason
from hub.model.errors import Rejected
from hub.model.event import Event
from tests.hub.ingest.samples import ACK_TOPIC, CARD, CARD_TOPIC, STATUS_TOPIC, TOPIC, envelope

TOPICS = (TOPIC, CARD_TOPIC, STATUS_TOPIC, ACK_TOPIC, "city/210103/air/st-1/pack")
SEED = 20_261_123
_log = msgspec.msgpack.Encoder().encode


def outcome(topic: str, payload: bytes, properties: dict[str, str] | None = None) -> str:
    """Return the reason, or `accepted` for events that the log can hold."""
    try:
        events = decode(topic, payload, properties or {}, None)
    except Rejected as error:
        return Reason(error.reason)  # ValueError for one outside the closed set
    assert msgspec.msgpack.decode(_log(events), type=list[Event]) == events
    for event in events:
        msgspec.json.decode(event.data)
    return "accepted"


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


@settings(max_examples=300)
@given(st.sampled_from(TOPICS), st.binary(max_size=300))
def test_any_bytes(topic: str, payload: bytes) -> None:
    """Random bytes on every kind of topic."""
    assert outcome(topic, payload)


@settings(max_examples=300)
@given(st.sampled_from(sorted(envelope())), values, st.booleans())
def test_any_value_in_any_field(name: str, value: object, ascii_only: bool) -> None:  # noqa: FBT001 drawn
    """A good envelope with one field of any JSON value."""
    payload = json.dumps(envelope(**{name: value}), ensure_ascii=ascii_only)
    assert outcome(TOPIC, payload.encode("utf-8", "surrogatepass"))


@settings(max_examples=300)
@given(st.sampled_from(TOPICS), values)
def test_any_json(topic: str, value: object) -> None:
    """Any JSON value as the whole message, a card and an answer included."""
    assert outcome(topic, json.dumps(value).encode())


@settings(max_examples=200)
@given(st.dictionaries(st.sampled_from(["n", "v", "t", "bn", "bt", "bv", "s", "u", "vb"]), values))
def test_any_senml_record(record: dict[str, object]) -> None:
    """Any record in a pack."""
    assert outcome("city/210103/air/st-1/pack", json.dumps([record]).encode())


@settings(max_examples=200)
@given(st.text(max_size=60), st.dictionaries(st.sampled_from(["id", "source", "time"]), st.text()))
def test_any_topic_and_properties(topic: str, properties: dict[str, str]) -> None:
    """R13 with any text, and any MQTT 5 user properties."""
    assert outcome(topic, b"{}", properties)
    assert outcome(TOPIC, b"{}", properties)


GOOD = (
    json.dumps(envelope()).encode(),
    json.dumps(CARD, ensure_ascii=False).encode(),
    b'{"id":"d1:42:0","ok":true}',
    b'[{"bn":"x:","bt":1.7e9,"n":"a","v":1},{"n":"b","vs":"y"}]',
    b"online",
)


def mutations(rng: random.Random) -> list[Callable[[bytes], bytes]]:
    """Return the ways in which a payload goes wrong."""
    deep = rng.choice((5, 33, 1_000, 8_000))
    number = rng.choice((b"9" * rng.randint(1, 5_000), b"1e999", b"-1e400", b"NaN", b"Infinity"))
    odd = rng.choice((b"\\ud800", b"\\udc00\\ud800", b"\xed\xa0\x80", b"\x00", b"\\u0000", b"\xff"))
    return [
        lambda good: good,
        lambda _: rng.randbytes(rng.randint(0, 400)),
        lambda good: good[: rng.randint(0, len(good))],
        lambda good: b"\xef\xbb\xbf" + good,
        lambda good: good.replace(b":", b":" + b"[" * deep, 1),
        lambda good: b'{"a":' * deep + good + b"}" * deep,
        lambda good: good.replace(b"1", number, 1),
        lambda good: good.replace(b"a", odd, rng.randint(1, 3)),
        lambda good: good.replace(b"{", b'{"id":1,"id":"x",', 1),
        lambda good: _flip(good, rng),
        lambda good: good * rng.randint(2, 5),
        lambda good: good + b" " * rng.choice((1, 16_384, 100_000)),
    ]


def _flip(good: bytes, rng: random.Random) -> bytes:
    found = bytearray(good)
    for _ in range(rng.randint(1, 4)):
        found[rng.randrange(len(found))] = rng.randrange(256)
    return bytes(found)


def fuzz(count: int) -> Counter[str]:
    """Return how often each outcome came."""
    rng = random.Random(SEED)  # noqa: S311 a test's own randomness
    counted: Counter[str] = Counter()
    for _ in range(count):
        payload = rng.choice(mutations(rng))(rng.choice(GOOD))
        counted[outcome(rng.choice(TOPICS), payload)] += 1
    return counted


def test_20_000_hostile_payloads() -> None:
    """Every one has an outcome, the counts add up, and good ones are still accepted."""
    counted = fuzz(20_000)
    print(f"seed {SEED}: {dict(counted)}")  # noqa: T201 the seed belongs into the report
    assert counted.total() == 20_000
    assert counted["accepted"] > 100
    assert len(counted) > 8


@pytest.mark.long
def test_1_000_000_hostile_payloads() -> None:
    """R10 in full."""
    assert fuzz(1_000_000).total() == 1_000_000
