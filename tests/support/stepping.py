"""Random feeds for time rules: steps of one device, second by second, and how they are driven."""

from msgspec import Struct

from hub.sdk import Scenario
from tests.support.machine import START, Driver, card, listening, reading, registry, status

OFF, ON, DEAF, HEAR, TICK = "off", "on", "deaf", "hear", "tick"


class Step(Struct, frozen=True):
    """After so many ``seconds`` the device says a value, or something happens; then a restart?"""

    seconds: int
    what: int | str
    restart: bool = False


class Timed(Struct, frozen=True):
    """What happened in which second since the start."""

    second: int
    what: int | str
    restart: bool = False


def timeline(steps: list[Step]) -> list[Timed]:
    """Return what can happen: a deaf hub hears nothing, and stops being deaf in the end."""
    second, deaf = 0, False
    done: list[Timed] = []
    for step in steps:
        second += step.seconds
        if (deaf and step.what not in (HEAR, TICK)) or (not deaf and step.what == HEAR):
            continue
        deaf = step.what == DEAF or (deaf and step.what != HEAR)
        done.append(Timed(second, step.what, step.restart))
    if deaf:
        done.append(Timed(second + 1, HEAR))
    return done


def drive(scenario: Scenario, timed: list[Timed], *, period: float | None, end: int) -> Driver:
    """Return the machine that worked it, with ticks until the second ``end``."""
    driver = Driver(registry(scenario), partition="city")
    driver.at(0, card("a", period=period))
    since = 0
    for number, each in enumerate(timed):
        match each.what:
            case int() as value:
                driver.at(each.second, reading("a", {"value": value}, id=str(number)))
            case "off":
                driver.at(each.second, status("a", "offline", "test"))
            case "on":
                driver.at(each.second, status("a", "online", "test"))
            case "deaf":
                since = each.second
                driver.at(each.second, listening(hearing=False, since=since))
            case "hear":
                driver.at(each.second, listening(hearing=True, since=since))
            case _:
                driver.tick(each.second)
        if each.restart:
            driver.restart()
    driver.tick(end)
    return driver


def second(machine_time: int) -> int:
    """Return an instant as seconds since the start."""
    return (machine_time - START) // 1_000_000
