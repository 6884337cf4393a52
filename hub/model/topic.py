"""The MQTT topic grammar: `city/{district}/{domain}/{device}/{event}` and its `$` levels."""

import re
from enum import StrEnum

from msgspec import Struct

from hub.model.district import CODES
from hub.model.errors import BadTopic
from hub.model.limits import TOPIC_BYTES

ROOT = "city"
CLOCK_TOPIC = "cityhub/clock"
"""Retained: the city clock that sensors follow."""
CLOCK_SET_TOPIC = "cityhub/clock/set"
"""Asks the hub to turn its clock, `{"rate":60}`. On a server the broker's ACL keeps devices out."""

DOMAIN = re.compile(r"[a-z][a-z0-9-]{0,31}", re.ASCII)
DEVICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}", re.ASCII)
NAME = re.compile(r"[a-z][a-z0-9-]{0,47}", re.ASCII)
COMMAND_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,79}", re.ASCII)

RESERVED_DOMAINS = frozenset({"hub", "scenario"})
"""A device here could pass for the hub itself: derived events have sources `/scenario/...`."""

_LEVELS = 5
_DEEP_LEVELS = 6


class Kind(StrEnum):
    """What a topic carries."""

    READING = "reading"
    CARD = "$device"
    STATUS = "$status"
    COMMAND = "$cmd"
    ACK = "$ack"


class Topic(Struct, frozen=True):
    """A parsed topic; ``name`` is the event, the command's name or the answered command's id."""

    district: str
    domain: str
    device: str
    kind: Kind
    name: str = ""

    @property
    def source(self) -> str:
        """The CloudEvents source that this topic's device must use."""
        return f"/{self.domain}/{self.device}"

    @property
    def type(self) -> str:
        """The CloudEvents type that this topic's readings must use."""
        return f"city.{self.domain}.{self.name}"

    def __str__(self) -> str:
        base = f"{ROOT}/{self.district}/{self.domain}/{self.device}"
        if self.kind is Kind.READING:
            return f"{base}/{self.name}"
        return f"{base}/{self.kind}/{self.name}" if self.name else f"{base}/{self.kind}"


def parse(topic: str) -> Topic:
    """Return the parsed topic, or raise BadTopic with the level that is wrong."""
    if len(topic.encode("utf-8", "surrogatepass")) > TOPIC_BYTES:
        raise BadTopic("topic-too-long", f"a topic has at most {TOPIC_BYTES} bytes")
    levels = topic.split("/")
    if levels[0] != ROOT or len(levels) not in (_LEVELS, _DEEP_LEVELS):
        raise BadTopic("topic-shape", "expected city/{district}/{domain}/{device}/{event}")
    _, district, domain, device, name, *rest = levels
    if district not in CODES:
        raise BadTopic("unknown-district", f"{district!r} is not a district code of Shenyang")
    _check(DOMAIN, domain, "domain")
    if domain in RESERVED_DOMAINS:
        raise BadTopic("topic-level", f"domain {domain!r} belongs to the hub itself")
    _check(DEVICE, device, "device")
    return Topic(district, domain, device, *_tail(name, rest))


def _tail(name: str, rest: list[str]) -> tuple[Kind, str]:
    if rest and name == Kind.COMMAND:
        _check(NAME, rest[0], "command")
        return Kind.COMMAND, rest[0]
    if rest and name == Kind.ACK:
        _check(COMMAND_ID, rest[0], "command id")
        return Kind.ACK, rest[0]
    if not rest and name in (Kind.CARD, Kind.STATUS):
        return Kind(name), ""
    if rest:
        raise BadTopic("topic-shape", "only $cmd/{name} and $ack/{id} have a sixth level")
    _check(NAME, name, "event")
    return Kind.READING, name


def _check(pattern: re.Pattern[str], level: str, what: str) -> None:
    if not pattern.fullmatch(level):
        raise BadTopic("topic-level", f"{level[:80]!r} is no {what} (expected {pattern.pattern})")
