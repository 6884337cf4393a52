"""Link 1, its end: a road closes or slows down, arrivals are estimated anew, hospitals are told."""

import pytest

from tests.scenarios.hospital.town import Town, Value

# A ring: node a in the west (ambulance), d in the east (hospital); 5 km each section, so that a
# section takes 5 minutes at 60 km/h. North over b, south over c, where it is half as far again.
NODES = {"a": (123.40, 41.80), "b": (123.43, 41.82), "c": (123.43, 41.78), "d": (123.46, 41.80)}
SECTIONS = {
    "r-ab": ("a", "b", 5000.0, "北一路"),
    "r-bd": ("b", "d", 5000.0, "建设大路"),
    "r-ac": ("a", "c", 7500.0, "南五马路"),
    "r-cd": ("c", "d", 7500.0, "文化路"),
}
FREE = 60.0


def ring(*others: str) -> Town:
    """Return a town with the ring, a hospital at d, and free flow everywhere."""
    town = Town(*others)
    for road, (start, end, length, name) in SECTIONS.items():
        ends: dict[str, Value] = {
            "from": start,
            "to": end,
            "fromLng": NODES[start][0],
            "fromLat": NODES[start][1],
            "toLng": NODES[end][0],
            "toLat": NODES[end][1],
            "length": length,
            "name": name,
        }
        town.card(road, "RoadSection", NODES[start], attributes=ends)
        flow(town, road, FREE, 0)
    town.card("h-1", "Hospital", NODES["d"], name="市一院")
    town.card("amb-001", "Ambulance", name="急救001")
    return town


def flow(town: Town, road: str, speed: float, seconds: float, *, closed: bool = False) -> None:
    """Let a section report."""
    data = {"averageVehicleSpeed": speed, "freeFlowSpeed": FREE, "closed": closed}
    town.say("city.traffic.flow", road, data, seconds)


def drive(
    town: Town, node: str, seconds: float, status: str = "transporting", hospital: str = "h-1"
) -> None:
    """Let the ambulance report at a node."""
    lng, lat = NODES[node]
    data = {
        "lng": lng,
        "lat": lat,
        "speed": 50,
        "status": status,
        "call": "c-1",
        "hospital": hospital,
        "node": node,
    }
    town.say("city.ambulance.position", "amb-001", data, seconds)


def close(town: Town, road: str, seconds: float, *, closed: bool = True) -> None:
    """Let 应急 close or reopen a road."""
    name = SECTIONS[road][3]
    data = {"road": road, "name": name, "at": [123.4, 41.8], "closed": closed, "depth": 27.0}
    town.tell("emergency.road-closed", data, seconds)


def arrival(town: Town) -> dict[str, object]:
    """Return the row of the ambulance's arrival."""
    data: dict[str, object] = town.entities["hospital.arrival/amb-001"]["data"]
    return data


def test_the_first_estimate_is_a_promise() -> None:
    """Ten minutes over the north; nobody is told anything."""
    town = ring()
    drive(town, "a", 10)
    assert arrival(town)["minutes"] == 10
    assert arrival(town)["to"] == "市一院"
    assert town.changes == []
    assert town.told("hospital.eta") == []


def test_a_closed_road_makes_it_late() -> None:
    """建设大路 closes: 15 minutes over the south, five later; the hospital hears why."""
    town = ring()
    drive(town, "a", 10)
    close(town, "r-bd", 10)
    assert town.told("hospital.eta") == [
        {
            "call": "c-1",
            "ambulance": "amb-001",
            "hospital": "h-1",
            "minutes": 15.0,
            "wasMinutes": 10.0,
            "cause": "建设大路封闭",
        }
    ]
    alert = town.raised("late", "amb-001")
    assert alert is not None
    assert alert["level"] == "yellow"
    assert alert["entity"] == "hospital.hospital/h-1"
    assert alert["title"] == "急救001将晚到市一院"
    assert alert["text"] == "预计 15 分钟后到达市一院，比原预计晚 5 分钟；原因：建设大路封闭"


def test_a_section_that_reports_itself_closed_counts_as_well() -> None:
    """The section's own reading closes it, too; told once."""
    town = ring()
    drive(town, "a", 10)
    flow(town, "r-bd", 0, 20, closed=True)
    close(town, "r-bd", 30)
    assert [told["cause"] for told in town.told("hospital.eta")] == ["建设大路封闭"]


@pytest.mark.parametrize(
    ("speed", "told"),
    [(37.6, False), (37.5, True), (36, True)],
)
def test_congestion_tells_from_three_minutes(speed: float, told: bool) -> None:  # noqa: FBT001 a parametrized fact
    """At 37.5 km/h 5 km take 8 minutes, 3 more: told; a little faster is not."""
    town = ring()
    drive(town, "a", 10)
    flow(town, "r-bd", speed, 10)
    assert bool(town.told("hospital.eta")) is told


@pytest.mark.parametrize(("speed", "cause"), [(30, "建设大路缓行"), (29, "建设大路拥堵")])
def test_the_cause_names_congestion(speed: float, cause: str) -> None:
    """Below half of the free speed it is 拥堵, above 缓行."""
    town = ring()
    drive(town, "a", 10)
    flow(town, "r-bd", speed, 10)
    assert town.told("hospital.eta")[0]["cause"] == cause


def test_a_road_elsewhere_does_not_matter() -> None:
    """A section that is not on the way changes nothing."""
    town = ring()
    drive(town, "a", 10)
    flow(town, "r-cd", 0, 20, closed=True)
    assert town.told("hospital.eta") == []


def test_it_is_late_no_more_when_the_road_opens() -> None:
    """Reopened: the ambulance arrives as first promised, the alert is cleared."""
    town = ring()
    drive(town, "a", 10)
    close(town, "r-bd", 10)
    town.restart()
    close(town, "r-bd", 20, closed=False)
    assert town.raised("late", "amb-001") is None
    assert arrival(town)["late"] == 0


def test_told_again_only_when_it_grows_again() -> None:
    """Three minutes later once more: told once more; less than that: not."""
    town = ring()
    drive(town, "a", 10)
    close(town, "r-bd", 10)
    flow(town, "r-cd", 45, 20)
    assert len(town.told("hospital.eta")) == 1
    flow(town, "r-cd", 30, 30)
    assert len(town.told("hospital.eta")) == 2
    alert = town.raised("late", "amb-001")
    assert alert is not None
    assert "晚 12 分钟" in alert["text"]


def test_no_open_road() -> None:
    """Both ways closed: no figure, an orange alert; the first to open gives the figure back."""
    town = ring()
    drive(town, "a", 10)
    close(town, "r-bd", 10)
    close(town, "r-ac", 20)
    assert town.level("late", "amb-001") == "orange"
    assert town.told("hospital.eta")[-1]["minutes"] is None
    assert arrival(town)["minutes"] is None
    close(town, "r-ac", 30, closed=False)
    assert town.level("late", "amb-001") == "yellow"
    close(town, "r-bd", 40, closed=False)
    assert town.raised("late", "amb-001") is None


def test_a_graph_without_a_way_is_unknown_not_cut_off() -> None:
    """As long as the graph itself has no way, nothing is said."""
    town = ring()
    town.card("h-2", "Hospital", (124, 42), name="远")
    far = {"fromLng": 124.0, "fromLat": 42.0, "toLng": 124.01, "toLat": 42.0, "length": 900.0}
    town.card("r-far", "RoadSection", (124, 42), attributes={"from": "x", "to": "y", **far})
    drive(town, "a", 10, hospital="h-2")
    assert town.changes == []
    assert "hospital.arrival/amb-001" not in town.entities


def test_a_slow_ambulance_is_noticed_at_its_next_node() -> None:
    """Nine minutes for the first five: four later, told without a road as the cause."""
    town = ring()
    for seconds in range(0, 9 * 60, 20):
        drive(town, "a", seconds)
    drive(town, "b", 9 * 60)
    (told,) = town.told("hospital.eta")
    assert (told["minutes"], told["wasMinutes"], told["cause"]) == (5.0, 1.0, "途中缓行")


@pytest.mark.parametrize("status", ["at-hospital", "idle", "broken-word"])
def test_the_run_ends(status: str) -> None:
    """Arrived or called off: the row goes, the alert is cleared."""
    town = ring()
    drive(town, "a", 10)
    close(town, "r-bd", 10)
    drive(town, "d", 600, status=status)
    assert town.raised("late", "amb-001") is None
    assert "hospital.arrival/amb-001" not in town.entities


def test_silence_ends_what_was_promised() -> None:
    """Three periods without a position: nothing is promised of an ambulance nobody hears."""
    town = ring()
    drive(town, "a", 10)
    town.advance(41)
    assert "hospital.arrival/amb-001" not in town.entities
    drive(town, "b", 60)
    assert arrival(town)["minutes"] == 5


def test_on_the_way_to_a_call() -> None:
    """A dispatched ambulance is estimated to its call; no hospital is told, 120 is."""
    town = ring()
    town.card("centre-120", "DispatchCentre")
    lng, lat = NODES["d"]
    data = {"call": "c-1", "answeredSeconds": 4, "lng": lng, "lat": lat, "level": 2}
    town.say("city.ems.call", "centre-120", data, 5)
    drive(town, "a", 10, status="dispatched", hospital="")
    assert (arrival(town)["to"], arrival(town)["minutes"]) == ("现场", 10)
    close(town, "r-bd", 10)
    assert town.told("hospital.eta")[0]["hospital"] == ""
    alert = town.raised("late", "amb-001")
    assert alert is not None
    assert alert["entity"] is None
    drive(town, "d", 900, status="transporting")
    assert town.raised("late", "amb-001") is None


def test_an_unknown_status_is_flagged_not_dropped() -> None:
    """A word outside the contract is shown with a quality flag and has no level."""
    town = ring()
    drive(town, "a", 10, status="washing")
    entity = town.entities["hospital.ambulance/amb-001"]
    assert (entity["level"], entity["quality"]) == (None, ["unknown-status"])


def test_a_section_without_its_ends_is_on_no_way() -> None:
    """A card that lacks an attribute is no part of the graph; its readings harm nobody."""
    town = Town()
    town.card("r-1", "RoadSection", NODES["a"], name="残路", attributes={"length": 900.0})
    flow(town, "r-1", 50, 1)
    assert town.derived == []
    assert town.letters == []


def test_from_the_water_on_the_road_to_the_hospital() -> None:
    """Link 1 with the real 应急: 25 cm of water close the road, the hospital hears; it opens."""
    town = ring("emergency")
    town.card(
        "pond-1", "PondingPoint", (123.445, 41.81), name="积水点", attributes={"road": "r-bd"}
    )
    late = []
    for minute, depth in enumerate([24.9, 25.0, 26.0, *[9.0] * 18]):
        at = 60.0 * minute
        for step in range(6):
            drive(town, "a", at + 10 * step)
        town.say("city.flood.level", "pond-1", {"waterLevel": depth}, at + 55)
        late.append(town.level("late", "amb-001"))
    assert late[:2] == [None, "yellow"]
    told = town.told("hospital.eta")
    assert (told[0]["hospital"], told[0]["minutes"]) == ("h-1", 13.1)
    assert [each["cause"] for each in told] == ["建设大路封闭", "途中缓行"]
    # 15 minutes below 10 cm open the road: the next run goes over it again.
    drive(town, "d", 1260, status="at-hospital")
    drive(town, "a", 1270)
    assert arrival(town)["minutes"] == 10
    assert town.raised("late", "amb-001") is None
