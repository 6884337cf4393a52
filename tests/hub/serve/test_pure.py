"""The pure parts of serve: screen, view, channel, frames, incidents, tiles."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw
from msgspec.json import encode
from websockets.frames import Frame, Opcode
from websockets.protocol import Protocol, Side

from hub.core.declaration import Tile
from hub.core.tiles import Value
from hub.log.outputs import Emitted, Page
from hub.model.entity import Entity
from hub.model.output import Answer, Incident, Output, Shown
from hub.serve import frames
from hub.serve.channel import JsonChannel
from hub.serve.errors import BadSubscription
from hub.serve.frames import Fragments, Moment
from hub.serve.incidents import Incidents
from hub.serve.screen import Row, Screen, row
from hub.serve.subscription import Subscription, from_query
from hub.serve.tiles import Tiles
from tests.hub.serve.city import alert, lot

NOW = Moment(server=0, city=0)


def shown(entity: Entity) -> Shown:
    """Return the output of a change."""
    return Shown(entity.id, entity.layer, entity.district or "", entity.at, encode(entity))


def page(*outputs: Output, ordinal: int = 1) -> Page:
    """Return a commit's page."""
    return Page(f"{ordinal}-1", 1, 0, [Emitted(ordinal, each) for each in outputs])


def text(fragments: Fragments) -> str:
    """Return what a client reads: joined by the library's own parser, as from the wire."""
    return message(fragments, Opcode.TEXT).decode()


def message(fragments: Fragments, kind: Opcode = Opcode.BINARY) -> bytes:
    """Return the payload of a message in fragments."""
    protocol = Protocol(Side.CLIENT, max_size=None)
    protocol.receive_data(b"".join(fragments))
    received = [event for event in protocol.events_received() if isinstance(event, Frame)]
    assert received[0].opcode is kind
    assert [event.fin for event in received] == [False] * (len(received) - 1) + [True]
    return b"".join(bytes(event.data) for event in received)


def test_the_first_value_before_a_page_is_kept() -> None:
    """A view must know what it showed before, however often an entity changed since."""
    screen = Screen()
    screen.reset([row(encode(lot(1, 20)))], [])
    change = screen.apply(page(shown(lot(1, 19, 2)), shown(lot(1, 18, 3))), "d1")
    before = change.before["parking.lot/lot-0001"]
    assert before is not None
    assert json.loads(before.json)["v"] == 1
    assert json.loads(screen.rows["parking.lot/lot-0001"].json)["v"] == 3


def test_incidents_count_only_from_the_city() -> None:
    """One order of incidents: that of the partition where the desk is."""
    screen = Screen()
    incident = Incident("a", encode(alert("a")))
    assert screen.apply(page(incident), "d1").incidents == []
    assert screen.apply(page(incident, ordinal=7), "city").incidents == [(7, incident.json)]
    assert set(screen.alerts) == {"a"}


def test_answers_are_handed_on_by_key() -> None:
    """Whoever awaits an action's outcome hears it from the outputs."""
    assert Screen().apply(page(Answer("k", b"{}")), "city").answers == [("k", b"{}")]


def test_a_view_takes_what_enters_and_drops_what_leaves() -> None:
    """An entity that moves out of the window is removed, though it lives on."""
    screen, channel = Screen(), JsonChannel(Subscription(window=(123.0, 41.0, 124.0, 42.0)))
    inside, outside = lot(1, 20), lot(1, 20, 2, at=(125.0, 41.8))
    for entity, key in ((inside, "upsert"), (outside, "remove"), (inside, "upsert")):
        change = screen.apply(page(shown(entity)), "d1")
        assert channel.flush(change.before, screen, "e", NOW)
        assert len(json.loads(text(channel.delta))[key]) == 1
    change = screen.apply(page(shown(outside)), "d1")
    channel.flush(change.before, screen, "e", NOW)
    change = screen.apply(page(shown(lot(1, 1, 9, at=(126.0, 41.8)))), "d1")
    assert not channel.flush(change.before, screen, "e", NOW)
    assert channel.seq == 4


def test_a_snapshot_is_encoded_once_until_something_changes() -> None:
    """R9: thousands of screens that come at once share the same bytes."""
    screen, channel = Screen(), JsonChannel(Subscription())
    screen.reset([row(encode(lot(1, 20)))], [("a", encode(alert("a")))])
    assert channel.body(screen) is channel.body(screen)
    first = channel.body(screen)
    change = screen.apply(page(shown(lot(1, 19, 2))), "d1")
    channel.flush(change.before, screen, "e", NOW)
    assert channel.body(screen) is not first
    whole = frames.snapshot("e", channel.seq, 3, NOW, channel.body(screen), resumed=False)
    read = json.loads(text(whole))
    assert (read["seq"], read["incident_seq"], len(read["alerts"])) == (1, 3, 1)
    bare = frames.snapshot("e", channel.seq, 3, NOW, channel.bare(screen), resumed=True)
    assert json.loads(text(bare))["alerts"] == []


@pytest.mark.parametrize("count", [0, 1, 400, 5_000])
def test_a_frame_of_any_size_is_one_message_of_bounded_fragments(count: int) -> None:
    """The joined text is the JSON, and no fragment is above its bound."""
    entities = [encode(lot(n, n)) for n in range(count)]
    fragments = frames.delta("e", 5, NOW, entities, ["x"])
    assert max(len(each) for each in fragments) <= 64 * 1024 + 14
    read = json.loads(text(fragments))
    assert (read["seq"], read["prev"], len(read["upsert"]), read["remove"]) == (5, 4, count, ["x"])


@given(st.lists(st.integers(1, 60), max_size=60), st.integers(0, 60))
def test_incidents_give_all_after_a_place_or_say_that_they_cannot(
    ordinals: list[int], place: int
) -> None:
    """Lossless or honest: what `covers` says, `next` keeps; repeats are passed over."""
    incidents = Incidents(bound=5)
    taken = [ordinal for ordinal in ordinals if incidents.add(ordinal, b"")]
    assert taken == sorted(set(taken))
    assert len(incidents) <= 10
    if incidents.covers(place):
        read, at = [], place
        while (following := incidents.next(at)) is not None:
            at = following[0]
            read.append(at)
        assert read == [ordinal for ordinal in taken if ordinal > place]


def test_older_incidents_are_put_before_the_newer() -> None:
    """Read from the kept outputs for a client that resumes further back."""
    incidents = Incidents(10)
    incidents.add(12, b"c")
    incidents.extend(4, [(5, b"a"), (10, b"b"), (12, b"c")])
    assert incidents.covers(4)
    assert incidents.next(4) == (5, b"a")
    assert incidents.next(10) == (12, b"c")


@pytest.mark.parametrize(
    "query",
    [
        {"window": "1"},
        {"window": "a,b,c,d"},
        {"window": "2,0,1,1"},
        {"window": "nan,0,1,1"},
        {"districts": "1"},
        {"layers": ",".join(str(n) for n in range(65))},
    ],
)
def test_a_view_that_makes_no_sense_is_refused(query: dict[str, str]) -> None:
    """Never an empty screen in silence."""
    with pytest.raises(BadSubscription):
        from_query(query)


def test_what_has_no_place_passes_a_window() -> None:
    """Tiles and areas without a place belong to every part of the map."""
    view = from_query({"window": "1,1,2,2", "districts": "210102"})
    assert view.wants(Row("t", "tile", "", None, b""))
    assert not view.wants(Row("t", "lot", "210103", (1.5, 1.5), b""))


LEVELS = ("tight", "full")


def tile(op: str) -> Tile:
    """Return a tile over car parks."""
    levels = LEVELS if op in ("count", "share") else ()
    return Tile("t", "t", "t", "parking.lot", op, "", "availableSpotNumber", levels)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("op", "value"),
    [
        ("sum", Value(60, 3, 1)),
        ("mean", Value(20.0, 3, 1)),
        ("max", Value(30, 3, 1)),
        ("count", Value(1, 4, 1)),
        ("share", Value(0.25, 4, 1)),
    ],
)
def test_a_tile_leaves_stale_values_out(op: str, value: Value) -> None:
    """And says how many; an entity without the number is not counted in a sum."""
    screen, tiles = Screen(), Tiles([tile(op)])
    lots = [lot(1, 10), lot(2, 20, level="tight"), lot(3, 30), lot(4, 99, stale=True)]
    lots.append(lot(5, 0, data=Raw(b'{"availableSpotNumber":null}'), level="free"))
    screen.reset([row(encode(each)) for each in lots], [])
    screen.rows["parking.lot/lot-0001"] = row(encode(lot(1, 10, level="free")))
    tiles.rebuild(screen, 1_000_000)
    entity = json.loads(screen.rows["tile/t"].json)
    assert entity["data"] == json.loads(encode(value))
    assert entity["v"] == 1_000


def test_a_tile_of_nothing_is_stale_not_zero() -> None:
    """A number that nobody can know is not shown."""
    screen, tiles = Screen(), Tiles([tile("sum")])
    screen.reset([row(encode(lot(1, 10, stale=True)))], [])
    tiles.rebuild(screen, 0)
    assert json.loads(screen.rows["tile/t"].json)["stale"] is True


def test_a_tile_is_sent_only_when_it_changed() -> None:
    """A wording or a time is no new figure."""
    screen, tiles = Screen(), Tiles([tile("sum")])
    screen.reset([row(encode(lot(1, 10)))], [])
    tiles.rebuild(screen, 0)
    tiles.note(screen.apply(page(shown(lot(1, 10, 2))), "d1"), screen)
    assert tiles.compute(screen, 1).before == {}
    tiles.note(screen.apply(page(shown(lot(1, 11, 3))), "d1"), screen)
    assert set(tiles.compute(screen, 2).before) == {"tile/t"}
