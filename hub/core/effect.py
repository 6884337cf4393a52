"""What a handler may do: each effect is plain data, and is checked before any of it counts."""

from typing import Any, cast

import msgspec
from msgspec import Struct

from hub.core.window import Window
from hub.model.alert import Signal
from hub.model.command import Command
from hub.model.event import Event
from hub.model.instant import Duration, Instant
from hub.model.output import Job


class Picture(Struct, frozen=True):
    """What a handler shows: an entity without its version.

    ``data`` is JSON, ``device`` the source it lives by, or empty; ``stale`` whatever that one is;
    ``lines`` are what its charts draw: the line's name, the chart's span, the value.
    """

    layer: str
    name: str
    title: str
    data: bytes
    time: Instant
    at: tuple[float, float] | None = None
    district: str | None = None
    level: str | None = None
    quality: tuple[str, ...] = ()
    stale: bool = False
    device: str = ""
    lines: tuple[tuple[str, Duration, float], ...] = ()

    @property
    def id(self) -> str:
        """The entity's id."""
        return f"{self.layer}/{self.name}"


class Emit(Struct, frozen=True):
    """A derived event for ``partition``."""

    partition: str
    event: Event


class Hide(Struct, frozen=True):
    """Take an entity off the screen."""

    id: str


class Timer(Struct, frozen=True):
    """Start a timer at ``due``, or stop it when ``due`` is None."""

    name: str
    key: str
    due: Instant | None
    exercise: bool = False


class Count(Struct, frozen=True):
    """Add one to a counter of the scenario, or to the hub's own counter ``name`` by ``handler``."""

    name: str
    handler: str = ""


class Forget(Struct, frozen=True):
    """Drop all that the scenario remembers of a key: states, timers, what its rules remember."""

    key: str


class Run(Struct, frozen=True):
    """Run another function of the scenario for this key, in this cause: a time rule's target.

    ``active`` is how the rule must be for it to mean anything, None for however it is: a run that
    failed may come again when the rule has turned since.
    """

    target: str
    event: Event
    window: Window | None = None
    active: bool | None = None


Effect = Job | Emit | Signal | Picture | Hide | Command | Timer | Count | Forget | Run

_encode = msgspec.msgpack.Encoder().encode
_DECODERS: dict[type, msgspec.msgpack.Decoder[Any]] = {
    kind: msgspec.msgpack.Decoder(kind)
    for kind in (Emit, Signal, Picture, Hide, Command, Timer, Count, Forget, Run, Job)
}


def checked(effect: Effect) -> Effect:
    """Return the effect as it will be read again; raise when a handler put rubbish into it."""
    return cast("Effect", _DECODERS[type(effect)].decode(_encode(effect)))
