"""Telemetry as binary columns: what a view is told, against what the screen holds."""

import json
import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Raw
from msgspec.json import encode

from hub.serve.column_channel import ColumnChannel
from hub.serve.frames import Moment
from hub.serve.limits import STEPS
from hub.serve.screen import Row, Screen, row
from hub.serve.slots import Slots
from hub.serve.subscription import Subscription
from tests.hub.serve.city import alert, lot
from tests.hub.serve.column_client import ColumnClient, decode
from tests.hub.serve.conftest import Running
from tests.hub.serve.test_pure import message

NOW = Moment(server=0, city=0)
EAST = Subscription(window=(123.42, 41, 124, 42), format="columns")


class View:
    """A channel with the screen behind it; clients that are up to date, or behind."""

    def __init__(self, subscription: Subscription) -> None:
        self.screen, self.slots = Screen(), Slots()
        self.channel = ColumnChannel(subscription, self.slots)
        self._before: dict[str, Row | None] = {}

    def put(self, new: Row) -> None:
        """Show an entity."""
        self._before.setdefault(new.id, self.screen.put(new))

    def drop(self, name: str) -> None:
        """Take one off."""
        old = self.screen.rows.pop(name, None)
        if old is not None:
            self._before.setdefault(name, old)

    def flush(self) -> None:
        """Make the delta, as a Wall does."""
        before, self._before = self._before, {}
        self.channel.flush(before, self.screen, "e", NOW)
        for name, old in before.items():
            if old is not None and name not in self.screen.rows:
                self.slots.release(name, old.layer)

    async def bring(self, client: ColumnClient) -> bool:
        """Bring a client up to date; return whether it was told everything."""
        if client.seq == self.channel.seq:
            return False
        frame, whole = self.channel.since(client.seq, self.screen, "e", NOW, 0)
        await client.take(decode(message(frame)))
        return whole

    def shown(self) -> dict[str, object]:
        """Return what a client of this view must hold."""
        wants = self.channel.subscription.wants
        return {name: as_told(each) for name, each in self.screen.rows.items() if wants(each)}


def as_told(each: Row) -> dict[str, object]:
    """Return a row as columns tell it."""
    entity = json.loads(each.json)
    del entity["type"]
    lng, lat = entity.pop("at")
    entity |= {"lng": round(lng * 1e7), "lat": round(lat * 1e7), "time": 1_795_406_400_000.0}
    return entity  # type: ignore[no-any-return]


def client() -> ColumnClient:
    """Return one that is not connected: frames are handed to it."""
    found = ColumnClient(0)
    found.acknowledging = False
    return found


changes = st.lists(
    st.lists(
        st.tuples(st.integers(1, 6), st.integers(0, 30), st.sampled_from(("show", "move", "hide"))),
        max_size=6,
    ),
    max_size=12,
)


@settings(deadline=None)
@given(changes, st.lists(st.integers(0, 11), max_size=12))
@pytest.mark.parametrize("view", [Subscription(format="columns"), EAST])
async def test_a_client_holds_what_its_view_shows_however_far_behind(
    view: Subscription, steps: list[list[tuple[int, int, str]]], looks: list[int]
) -> None:
    """One client takes every delta, another only some: both end equal to the screen."""
    here = View(view)
    steady, lazy = client(), client()
    await here.bring(steady)
    for index, step in enumerate(steps):
        for number, free, what in step:
            if what == "hide":
                here.drop(f"parking.lot/lot-{number:04d}")
            else:
                place = (123.5, 41.5) if what == "move" else (123.4, 41.8)
                here.put(row(encode(lot(number, free, at=place))))
        here.flush()
        await here.bring(steady)
        assert steady.entities == here.shown()
        if index in looks:
            await here.bring(lazy)
            assert lazy.entities == here.shown()
    await here.bring(lazy)
    assert lazy.entities == steady.entities
    assert lazy.gaps == steady.gaps == 0


async def test_who_missed_that_an_entity_left_twice_drops_it_by_the_slot_it_knew() -> None:
    """Between two looks an entity may leave, come back in another slot and leave again."""
    here, lazy = View(Subscription(format="columns")), client()
    one, two = row(encode(lot(1, 0))), row(encode(lot(2, 0)))
    here.put(two)
    here.flush()
    await here.bring(lazy)
    here.drop(two.id)
    here.flush()
    here.put(one)
    here.put(two)
    here.flush()
    here.drop(two.id)
    here.flush()
    assert not await here.bring(lazy)
    assert lazy.entities == here.shown()


async def test_who_is_too_far_behind_is_told_everything() -> None:
    """The steps kept are bounded; beyond them a whole frame replaces what the client has."""
    here, late = View(Subscription(format="columns")), client()
    here.put(row(encode(lot(1, 1))))
    here.flush()
    assert await here.bring(late)
    for free in range(STEPS):
        here.put(row(encode(lot(1, free + 2))))
        here.flush()
    assert not await here.bring(late)
    for free in range(STEPS + 1):
        here.put(row(encode(lot(1, free))))
        here.flush()
    assert await here.bring(late)
    assert late.entities == here.shown()


def test_only_columns_that_changed_are_sent() -> None:
    """A reading changes a number: no title, no place, no id goes over the wire again."""
    here = View(Subscription(format="columns"))
    here.put(row(encode(lot(1, 100))))
    here.flush()
    here.put(row(encode(lot(1, 99, 2))))
    here.flush()
    frame = decode(message(here.channel.since(1, here.screen, "e", NOW, 0)[0]))
    (batch,) = frame["batches"]
    assert set(batch["columns"]) == {"slot", "v", "time", "data.availableSpotNumber"}
    assert batch["columns"]["data.availableSpotNumber"] == [99]


@pytest.mark.parametrize(
    "values",
    [
        [1, 2.5, None],
        [True, None, False],
        ["a", None, "a"],
        [1, "a", True],
        [None, None, None],
        [{"deep": [1]}, [], ""],
        [2**53, -(2**53), 0],
    ],
)
def test_any_value_of_a_field_arrives(values: list[object]) -> None:
    """Numbers, truths, texts, nothing, and what no layer declares."""
    here = View(Subscription(format="columns"))
    for number, value in enumerate(values):
        here.put(row(encode(lot(number, 0, data=Raw(encode({"x": value}))))))
    here.flush()
    frame = decode(message(here.channel.since(-1, here.screen, "e", NOW, 0)[0]))
    found = frame["batches"][0]["columns"]["data.x"]
    assert found == values
    assert not any(isinstance(value, float) and math.isnan(value) for value in found)


@pytest.mark.contract
async def test_columns_follow_the_city(serve: Running) -> None:
    """Hello, the alerts, the entities at once, then what changed; incidents in JSON as ever."""
    await serve.d1.show(lot(1, 20), lot(2, 30))
    async with ColumnClient(serve.port) as screen:
        await screen.kind("snapshot")
        first = await screen.kind("columns")
        assert first["prev"] is None
        await screen.until(lambda _: len(screen.entities) == 3)
        await serve.d1.show(lot(1, 19, v=2))
        await screen.until(lambda _: _free(screen, 1) == 19)
        await serve.d1.hide(lot(2, 30))
        await screen.until(lambda _: "parking.lot/lot-0002" not in screen.entities)
        await serve.city.tell(alert("zhongjie"))
        await screen.kind("incident")
        assert list(screen.alerts) == ["parking/saturated/zhongjie#1"]
        assert screen.gaps == 0


@pytest.mark.contract
async def test_who_does_not_acknowledge_is_sent_no_more_and_then_one_frame(serve: Running) -> None:
    """Telemetry goes at the client's pace; incidents do not wait for it."""
    async with ColumnClient(serve.port) as screen:
        await screen.kind("columns")
        screen.acknowledging = False
        await serve.d1.show(lot(1, 1))
        await screen.until(lambda _: _free(screen, 1) == 1)
        held = screen.seq
        for free in range(2, 6):
            await serve.d1.show(lot(1, free, v=free))
            await screen.kind("beat")
        await serve.city.tell(alert("zhongjie"))
        await screen.kind("incident")
        assert screen.seq == held
        screen.acknowledging = True
        await screen.say(kind="ack", seq=held)
        frame = await screen.kind("columns")
        assert frame["prev"] == held
        assert _free(screen, 1) == 5
        assert screen.gaps == 0


@pytest.mark.contract
async def test_a_scenario_can_be_subscribed_to(serve: Running) -> None:
    """Its layers and its tiles, nothing else."""
    other = lot(1, 1, id="eco.air/a", layer="eco.air")
    await serve.d1.show(lot(1, 20), other)
    async with ColumnClient(serve.port, scenarios="parking") as screen:
        await screen.until(lambda _: "parking.lot/lot-0001" in screen.entities)
        await screen.until(lambda _: "tile/parking.free" in screen.entities)
        assert "eco.air/a" not in screen.entities
        await screen.say(kind="subscribe", scenarios=["eco"])
        await screen.until(lambda _: list(screen.entities) == ["eco.air/a"])


@pytest.mark.contract
async def test_a_resumed_screen_gets_incidents_before_its_columns_are_taken(serve: Running) -> None:
    """The place in the incidents is kept over a break."""
    async with ColumnClient(serve.port) as screen:
        await screen.kind("columns")
        await serve.city.tell(alert("zhongjie"))
        await screen.kind("incident")
    await serve.city.tell(alert("taiyuanjie"))
    place = screen.incident_seq
    async with ColumnClient(serve.port, epoch=screen.epoch, incident_seq=place) as again:
        snapshot = await again.kind("snapshot")
        assert snapshot["resumed"]
        missed = await again.kind("incident")
        assert missed["alert"]["place"] == "taiyuanjie"


def _free(screen: ColumnClient, number: int) -> object:
    entity = screen.entities.get(f"parking.lot/lot-{number:04d}")
    return None if entity is None else entity["data"]["availableSpotNumber"]


CUTS = 100


@pytest.mark.contract
async def test_a_hundred_cuts_lose_no_incident_and_show_none_twice(serve: Running) -> None:
    """The line is cut at random, mid-frame too: after each return all goes on where it was."""
    dice = random.Random(6)  # noqa: S311 the same cuts each time
    told: list[int] = []
    seen: list[int] = []
    place: dict[str, str | int] = {}
    for cut in range(CUTS):
        screen = ColumnClient(serve.port, **place)
        async with screen:
            if place:
                screen.incident_seq = int(place["incident_seq"])
            for _ in range(dice.randrange(3)):
                told.append(await serve.city.tell(alert(f"p{len(told)}")))
                await serve.d1.show(lot(dice.randrange(40), dice.randrange(400), v=2 + cut))
            await screen.kind("snapshot")
            for _ in range(dice.randrange(5)):
                await screen.next()
            # No farewell: the line is gone, whatever was on its way.
            screen.socket.transport.abort()
        seen += [frame["seq"] for frame in screen.frames if frame["kind"] == "incident"]
        if not place:
            # What came before the first snapshot is in it, and no incident of its own.
            told = [each for each in told if each > screen.incident_seq or each in seen]
        place = {"epoch": screen.epoch, "incident_seq": screen.incident_seq}
    async with ColumnClient(serve.port, **place) as last:
        last.incident_seq = int(place["incident_seq"])
        await last.kind("columns")
        while last.incident_seq < max(told):
            await last.next()
        seen += [frame["seq"] for frame in last.frames if frame["kind"] == "incident"]
        await last.until(lambda _: len(last.entities) > 1)
    assert seen == sorted(set(seen))
    assert set(told) <= set(seen)
    listed = (await serve.http.get("/api/entities?limit=1000")).json()["items"]
    assert {each["id"] for each in listed} == set(last.entities)
    for each in listed:
        if each["layer"] != "tile":
            assert last.entities[each["id"]]["data"] == each["data"]
