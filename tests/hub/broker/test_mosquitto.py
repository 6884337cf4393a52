"""The configuration text of a private mosquitto."""

from pathlib import Path

import pytest

from hub.broker.errors import BrokerConfigError
from hub.broker.limits import MAX_PACKET_BYTES, MAX_QUEUED_BYTES, MAX_QUEUED_MESSAGES
from hub.broker.mosquitto import mosquitto_config

FOLDER = Path("/var/tmp/城枢 demo/broker")  # noqa: S108 (never opened)


def options(text: str) -> dict[str, str]:
    """The options of a configuration, each with all that follows it."""
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return dict(line.split(" ", 1) for line in lines)


def test_it_listens_on_loopback_alone() -> None:
    """Without a password, nobody beyond this machine may connect."""
    text = mosquitto_config(18830, FOLDER, "demo")
    listeners = [line for line in text.splitlines() if line.startswith(("listener", "port"))]
    assert listeners == ["listener 18830 127.0.0.1"]
    assert options(text)["allow_anonymous"] == "true"


def test_what_is_acknowledged_is_kept() -> None:
    """Sessions are saved each second, and the queue is far above the default of 1,000."""
    found = options(mosquitto_config(1883, FOLDER, "demo"))
    assert found["persistence"] == "true"
    assert found["autosave_interval"] == "1"
    assert found["autosave_on_changes"] == "false"
    assert found["max_queued_messages"] == str(MAX_QUEUED_MESSAGES)
    assert found["max_queued_bytes"] == str(MAX_QUEUED_BYTES)


def test_a_two_megabyte_message_reaches_the_hub() -> None:
    """The broker's packet limit is above the hub's own."""
    found = options(mosquitto_config(1883, FOLDER, "demo"))
    assert int(found["max_packet_size"]) == MAX_PACKET_BYTES > 2_000_000


def test_the_folder_ends_in_a_slash() -> None:
    """Mosquitto joins folder and file name without a separator; blanks need no quotes."""
    found = options(mosquitto_config(1883, FOLDER, "demo"))
    assert found["persistence_location"] == f"{FOLDER}/"


def test_it_stays_the_user_who_starts_it() -> None:
    """A root that becomes `mosquitto` cannot write into the data folder."""
    assert options(mosquitto_config(1883, FOLDER, "root"))["user"] == "root"


@pytest.mark.parametrize(
    ("folder", "user"),
    [
        (Path("relative"), "demo"),
        (Path("/a\nlistener 1 0.0.0.0"), "demo"),
        (FOLDER, "a\rb"),
        (FOLDER, ""),
    ],
)
def test_a_value_cannot_add_an_option(folder: Path, user: str) -> None:
    """A value that is relative, empty or holds a line break is refused."""
    with pytest.raises(BrokerConfigError):
        mosquitto_config(1883, folder, user)
