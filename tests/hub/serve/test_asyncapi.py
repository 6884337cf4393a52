"""AsyncAPI of the handlers: a channel a type, a message a view of it, an operation a handler."""

from typing import Annotated

import msgspec
from msgspec import Meta

from hub.sdk import Context, Payload, Scenario
from hub.serve.asyncapi import document, summary


class Level(Payload, frozen=True):
    """A reading."""

    decibel: Annotated[float, Meta(ge=0, le=200)]
    place: tuple[float, float] | None = None


class Short(Payload, frozen=True):
    """Another scenario's view of it."""

    decibel: float


def noise() -> Scenario:
    """Return a scenario that reads a device's type and derives one."""
    scenario = Scenario("noise", title="噪声", title_en="Noise", description="")

    @scenario.on("city.noise.level")
    def level(ctx: Context, said: Level) -> None:
        ctx.emit("noise.loud", said)

    @scenario.on_card("NoiseMeter")
    def found(ctx: Context) -> None:
        ctx.start("x", 1)

    return scenario


def listener() -> Scenario:
    """Return a scenario that reads both."""
    scenario = Scenario("listener", title="听", title_en="Listener", description="")

    @scenario.on("city.noise.level")
    def level(said: Short) -> None: ...

    @scenario.on("noise.loud")
    def loud(ctx: Context) -> None: ...

    return scenario


TREE = document([noise().declaration(), listener().declaration()], "broker.example:1883")


def test_a_device_type_is_a_topic() -> None:
    """With its parameters, and a message for each view."""
    channel = TREE["channels"]["city.noise.level"]
    assert channel["address"] == "city/{district}/noise/{device}/level"
    assert set(channel["parameters"]) == {"district", "device"}
    assert "210102" in channel["parameters"]["district"]["enum"]
    assert set(channel["messages"]) == {
        "noise.city.noise.level.Level", "listener.city.noise.level.Short",
    }  # fmt: skip


def test_a_message_is_a_cloudevent_with_the_schema_of_its_data() -> None:
    """Limits are in it; the draft is that of AsyncAPI."""
    payload = TREE["components"]["messages"]["noise.city.noise.level.Level"]["payload"]
    assert payload["properties"]["type"] == {"const": "city.noise.level"}
    name = payload["properties"]["data"]["$ref"].rpartition("/")[2]
    schema = TREE["components"]["schemas"][name]
    assert schema["properties"]["decibel"]["maximum"] == 200
    assert "prefixItems" not in msgspec.json.encode(TREE).decode()


def test_a_derived_type_is_sent_and_received_inside() -> None:
    """By the scenario whose name it begins with; a handler without payload takes any JSON."""
    assert TREE["channels"]["noise.loud"]["servers"] == [{"$ref": "#/servers/log"}]
    assert TREE["operations"]["listener.loud"]["action"] == "receive"
    assert TREE["operations"]["noise.emit.noise.loud"]["action"] == "send"


def test_what_is_alike_for_all_devices_is_there_once() -> None:
    """Cards, statuses, commands and their answers; the hub's own types are not its interface."""
    assert TREE["operations"]["device.command"]["action"] == "send"
    assert not any(name.startswith("hub.") for name in TREE["channels"])
    assert TREE["servers"]["broker"]["host"] == "broker.example:1883"


def test_a_scenario_says_what_it_reads() -> None:
    """For `/api/scenarios`: handler, type and schema."""
    (read,) = summary(noise().declaration())
    assert (read["handler"], read["type"]) == ("level", "city.noise.level")
    assert "decibel" in str(read["data"])
    assert summary(listener().declaration())[1]["data"] is None
