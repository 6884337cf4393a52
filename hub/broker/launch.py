"""Which private broker to start, and how; nothing is started here."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from hub.broker.errors import NoBrokerError
from hub.broker.mosquitto import mosquitto_config

Finder = Callable[[str], str | None]
"""Program name → its path, or None where there is none: `shutil.which`."""

EMBEDDED_DIR: Final = Path(__file__).resolve().parent / "embedded"
"""Where `npm ci` puts the embedded broker's packages."""

SYSTEM_SBIN: Final = ("/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto")
"""Debian puts mosquitto into /usr/sbin, which is not on the PATH of an ordinary user."""

CONFIG_NAME: Final = "mosquitto.conf"


class BrokerKind(StrEnum):
    """The brokers that the demo can start."""

    MOSQUITTO = "mosquitto"
    EMBEDDED = "embedded"


@dataclass(frozen=True)
class BrokerPlan:
    """A broker to start.

    `argv` is the command; before it is run, `config_text` goes into `config_path` where there
    is one, and `data_dir` exists. `mqtt5` tells whether MQTT 5 clients can connect: the embedded
    broker speaks 3.1 and 3.1.1 alone.
    """

    kind: BrokerKind
    argv: tuple[str, ...]
    description: str
    data_dir: Path
    mqtt5: bool
    config_path: Path | None = None
    config_text: str | None = None


def broker_command(
    which: Finder,
    *,
    port: int,
    data_dir: Path,
    user: str,
    mosquitto_version: str | None = None,
    embedded_dir: Path = EMBEDDED_DIR,
) -> BrokerPlan:
    """Plans the private broker: mosquitto where it is installed, else the embedded one.

    `port` is a TCP port on 127.0.0.1, `data_dir` an absolute folder, `user` the account that
    starts the broker. `mosquitto_version` is the first line of `mosquitto -h`, for the
    description only. Reads whether the embedded broker is installed and its version, nothing else.
    Raises `NoBrokerError` where neither is there, `BrokerConfigError` for a folder or an account
    that mosquitto's configuration cannot hold.
    """
    program = which("mosquitto") or next(filter(None, map(which, SYSTEM_SBIN)), None)
    if program is not None:
        return _mosquitto_plan(program, port, data_dir, user, mosquitto_version)
    node = which("node")
    if node is None:
        raise NoBrokerError(missing=("mosquitto", "node"))
    return _embedded_plan(node, port, data_dir, embedded_dir)


def _mosquitto_plan(
    program: str, port: int, data_dir: Path, user: str, version: str | None
) -> BrokerPlan:
    config = data_dir / CONFIG_NAME
    number = re.search(r"\d+\.\d+\.\d+", version or "")
    return BrokerPlan(
        kind=BrokerKind.MOSQUITTO,
        argv=(program, "-c", str(config)),
        description=f"mosquitto {number.group()}" if number else "mosquitto",
        data_dir=data_dir,
        mqtt5=True,
        config_path=config,
        config_text=mosquitto_config(port, data_dir, user),
    )


def _embedded_plan(node: str, port: int, data_dir: Path, folder: Path) -> BrokerPlan:
    script = folder / "broker.mjs"
    package = folder / "node_modules" / "aedes" / "package.json"
    if not package.is_file():
        raise NoBrokerError(missing=("mosquitto", "aedes"))
    return BrokerPlan(
        kind=BrokerKind.EMBEDDED,
        argv=(node, str(script), "--port", str(port), "--data", str(data_dir)),
        description=f"embedded aedes {_version(package)}",
        data_dir=data_dir,
        mqtt5=False,
    )


def _version(package: Path) -> str:
    found = re.search(r'"version":\s*"([^"]+)"', package.read_text(encoding="utf-8"))
    return found.group(1) if found else "of unknown version"
