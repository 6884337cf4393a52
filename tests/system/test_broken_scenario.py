"""A scenario that cannot be loaded at the start: shown, left out, brought in by a reload."""

import json
import subprocess
from pathlib import Path

from tests.system.city import COMMAND, PARKING, City, Json, environment, wait_for

GOOD = """
from hub.sdk import Scenario

bad = Scenario("bad", title="坏", title_en="Bad", description="")
"""


def row(city: City) -> Json:
    """Return the scenario's row of `/api/scenarios`; None while there is none."""
    return next((each for each in city.items("scenarios") if each["name"] == "bad"), None)


def alerts(city: City) -> list[Json]:
    """Return the open alerts that tell of it."""
    found = city.items("alerts", scenario="hub")
    return [each for each in found if each["place"] == "bad" and each["cleared"] is None]


def command(city: City, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `cityhub scenario …` against the city."""
    argv = [str(COMMAND), "scenario", *words]
    env = environment(city.settings)
    return subprocess.run(argv, env=env, capture_output=True, text=True, check=False)


def test_the_city_starts_without_it(tmp_path: Path) -> None:
    """File, line and reason are in the API, the command and the alerts; the others run."""
    folder = tmp_path / "bad"
    folder.mkdir()
    (folder / "scenario.py").write_text(f"{GOOD}\nx = 1 / 0\n", encoding="utf-8")
    city = City(tmp_path / "data", scenarios=f"{PARKING},{folder}")
    try:
        city.start()
        wait_for(lambda: alerts(city), "the alert")
        (alert,) = alerts(city)
        assert "scenario.py:6: ZeroDivisionError" in alert["text"]
        shown = row(city)
        assert shown["state"] == "failing"
        assert {(each["reason"], each["missed"]) for each in shown["failing"]} == {("load", 0)}
        assert "scenario.py:6: ZeroDivisionError" in shown["failing"][0]["detail"]
        listed = command(city, "list", "--json")
        assert listed.returncode == 1
        found = next(e for e in json.loads(listed.stdout)["items"] if e["name"] == "bad")
        assert found["fare"]["state"] == "does not load"
        assert "scenario.py:6: ZeroDivisionError" in found["error"]
        wait_for(lambda: city.items("entities", layer="parking.lot"), "the others run")

        refused = command(city, "reload", "bad")
        assert refused.returncode != 0
        assert "ZeroDivisionError" in refused.stdout + refused.stderr
        (folder / "scenario.py").write_text(GOOD, encoding="utf-8")
        reloaded = command(city, "reload", "bad")
        assert reloaded.returncode == 0, reloaded.stdout + reloaded.stderr
        wait_for(lambda: not alerts(city), "the alert is cleared")
        wait_for(lambda: row(city)["title"] == "坏" and row(city)["state"] == "loaded", "it runs")
        city.stop()
    finally:
        city.end()
