"""An afternoon of a small town, the same each time: the feed of the golden output.

It pours, water stands on a road beside an underground garage, gas leaks beside a school, a zone
burns, a cover is missing; then all of it is over.

`python -m tests.scenarios.emergency.afternoon` writes the golden output anew: read the difference.
"""

from hub.sdk.loading import BUILT_IN
from tests.scenarios.emergency.town import Town, north

FILE = BUILT_IN / "emergency" / "golden" / "afternoon.jsonl"
MINUTES = 600


def afternoon(*, restarts: bool = False) -> Town:
    """Play ten hours and return the town; with ``restarts`` every machine dies each 7 minutes."""
    town = _town()
    for minute in range(MINUTES):
        if restarts and minute % 7 == 6:
            town.restart()
        at = minute * 60.0 + 1
        _water(town, minute, at)
        _gas(town, minute, at + 10)
        _rest(town, minute, at + 50)
        commands = town.commands("r")
        if commands and minute % 5 == 0:
            town.answer("r", at=at + 55)
    return town


def _town() -> Town:
    town = Town()
    town.device("RainGauge", "g", domain="weather", period=60, title="雨量站")
    town.device("RoadSection", "r", domain="traffic", title="路段", name="青年大街")
    town.device("PondingPoint", "p", domain="flood", period=60, title="桥下积水点", road="r")
    for name in ("d1", "d2"):
        town.device(
            "GasDetector", name, domain="gas", period=30, title=f"探测器{name}", space="s",
            place=north(200),
        )  # fmt: skip
    for kind, name, metres in (
        ("OffStreetParking", "地下停车场", 100), ("School", "某小学（模拟）", 150),
        ("Hospital", "某医院", 900), ("Lift", "电梯（模拟）", 210),
        ("FireStation", "消防站（模拟）", 2000), ("GasCompany", "燃气抢修站（模拟）", -3000),
    ):  # fmt: skip
        town.device(kind, name, domain="place", place=north(metres), title=name)
    for kind, name in (("SmokeDetector", "sm"), ("HeatDetector", "he")):
        town.device(kind, name, domain="fire", title=name, zone="z", building="b")
    town.device("ManholeCover", "m", domain="manhole", title="井盖")
    return town


def _water(town: Town, minute: int, at: float) -> None:
    """120 mm in two hours; 45 cm of water at the third, and a silence of 12 minutes."""
    town.read("city.weather.rainfall", "g", at=at, precipitation=1.0 if minute < 120 else 0.0)
    if not 190 <= minute < 202:
        depth = max(0.0, 45 - abs(minute - 130) * 0.6)
        town.read("city.flood.level", "p", at=at + 1, waterLevel=round(depth, 1))


def _gas(town: Town, minute: int, at: float) -> None:
    """One detector climbs to 55 %LEL, the other to 40; one outlier before."""
    climb = max(0, 55 - abs(minute - 60) * 4)
    for half in (0, 30):
        outlier = minute == 20 and half == 0
        town.read("city.gas.concentration", "d1", at=at + half, lel=90 if outlier else climb + 1)
        town.read("city.gas.concentration", "d2", at=at + half + 1, lel=max(0, climb - 15) + 1)


def _rest(town: Town, minute: int, at: float) -> None:
    """Fire and the cover."""
    if minute in (30, 40):
        town.read("city.fire.smoke", "sm", at=at, alarm=minute == 30)
    if minute in (31, 50):
        town.read("city.fire.heat", "he", at=at - 10, alarm=minute == 31, temperature=70)
    if minute in (70, 90, 100):
        data = {"missing": minute == 70, "tilt": 20.0 if minute == 90 else 0.0, "water": False}
        town.read("city.manhole.cover", "m", at=at, **data)


if __name__ == "__main__":
    FILE.write_text("\n".join(afternoon().lines) + "\n", "utf-8")
