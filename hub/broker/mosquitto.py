"""The configuration of a private mosquitto 2.0, as text."""

from pathlib import Path
from typing import Final

from hub.broker.errors import BrokerConfigError
from hub.broker.limits import (
    MAX_INFLIGHT_MESSAGES,
    MAX_PACKET_BYTES,
    MAX_QUEUED_BYTES,
    MAX_QUEUED_MESSAGES,
)

AUTOSAVE_SECONDS: Final = 1
"""Seconds between saves. mosquitto saves once more than this has passed since the last one, so a
killed broker may lose nearly two of these, if ingest dies with it (our default)."""

_TEMPLATE: Final = """\
# Written by `cityhub demo` at each start; edits are lost.

# Loopback only, and for that reason without a password.
listener {port} 127.0.0.1
allow_anonymous true
# Started by root, mosquitto would become `mosquitto`, who may not write here; without effect
# for anybody else.
user {user}

# Retained cards and persistent sessions outlive the broker.
persistence true
persistence_location {folder}/
# The default of 1800 s lost every acknowledged message on kill -9.
autosave_interval {autosave}
autosave_on_changes false

# A hub that is away finds what was published meanwhile. The default queue of 1000 messages
# drops the rest in silence, even with the subscriber connected.
max_queued_messages {queued_messages}
# A queue of large messages is bounded by its bytes.
max_queued_bytes {queued_bytes}
# The default window of 20 stops a hub that acknowledges in batches after its own append.
max_inflight_messages {inflight}
# Far above the hub's message limit: a message too large for the hub becomes a dead letter
# there and not a disconnect here.
max_packet_size {packet}

# Only what an operator has to act on.
log_dest stderr
log_type error
log_type warning
connection_messages false
"""


def mosquitto_config(port: int, folder: Path, user: str) -> str:
    """Returns the text of a mosquitto 2.0 configuration.

    `port` is the TCP port on 127.0.0.1. `folder` must exist and be absolute: mosquitto appends
    its file name to it, and would take a relative one from its own working directory. `user` is
    the account that starts it.
    Raises `BrokerConfigError` where a value is empty or could break out of its line.
    """
    for option, value in (("persistence_location", str(folder)), ("user", user)):
        if not value or any(mark in value for mark in "\r\n"):
            raise BrokerConfigError(option, value)
    if not folder.is_absolute():
        raise BrokerConfigError("persistence_location", str(folder))
    return _TEMPLATE.format(
        port=port,
        folder=folder,
        user=user,
        autosave=AUTOSAVE_SECONDS,
        queued_messages=MAX_QUEUED_MESSAGES,
        queued_bytes=MAX_QUEUED_BYTES,
        inflight=MAX_INFLIGHT_MESSAGES,
        packet=MAX_PACKET_BYTES,
    )
