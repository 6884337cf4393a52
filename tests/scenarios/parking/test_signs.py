"""Guidance: to lots with room within 800 m, told when it changes, and what signs answer."""

import msgspec
import pytest

from hub.ingest.decode import decode
from hub.model.output import Downlink
from hub.sdk import cells_around
from scenarios.parking.messages import CellState
from sensors.city.city import City
from sensors.city.fault import Level
from sensors.city.size import Size
from tests.support.machine import after
from tests.support.parking import HERE, Town, north


@pytest.fixture
def town() -> Town:
    """Return a town with a sign `s` that was told there is nothing, and nothing else."""
    town = Town()
    town.sign("s", at=-60)
    town.tick(0)
    return town


def free_lot(town: Town, name: str, metres: float, *, at: float = 1, occupied: int = 50) -> None:
    """Open a lot of 100 bays so many metres north of the sign."""
    town.lot(name, at=at, place=north(metres), area="")
    town.read(name, occupied, at=at)


def test_a_new_sign_is_told_at_once() -> None:
    """Also that there is nothing near."""
    town = Town()
    town.sign("s")
    assert town.entities["parking.sign/s"].level == "sent"
    assert town.lines("s") == []
    assert len(town.commands("s")) == 1


@pytest.mark.parametrize(("metres", "listed"), [(0, True), (799, True), (801, False)])
def test_lots_within_800_metres(town: Town, metres: float, *, listed: bool) -> None:
    """As the crow flies."""
    free_lot(town, "a", metres)
    town.tick(60)
    assert (town.lines("s") == [("a停车场", 50, metres)]) is listed


def test_a_sign_that_comes_after_the_lots_knows_them() -> None:
    """The order of registration does not matter."""
    town = Town()
    free_lot(town, "a", 100)
    town.sign("s", at=2)
    town.tick(3)
    assert town.lines("s") == [("a停车场", 50, 100)]
    assert len(town.commands("s")) == 1


@pytest.mark.parametrize("east", [-700, 700])
@pytest.mark.parametrize("south", [-350, 350])
def test_distance_knows_no_borders(east: float, south: float) -> None:
    """Neither of 商圈 nor of the cells by which neighbours are found, in any direction."""
    for step in range(12):
        sign = (HERE[0] + step * 0.0021, HERE[1] + step * 0.0017)
        town = Town()
        town.sign("s", place=sign)
        lng = sign[0] + east / 83_000
        town.lot("a", at=1, place=(lng, sign[1] - south / 111_195), area="elsewhere")
        town.read("a", 10, at=1)
        town.tick(60)
        assert [name for name, _, _ in town.lines("s")] == ["a停车场"], sign


def test_the_nearest_three_with_room(town: Town) -> None:
    """Nearest first; lots that are 紧缺 or 满位 are passed over."""
    for name, metres, occupied in [
        ("e", 500, 10), ("d", 400, 10), ("c", 300, 85), ("b", 200, 95), ("a", 100, 100),
    ]:  # fmt: skip
        free_lot(town, name, metres, occupied=occupied)
    town.tick(60)
    assert [(name, free) for name, free, _ in town.lines("s")] == [
        ("c停车场", 15), ("d停车场", 90), ("e停车场", 90),
    ]  # fmt: skip
    free_lot(town, "f", 50, at=70)
    town.tick(130)
    assert [name for name, _, _ in town.lines("s")] == ["f停车场", "c停车场", "d停车场"]


def test_equal_distances_go_by_id(town: Town) -> None:
    """Two lots at one place: their order is fixed."""
    free_lot(town, "b", 100)
    free_lot(town, "a", 100)
    town.tick(60)
    assert [name for name, _, _ in town.lines("s")] == ["a停车场", "b停车场"]


def test_a_stale_lot_is_no_guidance(town: Town) -> None:
    """Drivers are not sent where nothing is known."""
    town.lot("a", place=north(100), period=60)
    town.read("a", 50, at=1)
    town.tick(100)
    assert len(town.lines("s")) == 1
    town.tick(300)
    assert town.lines("s") == []


def test_the_same_lines_are_not_sent_again(town: Town) -> None:
    """A command goes out only when what the sign should show has changed."""
    free_lot(town, "a", 100)
    town.tick(60)
    sent = len(town.commands("s"))
    town.answer("s", str(town.commands("s")[-1]["id"]), at=61)
    for at in range(70, 400, 10):
        town.read("a", 50, at=at)
    free_lot(town, "far", 2_000, at=401)
    town.sign("s", at=402)
    town.tick(500)
    assert len(town.commands("s")) == sent


@pytest.mark.parametrize(("occupied", "told"), [(53, False), (54, False), (55, True), (45, True)])
def test_a_few_cars_are_no_news(town: Town, occupied: int, *, told: bool) -> None:
    """The city hears of a lot again when its free bays moved by 5 % of its bays."""
    free_lot(town, "a", 100, occupied=50)
    town.tick(60)
    sent = len(town.commands("s"))
    town.read("a", occupied, at=70)
    town.tick(130)
    assert (len(town.commands("s")) > sent) is told


def test_small_steps_add_up(town: Town) -> None:
    """What counts is the difference to what was told, not to the last reading."""
    free_lot(town, "a", 100, occupied=50)
    for minute in range(1, 6):
        town.read("a", 50 - minute, at=60 * minute)
    assert town.lines("s") == [("a停车场", 55, 100)]


def test_a_sign_is_told_no_more_often_than_each_half_minute(town: Town) -> None:
    """Drivers must be able to read it; the newest lines are told when the pause is over."""
    free_lot(town, "a", 100, at=100, occupied=10)
    assert town.lines("s") == [("a停车场", 90, 100)]
    before = len(town.commands("s"))
    town.read("a", 20, at=110)
    town.read("a", 30, at=120)
    assert len(town.commands("s")) == before
    town.tick(130)
    assert len(town.commands("s")) == before + 1
    assert town.lines("s") == [("a停车场", 70, 100)]
    town.answer("s", str(town.commands("s")[-1]["id"]), at=131)
    town.tick(1_000)
    assert len(town.commands("s")) == before + 1


def test_the_command_on_the_wire(town: Town) -> None:
    """Id, name, expiry after five minutes, and the lines."""
    free_lot(town, "a", 100, at=100)
    sent = [each for each in town.outputs if isinstance(each, Downlink)][-1]
    wire = town.commands("s")[-1]
    assert sent.topic == "city/210103/parking/s/$cmd/guide"
    assert (wire["id"], wire["name"]) == (sent.id, "guide")
    assert wire["expires"] == "2026-11-23T00:06:40.000Z"
    assert sent.expires == after(400)
    assert wire["data"] == {"lines": [{"name": "a停车场", "free": 50, "distance": 100}]}


@pytest.mark.parametrize(("ok", "level"), [(True, "shown"), (False, "refused")])
def test_the_answer_is_on_the_screen(town: Town, *, ok: bool, level: str) -> None:
    """Sent, then shown or refused with the sign's own words."""
    assert town.entities["parking.sign/s"].level == "sent"
    command = str(town.commands("s")[-1]["id"])
    town.answer("s", command, at=2, ok=ok, why="" if ok else "门开着")
    assert town.entities["parking.sign/s"].level == level
    assert town.data("parking.sign/s")["answer"] == ("" if ok else "门开着")


def test_an_answer_to_an_older_command_says_nothing(town: Town) -> None:
    """Only the last command's answer counts."""
    old = str(town.commands("s")[-1]["id"])
    free_lot(town, "a", 100, at=100)
    town.answer("s", old, at=101)
    assert town.entities["parking.sign/s"].level == "sent"


def quality(town: Town) -> tuple[str, ...]:
    """Return the flags of the sign on the screen."""
    return town.entities["parking.sign/s"].quality


def test_a_sign_that_shows_something_else_is_marked(town: Town) -> None:
    """Its own report is the proof of what drivers see."""
    free_lot(town, "a", 100, at=100)
    town.answer("s", str(town.commands("s")[-1]["id"]), at=101)
    line = {"name": "a停车场", "free": 50, "distance": 100}
    town.says("s", [line], at=102)
    assert not quality(town)
    town.says("s", [{**line, "free": 7}], at=103)
    assert quality(town) == ("differs",)
    town.says("s", [line], at=104)
    assert not quality(town)


def test_a_distance_may_be_written_with_a_point(town: Town) -> None:
    """`100.0` is the same number: a sign that echoes it so differs in nothing."""
    free_lot(town, "a", 100, at=100)
    town.answer("s", str(town.commands("s")[-1]["id"]), at=101)
    town.says("s", [{"name": "a停车场", "free": 50, "distance": 100.0}], at=102)
    assert town.letters() == []
    assert town.entities["parking.sign/s"].quality == ()


def test_a_sign_that_never_answers_is_told_again(town: Town) -> None:
    """The command expires after five minutes: it is shown as unanswered and sent once more."""
    free_lot(town, "a", 100, at=100)
    sent = len(town.commands("s"))
    town.tick(100 + 300 + 30)
    assert len(town.commands("s")) > sent
    assert town.entities["parking.sign/s"].level != "shown"


def test_the_simulated_signs_understand_and_are_understood(town: Town) -> None:
    """The loop closes: command, acknowledgement and report of the simulated city fit."""
    city = City(1, Size(lots=60), faults=Level.NONE)
    sign = city.signs[0]
    assert sign.card.at is not None
    town.sign(sign.id, at=1, place=sign.card.at)
    town.lot("a", at=2, place=sign.card.at)
    town.read("a", 50, at=2)
    wire = [
        each for each in town.outputs if isinstance(each, Downlink) and f"/{sign.id}/" in each.topic
    ][-1]
    topic = wire.topic.replace("city/210103", f"city/{sign.district}")
    for message in city.obey(topic, wire.json, after(3)):
        for event in decode(message.topic, message.payload, {}, None):
            town.append(3, event)
    assert town.letters() == []
    entity = town.entities[f"parking.sign/{sign.id}"]
    assert (entity.level, entity.quality) == ("shown", ())


def test_a_sign_that_moves_is_offered_what_is_near_it_now(town: Town) -> None:
    """Its old place is forgotten."""
    free_lot(town, "a", 100)
    town.sign("s", at=2)
    assert [line[0] for line in town.lines("s")] == ["a停车场"]
    town.sign("s", at=3, place=north(50_000))
    assert town.lines("s") == []
    free_lot(town, "b", 200, at=4)
    town.tick(120)
    assert town.lines("s") == []


def test_a_sign_that_is_taken_down_is_told_nothing_more(town: Town) -> None:
    """Its card was withdrawn: it leaves the screen and its cells."""
    town.sign("s", at=1)
    town.withdraw("s", at=2)
    sent = len(town.commands("s"))
    free_lot(town, "a", 100, at=3)
    town.tick(1_000)
    assert len(town.commands("s")) == sent
    assert "parking.sign/s" not in town.entities


@pytest.mark.parametrize("metres", [2, 60, 400, 900])
def test_a_sign_that_moved_a_little_is_not_forgotten(town: Town, metres: float) -> None:
    """Cells that it left are told after those it is in now: where it is still in reach it stays."""
    free_lot(town, "a", metres / 2)
    town.tick(60)
    town.sign("s", at=61, place=north(metres))
    town.tick(120)
    assert town.lines("s") == [("a停车场", 50, round(metres / 2))]
    town.read("a", 20, at=130)
    town.tick(180)
    assert town.lines("s") == [("a停车场", 80, round(metres / 2))]
    free_lot(town, "b", metres, at=181)
    town.tick(240)
    assert town.lines("s")[0] == ("b停车场", 50, 0)


def test_a_sign_that_moved_a_little_is_kept_by_the_cells_of_its_place_alone(town: Town) -> None:
    """Moved over the border of a cell: it is watched for from nine cells, not twelve."""
    for step in range(1, 40):
        town.sign("s", at=step, place=north(50 * step))
    cells = dict(town.city.machine("city").cells())
    watching = [
        name.rpartition("|")[2]
        for (table, name), raw in cells.items()
        if table == "state" and name.startswith("parking.CellState|")
        and "s" in msgspec.msgpack.decode(raw, type=CellState).near.watchers
    ]  # fmt: skip
    assert sorted(watching) == sorted(cells_around(north(50 * 39)))
