"""Stale: three periods without a reading, or its connection gone; never because nobody listened."""

import pytest

from tests.support.machine import Driver, after, card, listening, status
from tests.support.things import memory, say, things, value

DUE = 10 + 180
"""When thing `a` is stale that was last heard at second 10 and reports each 60 s."""


@pytest.fixture
def driver() -> Driver:
    """Return a machine that heard thing `a` (period 60 s, behind gateway `gw`) at second 10."""
    driver = Driver(things())
    driver.at(0, card("a", period=60, via="gw"), card("gw", period=None, domain="gateway"))
    driver.at(10, say(1))
    return driver


def stale(driver: Driver, device: str = "a") -> bool:
    """Return whether the screen shows a device as stale."""
    return driver.shown(f"test.thing/{device}").stale


def test_stale_after_three_periods_and_not_before(driver: Driver) -> None:
    """The instant counts: a microsecond earlier it is not stale."""
    driver.tick(DUE - 0.000001)
    assert not stale(driver)
    driver.tick(DUE)
    assert stale(driver)
    assert memory(driver).silences == [f"stale silent {after(DUE)}"]
    assert driver.device("/test/a").stale
    assert driver.counter("stale") == 1


@pytest.mark.parametrize("ticks", [[], [50, 100, 150], [DUE - 1, DUE + 0.5], range(11, 400)])
def test_ticks_do_not_move_the_instant(driver: Driver, ticks: list[float]) -> None:
    """However the time is cut, the handler's `now` is exactly three periods after the reading."""
    for second in ticks:
        driver.tick(second)
    driver.tick(500)
    assert memory(driver).silences == [f"stale silent {after(DUE)}"]


def test_each_reading_begins_the_periods_anew(driver: Driver) -> None:
    """The three periods count from the last reading, whenever the timer was set."""
    driver.at(100, say(2))
    driver.tick(279)
    assert not stale(driver)
    driver.tick(280)
    assert memory(driver).silences == [f"stale silent {after(280)}"]


def test_fresh_again_with_the_next_reading(driver: Driver) -> None:
    """A reading ends the silence, tells the scenarios, and the value is shown again."""
    driver.tick(300)
    driver.at(301, say(2))
    assert not stale(driver)
    assert value(driver) == 2
    assert memory(driver).silences[-1] == f"fresh reports {after(301)}"
    driver.tick(481)
    assert memory(driver).silences[-1] == f"stale silent {after(481)}"


def test_silence_survives_a_restart(driver: Driver) -> None:
    """The periods go on from what was committed."""
    driver.restart()
    driver.tick(500)
    assert memory(driver).silences == [f"stale silent {after(DUE)}"]


def test_a_device_without_card_is_never_silent() -> None:
    """Nobody knows how often it should report."""
    driver = Driver(things())
    driver.at(10, say(1))
    driver.tick(100_000)
    assert not stale(driver)


def test_a_card_that_comes_after_the_reading_counts_from_the_reading() -> None:
    """Three periods after the last reading, not after the card."""
    driver = Driver(things())
    driver.at(10, say(1))
    driver.at(70, card("a", period=60))
    driver.tick(500)
    assert memory(driver).silences == [f"stale silent {after(DUE)}"]


@pytest.mark.parametrize(("period", "due"), [(600, 10 + 1800), (20, 10 + 60)])
def test_a_card_that_changes_the_period_counts_at_once(
    driver: Driver, period: float, due: float
) -> None:
    """A longer or a shorter period of a new card holds for the reading that was heard before."""
    driver.at(20, card("a", period=period, via="gw"))
    driver.tick(4_000)
    assert memory(driver).silences == [f"stale silent {after(due)}"]


def test_an_on_change_device_is_stale_only_when_offline() -> None:
    """Silence is no failure of what reports changes."""
    driver = Driver(things())
    driver.at(0, card("a", period=None, via="gw"))
    driver.at(10, say(1))
    driver.tick(1_000_000)
    assert not stale(driver)
    driver.at(1_000_001, status("gw", "offline"))
    assert stale(driver)
    assert memory(driver).silences == [f"stale offline {after(1_000_001)}"]
    driver.at(1_000_002, status("gw", "online"))
    assert not stale(driver)


def test_devices_share_the_fate_of_their_gateway(driver: Driver) -> None:
    """The gateway's will makes what is behind it stale at once, and nothing else."""
    driver.at(11, card("b", via="other"), say(1, device="b"))
    driver.at(12, status("gw", "offline"))
    assert stale(driver, "a")
    assert not stale(driver, "b")
    assert driver.device("/test/a").online is False


def test_a_gateways_fate_is_known_after_a_restart(driver: Driver) -> None:
    """Who is behind whom is found again in the cards."""
    driver.restart()
    driver.at(12, status("gw", "offline"))
    assert stale(driver)


def test_a_device_that_moved_to_another_gateway_leaves_the_first(driver: Driver) -> None:
    """The newest card says which gateway's fate it shares."""
    driver.at(11, card("a", via="other"))
    driver.at(12, status("gw", "offline"))
    assert not stale(driver)
    driver.at(13, status("other", "offline"))
    assert stale(driver)


def test_a_device_with_its_own_connection_has_its_own_will() -> None:
    """`$status` of the device itself."""
    driver = Driver(things())
    driver.at(0, card("a"), say(1))
    driver.at(5, status("a", "offline", domain="test"))
    assert stale(driver)


def test_back_online_within_its_periods_is_fresh(driver: Driver) -> None:
    """A short outage of the gateway: the value is still good."""
    driver.at(20, status("gw", "offline"))
    driver.at(40, status("gw", "online"))
    assert not stale(driver)
    driver.tick(500)
    assert [word.rsplit(" ", 1)[0] for word in memory(driver).silences] == [
        "stale offline",
        "fresh online",
        "stale silent",
    ]
    assert memory(driver).silences[-1].endswith(str(after(DUE)))


def test_back_online_after_its_periods_stays_stale(driver: Driver) -> None:
    """Only a reading ends a silence of more than three periods."""
    driver.at(20, status("gw", "offline"))
    driver.at(DUE, status("gw", "online"))
    assert stale(driver)


def test_offline_twice_is_told_once(driver: Driver) -> None:
    """The retained status comes again with each subscription."""
    driver.at(20, status("gw", "offline"), status("gw", "offline"))
    assert driver.counter("stale") == 1


def test_the_hub_listening_again_moves_the_silence(driver: Driver) -> None:
    """While ingest was deaf nobody could be heard: the time does not count."""
    driver.at(100, listening(hearing=False, since=100))
    driver.at(400, listening(hearing=True, since=100))
    driver.tick(DUE + 300 - 0.000001)
    assert not stale(driver)
    driver.tick(DUE + 300)
    assert memory(driver).silences == [f"stale silent {after(DUE + 300)}"]


def test_a_crash_of_ingest_is_deafness_too(driver: Driver) -> None:
    """A killed ingest logs nothing: the next one says since when nobody listened."""
    driver.at(400, listening(hearing=True, since=100))
    driver.tick(1_000)
    assert memory(driver).silences == [f"stale silent {after(DUE + 300)}"]


def test_nothing_falls_silent_while_nobody_listens(driver: Driver) -> None:
    """Ticks may go on while the broker is away."""
    driver.at(100, listening(hearing=False, since=100))
    for second in range(101, 1_000, 7):
        driver.tick(second)
    assert not stale(driver)


@pytest.mark.parametrize("start", [150, DUE - 0.3, DUE - 1])
@pytest.mark.parametrize("ticks", [[], range(1, 500), [DUE + n * 0.7 for n in range(200)]])
def test_ticks_in_deaf_times_do_not_move_the_instant(
    driver: Driver, start: float, ticks: list[float]
) -> None:
    """However the deaf time is cut, silence ends at the same instant."""
    driver.at(start, listening(hearing=False, since=start))
    for second in ticks:
        if start < second < start + 99.5:
            driver.tick(second)
    driver.at(start + 99.5, listening(hearing=True, since=start))
    driver.tick(2_000)
    assert memory(driver).silences == [f"stale silent {after(DUE + 99.5)}"]


@pytest.mark.parametrize("ticked", [True, False])
@pytest.mark.parametrize("crash", [True, False])
def test_deafness_that_begins_after_the_silence_excuses_nothing(
    driver: Driver, *, ticked: bool, crash: bool
) -> None:
    """A device that was silent before ingest went deaf is stale since then, ticks or none."""
    if ticked:
        driver.tick(DUE + 5)
    if not crash:
        driver.at(DUE + 10, listening(hearing=False, since=DUE + 10))
    driver.at(DUE + 100, listening(hearing=True, since=DUE + 10))
    driver.tick(2_000)
    assert memory(driver).silences == [f"stale silent {after(DUE)}"]


def test_deafness_before_a_reading_does_not_count_for_it(driver: Driver) -> None:
    """Only deaf time since the device was last heard moves its instant."""
    driver.at(100, listening(hearing=True, since=20))
    driver.at(110, say(2))
    driver.tick(1_000)
    assert memory(driver).silences == [f"stale silent {after(110 + 180)}"]


def test_deaf_time_survives_a_restart(driver: Driver) -> None:
    """A worker that begins again in a deaf time knows it."""
    driver.at(100, listening(hearing=False, since=100))
    driver.restart()
    driver.tick(300)
    driver.restart()
    driver.at(400, listening(hearing=True, since=100))
    driver.restart()
    driver.tick(2_000)
    assert memory(driver).silences == [f"stale silent {after(DUE + 300)}"]
