"""The stories of the simulated city, as 好就医 tells them: what reaches hospitals and returns."""

import msgspec

from hub.model.instant import MINUTE, parse
from tests.scenarios.stories import played


def test_link_1_from_the_rain_to_the_hospital() -> None:
    """Water at a hospital's door closes its road; who is on the way is told late, at once."""
    told, _ = played("rainstorm")
    roads = [msgspec.json.decode(each.data) for each in told.heard("emergency.road-closed")]
    closed = {road["name"] for road in roads if road["closed"]}
    arrivals = [msgspec.json.decode(each.data) for each in told.heard("hospital.eta")]
    shut = [each for each in arrivals if each["cause"].removesuffix("封闭") in closed]
    assert shut
    late = {alert.place: alert for alert in told.alerts if alert.kind == "late"}
    for each in shut:
        assert each["minutes"] - each["wasMinutes"] >= 3
        alert = late[each["ambulance"]]
        assert alert.entity == f"hospital.hospital/{each['hospital']}"
        assert alert.cleared, "it arrives, and is late no more"


def test_link_4_the_cold_fills_departments() -> None:
    """The forecast comes before the crowd; 分流建议 follow the crowd; both are over in the end."""
    told, _ = played("cold-wave")
    first: dict[str, int] = {}
    for alert in told.alerts:
        first.setdefault(alert.kind, parse(alert.raised))
    assert first["cold"] + 60 * MINUTE < first["crowded"] <= first["diversion"]
    assert told.levels("cold", "city")[-1] is None
