"""The test kit: what a test tells it, what goes wrong on purpose, and what it may ask."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from msgspec import field

from hub.model.alert import Level
from hub.sdk import MINUTE, SECOND, Ack, Context, Field, Payload, Scenario, Silence, State
from hub.sdk.testing import Diverged, Kit, KitError

A = "city/210102/noise/a"
HERE = (123.4, 41.8)


class Said(Payload, frozen=True):
    """A reading."""

    decibel: float


class Meter(State):
    """What is remembered of a meter."""

    heard: list[float] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)


class View(Payload, frozen=True):
    """What the screen shows."""

    decibel: float


def noise(limit: float = 70.0) -> Scenario:
    """Return a scenario with an alert, a command, a timer, a derived event and a layer."""
    s = Scenario("noise", title="噪声", title_en="Noise", description="")
    fields = (Field("decibel", "噪声", "Noise", "dB"),)
    layer = s.layer("meter", "点", "Meters", data=View, fields=fields)
    s.tile("loudest", "最响", "Loudest", layer, "max", field="decibel")
    loud = s.alert("loud", "噪声过大")

    @s.on("city.noise.level")
    def level(ctx: Context, said: Said, meter: Meter) -> None:
        meter.heard.append(said.decibel)
        if said.decibel < 0:
            raise ValueError("below silence")
        at = ctx.card.at if ctx.card else None
        ctx.show(layer, ctx.key, ctx.key, View(said.decibel), at=at)
        ctx.emit("noise.heard", said)
        if said.decibel > limit:
            ctx.raise_alert(loud, ctx.key, Level.YELLOW, "loud")
            ctx.start("calm", MINUTE)
            ctx.command(
                "hush", district=ctx.district, domain="noise", device=ctx.key,
                data=View(limit), expires=MINUTE,
            )  # fmt: skip

    @s.timer("calm")
    def calm(ctx: Context) -> None:
        ctx.clear_alert(loud, ctx.key)

    @s.on_answer
    def answered(ack: Ack, meter: Meter) -> None:
        meter.answers.append("yes" if ack.ok else ack.detail)

    @s.on_stale("NoiseMeter")
    def silent(silence: Silence, meter: Meter) -> None:
        meter.answers.append(silence.reason)

    @s.on("parking.lot-changed")
    def other(ctx: Context) -> None:
        ctx.raise_alert(loud, ctx.event.subject, Level.BLUE, "cars")

    return s


@pytest.fixture
def city() -> Kit:
    """Return a city with a loud meter."""
    kit = Kit(noise())
    kit.card(A, kind="NoiseMeter", at=HERE, period=60, floor=3)
    kit.send(f"{A}/level", {"decibel": 80})
    return kit


def test_what_a_test_asks(city: Kit) -> None:
    """Alerts, commands, events, the screen, tiles, state, counters."""
    alert = city.alert("loud", "a")
    assert alert is not None
    assert alert.level is Level.YELLOW
    assert [each.id for each in city.alerts] == ["noise/loud/a#1"]
    (command,) = city.commands
    assert (command.name, command.device, command.data) == ("hush", "a", {"decibel": 70.0})
    assert [each.data for each in city.emitted("noise.heard")] == [{"decibel": 80.0}]
    assert city.screen["noise.meter/a"].data == {"decibel": 80.0}
    assert city.screen["noise.meter/a"].at == HERE
    assert city.tiles["noise.loudest"] == 80
    assert city.state(Meter, "a").heard == [80.0]
    assert city.counters["readings"] == 1
    assert city.counters["stale"] == 0
    assert city.letters == []


def test_time_goes_on_only_when_told(city: Kit) -> None:
    """A timer fires at its instant, not before."""
    began = city.now
    city.advance(MINUTE - 1)
    assert city.alert("loud", "a") is not None
    city.advance(1)
    assert city.alert("loud", "a") is None
    assert city.now == began + MINUTE
    assert [each.cleared is None for each in city.changes] == [True, False]


def test_a_device_answers_falls_silent_and_leaves(city: Kit) -> None:
    """What a device can do beside its readings."""
    city.answer(city.commands[0], ok=False, detail="stuck")
    city.advance(3 * MINUTE)
    assert city.state(Meter, "a").answers == ["stuck", "silent"]
    assert city.screen["noise.meter/a"].stale
    city.withdraw(A)
    assert "noise.meter/a" not in city.screen


def test_a_connection_goes(city: Kit) -> None:
    """Its device is stale at once."""
    city.status(A, online=False)
    assert city.state(Meter, "a").answers == ["offline"]


def test_silence_does_not_count_while_the_hub_is_deaf(city: Kit) -> None:
    """As when ingest was down."""
    with city.deaf():
        city.advance(30 * MINUTE)
    assert not city.screen["noise.meter/a"].stale
    city.advance(3 * MINUTE)
    assert city.screen["noise.meter/a"].stale


def test_another_scenario_says_something(city: Kit) -> None:
    """A derived event, about its subject."""
    city.event("parking.lot-changed", {}, subject="lot-1")
    assert city.alert("loud", "lot-1") is not None


def test_an_operator_acts(city: Kit) -> None:
    """On the alert as it stands."""
    alert = city.alert("loud", "a")
    assert alert is not None
    city.act("acknowledge", alert)
    acted = city.alert("loud", "a")
    assert acted is not None
    assert acted.acknowledged is not None


def test_a_handler_that_raises_leaves_a_letter(city: Kit) -> None:
    """And no trace in the state."""
    city.send(f"{A}/level", {"decibel": -1})
    (letter,) = city.letters
    assert (letter.reason, letter.handler) == ("handler-error", "noise.level")
    assert city.state(Meter, "a").heard == [80.0]


def test_a_scenario_that_fails_again_and_again_is_quarantined(city: Kit) -> None:
    """It is not called any more, until an operator releases it."""
    for _ in range(6):
        city.send(f"{A}/level", {"decibel": -1})
    assert city.quarantined == ["noise"]
    assert len(city.letters) == 5
    city.release("noise")
    assert city.quarantined == []
    city.send(f"{A}/level", {"decibel": 61})
    assert city.state(Meter, "a").heard == [80.0, 61.0]


def test_a_repeat_is_dropped(city: Kit) -> None:
    """By its id, as in the hub."""
    for _ in range(2):
        city.send(f"{A}/level", Said(60), id="same")
    assert city.counters["duplicates"] == 1
    assert city.state(Meter, "a").heard == [80.0, 60.0]


def test_the_devices_own_time(city: Kit) -> None:
    """RFC 3339 or an instant."""
    city.send(f"{A}/level", Said(60), time="2026-11-23T07:59:58+08:00")
    assert city.screen["noise.meter/a"].time == "2026-11-22T23:59:58.000Z"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (lambda kit: kit.send("city/noise", {}), "no topic"),
        (lambda kit: kit.send("city/210102/noise/a/$cmd/hush", {}), "do not publish"),
        (lambda kit: kit.screen["noise.meter/b"], "there are: noise.meter/a"),
        (lambda kit: kit.tiles["noise.none"], "there are: noise.loudest"),
        (lambda kit: kit.state(Meter, "b"), r"there are: noise\.Meter\|a"),
        (lambda kit: kit.advance(-SECOND), "never goes back"),
        (lambda kit: kit.feed("none.jsonl"), "none.jsonl"),
    ],
)
def test_what_cannot_be_is_told(city: Kit, wrong: Callable[[Kit], object], told: str) -> None:
    """A wrong test fails with what is wrong, and with what there is."""
    with pytest.raises((KitError, FileNotFoundError), match=told):
        wrong(city)


# -- what goes wrong on purpose -------------------------------------------------------------------


def test_a_restart_changes_nothing(city: Kit) -> None:
    """Timers, alerts and state go through their stored form."""
    before = city.outputs()
    city.restart()
    assert city.outputs() == before
    assert city.state(Meter, "a").heard == [80.0]
    city.advance(MINUTE)
    assert city.alert("loud", "a") is None


@pytest.mark.parametrize("batch", [1, 2, 3, 1_000])
def test_a_crash_changes_nothing(batch: int) -> None:
    """Whatever was committed: the rest is worked again, and comes out the same."""
    kit, plain = Kit(noise(), batch=batch), Kit(noise())
    for each in (kit, plain):
        each.card(A, kind="NoiseMeter", period=60)
        for decibel in (60, 80, 90):
            each.send(f"{A}/level", {"decibel": decibel})
            each.advance(SECOND)
    kit.crash()
    assert kit.now == plain.now
    for each in (kit, plain):
        each.advance(2 * MINUTE)
    assert kit.outputs() == plain.outputs()
    assert kit.state(Meter, "a") == plain.state(Meter, "a")


def impure() -> Scenario:
    """Return a scenario that remembers outside its state."""
    s = Scenario("impure", title="", title_en="", description="")
    count: list[int] = []
    full = s.alert("full", "满")

    @s.on("city.noise.level")
    def level(ctx: Context) -> None:
        count.append(1)
        if len(count) == 3:
            ctx.raise_alert(full, ctx.key, Level.RED, f"{len(count)}")

    return s


def test_a_crash_finds_a_handler_that_remembers_outside_its_state() -> None:
    """The text names the event that led to something else."""
    kit = Kit(impure())
    kit.send(f"{A}/level", {})
    kit.send(f"{A}/level", {})
    with pytest.raises(Diverged, match=r"(?s)caused by .*city/210102/noise/a/level"):
        kit.crash()


def test_a_crash_after_some_events() -> None:
    """In the middle of a batch, while the test goes on."""
    kit = Kit(impure())
    kit.crash_after(2)
    kit.send(f"{A}/level", {})
    with pytest.raises(Diverged):
        kit.send(f"{A}/level", {})


@pytest.mark.parametrize("handler", ["level", "calm"])
def test_a_crash_in_a_handler(handler: str) -> None:
    """In a reading's or a timer's: the event is worked again, once."""
    kit, plain = Kit(noise()), Kit(noise())
    kit.crash_in(handler)
    for each in (kit, plain):
        each.card(A, kind="NoiseMeter", at=HERE, period=60, floor=3)
        each.send(f"{A}/level", {"decibel": 80})
        each.advance(2 * MINUTE)
    assert kit.outputs() == plain.outputs()
    assert kit.state(Meter, "a").heard == [80.0]
    assert kit.now == plain.now
    assert kit.letters == []


def test_other_code_goes_on_with_the_state(city: Kit) -> None:
    """A reload: another limit, the same memory."""
    city.reload(noise(limit=90))
    city.advance(2 * MINUTE)
    city.send(f"{A}/level", {"decibel": 85})
    assert city.alert("loud", "a") is None
    assert city.state(Meter, "a").heard == [80.0, 85.0]


def test_code_that_cannot_read_the_state_is_refused(city: Kit) -> None:
    """And the old one goes on, also after a restart."""
    text = msgspec.defstruct("Meter", [("heard", str, "")], bases=(State,))
    other = Scenario("noise", title="噪声", title_en="Noise", description="")

    def level(meter: object) -> None: ...

    level.__annotations__["meter"] = text
    other.on("city.noise.level")(level)
    with pytest.raises(KitError, match="cannot be read"):
        city.reload(other)
    for _ in range(2):
        city.send(f"{A}/level", {"decibel": 61})
        city.restart()
    assert city.state(Meter, "a").heard == [80.0, 61.0, 61.0]


# -- golden files ---------------------------------------------------------------------------------


def test_a_golden_file_is_written_and_compared(
    city: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once written it holds; it is not written without being told."""
    file = tmp_path / "golden" / "loud.jsonl"
    with pytest.raises(KitError, match="CITYHUB_GOLDEN=write"):
        city.matches(file)
    assert not file.exists()
    monkeypatch.setenv("CITYHUB_GOLDEN", "write")
    city.matches(file)
    monkeypatch.delenv("CITYHUB_GOLDEN")
    city.matches(file)
    assert file.read_text("utf-8").splitlines() == city.outputs()


def test_the_first_difference_names_its_event(
    city: Kit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the lines before it, what was expected and what came."""
    file = tmp_path / "loud.jsonl"
    monkeypatch.setenv("CITYHUB_GOLDEN", "write")
    city.matches(file)
    monkeypatch.delenv("CITYHUB_GOLDEN")
    other = Kit(noise(limit=79.5))
    other.card(A, kind="NoiseMeter", at=HERE, period=60, floor=3)
    other.send(f"{A}/level", {"decibel": 80})
    with pytest.raises(KitError) as caught:
        other.matches(file)
    told = str(caught.value)
    assert "caused by d1/2 city/210102/noise/a/level" in told
    assert '{"decibel":70.0}' in told
    assert '{"decibel":79.5}' in told
    city.advance(MINUTE)
    with pytest.raises(KitError, match=r"caused by .*timer noise\.calm"):
        city.matches(file)
    with pytest.raises(KitError, match="nothing came at all"):
        Kit(noise()).matches(file)


# -- feeds ----------------------------------------------------------------------------------------


def test_a_feed_is_given_line_by_line(tmp_path: Path) -> None:
    """Topics or derived events, times from the start or RFC 3339."""
    file = tmp_path / "feed.jsonl"
    file.write_text(
        '{"topic":"city/210102/noise/a/$device","payload":{"name":"A","kind":"NoiseMeter"},"time":0}\n'
        "\n"
        '{"topic":"city/210102/noise/a/level","payload":{"decibel":80},"time":1.5,"said":1}\n'
        '{"topic":"parking.lot-changed","payload":{},"time":"2026-11-23T08:00:10+08:00","subject":"x"}\n',
        "utf-8",
    )
    kit = Kit(noise())
    assert kit.feed(file) == 3
    assert kit.now == kit.start + 10 * SECOND
    assert kit.screen["noise.meter/a"].time == "2026-11-23T00:00:01.000Z"
    assert [alert.place for alert in kit.alerts] == ["a", "x"]


@pytest.mark.parametrize(
    "line", ["{", '{"topic":"city/x"}', '{"topic":"a","payload":1,"time":0,"x":1}']
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str) -> None:
    """With file and number."""
    file = tmp_path / "feed.jsonl"
    file.write_text(f"\n{line}\n", "utf-8")
    with pytest.raises(KitError, match=r"feed\.jsonl:2"):
        Kit(noise()).feed(file)
