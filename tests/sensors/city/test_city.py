"""The simulated city: the same seed gives the same bytes, however it is asked."""

import json
from collections import Counter
from itertools import pairwise

import msgspec
import pytest
from haversine import Unit, haversine
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.model import topic as topics
from hub.model.device import Card
from hub.model.district import CODES, DISTRICTS
from hub.model.instant import DAY, HOUR, MINUTE, SECOND, parse, text
from sensors.city.city import City
from sensors.city.errors import BadCommand, BadPlan
from sensors.city.fault import FaultKind, Level
from sensors.city.message import Message
from sensors.city.size import LARGEST, Size, fixed, of_devices, sized

T0 = parse("2026-11-23T08:00:00+08:00")
CALM = City(1, faults=Level.NONE)
HEAVY = City(1, sized(60), faults=Level.HEAVY)
SPAN = 6 * MINUTE


def command(topic: str, name: str, data: object, at: int, number: int = 1) -> tuple[str, bytes]:
    """Return a command's topic and payload, good for a minute."""
    body = {"id": f"d1-{number}", "name": name, "expires": text(at + MINUTE), "data": data}
    return f"{topic.rpartition('/')[0]}/$cmd/{name}", json.dumps(body).encode()


def guided(city: City, at: int, free: int, number: int = 1) -> list[Message]:
    """Tell the first sign to show a line."""
    sign = city.signs[0]
    data = {"lines": [{"name": "甲", "free": free, "distance": 350}]}
    topic = f"city/{sign.district}/parking/{sign.id}/sign"
    return city.obey(*command(topic, "guide", data, at, number), at)


def parked(city: City, since: int, until: int) -> list[Message]:
    """Return what the car parks say, as if no gateway ever failed."""
    return list(city.fleets.series[0].due(since, until, dict.fromkeys(city.gateways, ())))


@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(0, SPAN), max_size=6), st.integers(0, 3 * DAY))
def test_slicing_changes_no_byte(cuts: list[int], after: int) -> None:
    """Asking for an interval at once or in any slices gives the same messages in one order."""
    start = T0 + after
    whole = list(HEAVY.due(start, start + SPAN))
    edges = [0, *sorted(cuts), SPAN]
    sliced = [message for a, b in pairwise(edges) for message in HEAVY.due(start + a, start + b)]
    assert sliced == whole
    assert whole == sorted(whole, key=lambda message: message.at)


def test_a_city_can_be_entered_at_any_hour_and_built_twice() -> None:
    """Another process that starts later goes on with the same readings."""
    first = list(City(4, sized(50)).due(T0, T0 + 4 * MINUTE))
    later = list(City(4, sized(50)).due(T0 + 2 * MINUTE, T0 + 4 * MINUTE))
    assert later == first[-len(later) :]
    assert list(City(5, sized(50)).due(T0, T0 + 4 * MINUTE)) != first


def test_the_standard_city_is_that_of_the_facts() -> None:
    """343 car parks with 111,000 bays in all 13 districts, some 60 signs, few connections."""
    assert sum(lot.course.capacity for lot in CALM.lots) == 111_000
    lots = Counter(lot.place.district for lot in CALM.lots)
    assert set(lots) == CODES
    outskirts = {"210115", "210123", "210124", "210181"}
    people = {district.code: district.people for district in DISTRICTS}
    assert sum(lots[code] for code in outskirts) < sum(lots.values()) * sum(
        people[code] for code in outskirts
    ) / sum(people.values())
    assert 50 <= len(CALM.signs) <= 70
    assert len(CALM.gateways) <= 32
    assert len({lot.name for lot in CALM.lots}) == 343


def test_each_car_park_of_an_area_has_another_within_800_metres() -> None:
    """Guidance needs somewhere to guide to."""
    for lot in CALM.lots:
        if lot.place.area:
            assert any(
                haversine((lot.lat, lot.lng), (other.lat, other.lng), unit=Unit.METERS) <= 800
                for other in CALM.lots
                if other is not lot and other.place is lot.place
            )


def test_cards_and_readings_are_of_the_hubs_grammar() -> None:
    """Topics parse, cards decode, id, source, type and topic of a reading agree."""
    gateways = list(CALM.gateways)
    cards = [card for gateway in gateways for card in CALM.cards(gateway, T0)]
    assert len(cards) == CALM.size.devices + len(CALM.signs) + len(gateways)
    assert len({message.topic for message in cards}) == len(cards)
    for message in cards:
        card = msgspec.json.decode(message.payload, type=Card)
        assert topics.parse(message.topic).kind is topics.Kind.CARD
        assert message.retain
        assert card.attributes["simulated"] is True
        assert card.kind == "Gateway" or card.via in gateways
    for message in CALM.due(T0, T0 + MINUTE):
        topic = topics.parse(message.topic)
        event = json.loads(message.payload)
        assert (event["source"], event["type"]) == (topic.source, topic.type)
        assert event["id"] == message.id
        assert event["time"] == text(message.at)
        data = event["data"]
        if topic.domain != "parking":
            continue
        assert event["id"] == f"{topic.device}-{event['sequence']}"
        assert data["availableSpotNumber"] == max(
            0, data["totalSpotNumber"] - data["occupiedSpotNumber"]
        )


def test_readings_are_spread_evenly_and_sequences_have_no_gap() -> None:
    """Each car park reports once a period, and no second is much fuller than another."""
    messages = parked(CALM, T0, T0 + 3 * MINUTE)
    assert len(messages) == 3 * 343
    per_second = Counter(message.at // SECOND for message in messages)
    assert max(per_second.values()) - min(per_second.values()) <= 1
    of_one = [int(m.sequence) for m in messages if m.device == "lot-0007"]
    assert of_one == list(range(of_one[0], of_one[0] + 3))


def test_an_area_fills_up_at_its_peak_and_empties_at_night() -> None:
    """At weekday peaks some 商圈 have ≥95 % in ≥70 % of their car parks, at night none."""

    def saturated(at: int) -> int:
        full: dict[str, list[bool]] = {}
        for lot in CALM.lots:
            if lot.place.area:
                taken = lot.course.occupied(at) >= 0.95 * lot.course.capacity
                full.setdefault(lot.place.id, []).append(taken)
        return sum(sum(lots) >= 0.7 * len(lots) for lots in full.values())

    days = [T0 - 8 * HOUR + day * DAY for day in range(7)]
    evening = [max(saturated(day + h * HOUR // 2) for h in range(34, 41)) for day in days]
    assert sum(1 for count in evening if 1 <= count <= 6) >= 5
    assert all(saturated(day + 4 * HOUR) == 0 for day in days)
    assert any(
        lot.course.occupied(day + 19 * HOUR) > lot.course.capacity
        for lot in CALM.lots
        for day in days
    )


@pytest.mark.parametrize("kind", [kind for kind in FaultKind if kind is not FaultKind.RESET])
def test_a_fault_shows_as_its_kind(kind: FaultKind) -> None:
    """What a fault is called is what its messages do."""
    city = City(2, sized(60), faults=Level.HEAVY)
    lot, fault = next(
        (lot, fault)
        for hour in range(200)
        for lot in city.lots
        if (fault := city.fault(lot.id, T0 + hour * HOUR)) and fault.kind is kind
    )
    sent = [m for m in parked(city, fault.since, fault.until) if m.device == lot.id]
    taken = (fault.until - fault.since) // MINUTE
    data = [json.loads(m.payload)["data"] for m in sent]
    numbers = {int(m.sequence) for m in sent}
    if kind is FaultKind.OFFLINE:
        assert not sent
    elif kind is FaultKind.STUCK:
        assert len({d["occupiedSpotNumber"] for d in data}) == 1
    elif kind is FaultKind.DUPLICATE:
        assert sent[0::2] == sent[1::2]
    elif kind is FaultKind.CLOCK_OFF:
        assert all(json.loads(m.payload)["time"] == text(m.at + fault.value) for m in sent)
    elif kind is FaultKind.OUT_OF_RANGE:
        assert all(d["occupiedSpotNumber"] > d["totalSpotNumber"] for d in data)
        assert all(d["availableSpotNumber"] < 0 for d in data)
    else:
        assert 0 < len(numbers) < taken


def test_a_reset_starts_the_sequence_again_with_new_ids() -> None:
    """A rebooted device counts from 1, and no id comes twice."""
    messages = parked(City(1, sized(60), faults=Level.HEAVY), T0, T0 + 30 * HOUR)
    resets = [m for m in messages if m.sequence == "0000000001"]
    assert resets
    ids = Counter(m.id for m in messages)
    assert max(ids.values()) == 2  # duplicates are the same bytes
    assert len({(m.id, m.payload) for m in messages}) == len(ids)


def test_an_outage_silences_all_behind_the_gateway_and_is_told() -> None:
    """Between `offline` and `online` nothing comes through the gateway, commands neither."""
    moments = range(T0, T0 + DAY, 5 * MINUTE)
    outs = {(name, at): HEAVY.status(name, at).payload == b"offline"
            for name in HEAVY.gateways for at in moments}  # fmt: skip
    seen = next(
        at
        for (name, at), out in outs.items()
        if out and not outs.get((name, at - 5 * MINUTE), True)
    )
    messages = list(HEAVY.due(seen - 6 * MINUTE, seen + 61 * MINUTE))
    start = next(i for i, m in enumerate(messages) if m.payload == b"offline")
    down = messages[start]
    end = next(
        i for i, m in enumerate(messages) if i > start and m.topic == down.topic and m.retain
    )
    assert messages[end].payload == b"online"
    assert not [m for m in messages[start + 1 : end] if m.gateway == down.gateway]
    assert HEAVY.status(down.gateway, down.at).payload == b"offline"
    lot = next(lot for lot in HEAVY.lots if lot.gateway == down.gateway)
    sent = command(lot.topic, "resend", {"from": "1", "to": "1"}, down.at)
    assert HEAVY.obey(*sent, down.at) == []


def test_a_sign_shows_reports_and_acknowledges() -> None:
    """`guide` is acknowledged and reported; the same lines again are only acknowledged."""
    city = City(1, sized(60), faults=Level.NONE)
    ack, said = guided(city, T0, 120)
    assert json.loads(ack.payload) == {"id": "d1-1", "ok": True, "detail": ""}
    assert ack.topic.endswith("/$ack/d1-1")
    event = json.loads(said.payload)
    assert event["data"] == {"lines": [{"name": "甲", "free": 120, "distance": 350.0}]}
    assert (event["type"], event["sequence"]) == ("city.parking.sign", "0000000001")
    assert len(guided(city, T0 + SECOND, 120, 2)) == 1
    assert guided(city, T0 + SECOND, 119, 3)[1].sequence == "0000000002"


def test_an_expired_command_is_refused() -> None:
    """A command past its expiry changes nothing and is answered with ok=false."""
    city = City(1, sized(60), faults=Level.NONE)
    sign = city.signs[0]
    topic = f"city/{sign.district}/parking/{sign.id}/sign"
    (ack,) = city.obey(*command(topic, "guide", {"lines": []}, T0), T0 + MINUTE + 1)
    assert json.loads(ack.payload) == {"id": "d1-1", "ok": False, "detail": "expired"}
    assert city.signs[0] is sign


def test_resend_gives_the_same_bytes_from_a_bounded_buffer() -> None:
    """A gap is filled with what was lost, unchanged; what is no longer kept is said."""
    lost = [m for m in parked(CALM, T0, T0 + 10 * MINUTE) if m.device == "lot-0012"]
    span = {"from": lost[2].sequence, "to": lost[4].sequence}
    soon, late = T0 + 10 * MINUTE, T0 + 2 * HOUR
    ack, *again = CALM.obey(*command(lost[0].topic, "resend", span, soon), soon)
    assert json.loads(ack.payload)["ok"] is True
    assert again == lost[2:5]
    ack, *again = CALM.obey(*command(lost[0].topic, "resend", span, late), late)
    assert json.loads(ack.payload)["ok"] is False
    assert not again


def test_a_sign_resends_its_own() -> None:
    """Signs keep their last 64 readings."""
    city = City(1, sized(60), faults=Level.NONE)
    said = [guided(city, T0 + n * SECOND, n, n + 1)[1] for n in range(70)]
    sign = city.signs[0]
    topic = f"city/{sign.district}/parking/{sign.id}/sign"
    ack, *again = city.obey(
        *command(topic, "resend", {"from": "0000000005", "to": "0000000070"}, T0), T0
    )
    assert again == said[-64:]
    assert json.loads(ack.payload)["detail"] == "2 of them are no longer kept"


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("city/210103/parking/lot-9999/$cmd/guide", b'{"id":"a","name":"guide","expires":"X"}'),
        ("city/210103/parking/lot-0001/$cmd/guide", b"\xff"),
        ("city/210103/parking/lot-0001/$cmd/guide", b'{"id":"a"}'),
        (
            "city/210103/parking/lot-9999/$cmd/guide",
            b'{"id":"a","name":"guide","expires":"2026-11-23T00:00:00Z"}',
        ),
        (
            "city/210103/parking/lot-0001/$cmd/guide",
            b'{"id":"a/b","name":"guide","expires":"2026-11-23T00:00:00Z"}',
        ),
    ],
)
def test_what_cannot_be_answered_is_refused_with_a_reason(topic: str, payload: bytes) -> None:
    """Rubbish on the downlink is an error with a detail, never a crash or silence."""
    with pytest.raises(BadCommand) as caught:
        CALM.obey(topic, payload, T0)
    assert caught.value.detail


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("guide", {"lines": []}),
        ("dance", {}),
        ("resend", {"from": "x", "to": "y"}),
        ("resend", {}),
    ],
)
def test_what_a_car_park_cannot_do_it_says(name: str, data: object) -> None:
    """A command that was understood but not obeyed is answered with ok=false."""
    (ack,) = CALM.obey(*command(CALM.lots[0].topic, name, data, T0), T0)
    assert json.loads(ack.payload)["ok"] is False


def test_another_period_boots_the_devices() -> None:
    """With a period of its own the sequence begins at 1, so that no huge gap shows."""
    city = City(1, sized(10), faults=Level.NONE)
    city.begin(T0 + 123, 1 / 60)
    messages = parked(city, T0 + 123, T0 + 123 + SECOND)
    assert {m.sequence for m in messages} == {"0000000001"}
    assert len({m.id for m in messages}) == len(messages) == 10


@pytest.mark.parametrize("devices", [1, fixed(), LARGEST + 1])
def test_a_city_has_bounds(devices: int) -> None:
    """No city is smaller than what every city has, or larger than was measured."""
    with pytest.raises(BadPlan):
        of_devices(devices)


@pytest.mark.parametrize("devices", [600, 1_460, 10_000, LARGEST])
def test_a_size_is_about_what_was_asked_for(devices: int) -> None:
    """The kinds grow in proportion; hospitals, ambulances and roads stay."""
    size = of_devices(devices)
    assert abs(size.devices - devices) <= max(5, devices // 200)
    assert of_devices(0) == Size()


def test_a_command_is_obeyed_behind_one_gateway_only() -> None:
    """Of the copies that all gateways of a district hear, the device's own one is obeyed."""
    city = City(1, faults=Level.NONE)
    sign = city.signs[0]
    others = [g for g in city.gateways.values() if g.district == sign.district]
    assert len(others) > 1
    topic = f"city/{sign.district}/parking/{sign.id}/sign"
    sent = command(topic, "guide", {"lines": [{"name": "甲", "free": 1, "distance": 2}]}, T0)
    answers = [city.obey(*sent, T0, heard_by=gateway.id) for gateway in others]
    assert [len(answer) for answer in answers if answer] == [2]
    assert len(city.signs[0].kept) == 1


def test_a_command_to_the_wrong_domain_is_refused() -> None:
    """A topic must name the device's own district and domain."""
    lot = CALM.lots[0]
    topic = f"city/{lot.district}/traffic/{lot.id}/occupancy"
    with pytest.raises(BadCommand):
        CALM.obey(*command(topic, "resend", {"from": "1", "to": "1"}, T0), T0)


def test_a_road_is_closed_and_opened_by_command() -> None:
    """`close` is acknowledged, then the section reports closed and 0 km/h, until `open`."""
    city = City(1, faults=Level.NONE)
    road = city.fleets.devices.roads[7]
    topic = f"city/{road.district}/traffic/{road.id}/flow"

    def flow(at: int) -> dict[str, object]:
        said = [m for m in city.due(at, at + MINUTE) if m.device == road.id]
        data: dict[str, object] = json.loads(said[0].payload)["data"]
        return data

    assert flow(T0)["closed"] is False
    (ack,) = city.obey(*command(topic, "close", {"reason": "积水"}, T0), T0)
    assert json.loads(ack.payload)["ok"] is True
    assert flow(T0 + MINUTE) | {"freeFlowSpeed": 0} == {
        "averageVehicleSpeed": 0.0, "freeFlowSpeed": 0, "closed": True,
    }  # fmt: skip
    later = T0 + 3 * MINUTE
    city.obey(*command(topic, "open", {}, later, 2), later)
    assert flow(later)["closed"] is False
    sign = CALM.lots[0].topic
    (ack,) = CALM.obey(*command(sign, "close", {}, T0), T0)
    assert json.loads(ack.payload)["ok"] is False
