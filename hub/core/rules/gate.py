"""`cooldown` and `dedupe`: a handler that does not run for every event."""

from hashlib import blake2b

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from hub.core.context import Context
from hub.core.handler import Given, Handler, Question, Role
from hub.model.instant import Duration, Instant

_LONGEST = 32
"""Bytes of a value that are kept as they are; of a longer one its hash."""

_encode = msgspec.msgpack.Encoder(order="deterministic").encode


class Passed(Struct):
    """When the handler ran last for a key, and on what value."""

    at: Instant | None = None
    value: bytes = b""


def gated(handler: Handler, *, cooldown: Duration | None, dedupe: Question | None) -> Handler:
    """Return the handler, run at most once a ``cooldown`` and only when ``dedupe`` changes.

    What is left out is counted. A run that fails does not count as one.
    """

    def function(given: Given) -> bool:
        ctx: Context = given[Role.CONTEXT]
        passed: Passed = given[Role.MEMORY]
        if cooldown is not None and passed.at is not None and ctx.now - passed.at < cooldown:
            ctx.note("cooled-down", handler.title)
            return False
        value = b"" if dedupe is None else _stored(dedupe.ask(given))
        if dedupe is not None and passed.at is not None and value == passed.value:
            ctx.note("repeated", handler.title)
            return False
        handler.function(given)
        passed.at, passed.value = ctx.now, value
        return True

    state = handler.state if handler.state is not None or dedupe is None else dedupe.state
    return replace(handler, function=function, state=state, rule=handler.name, memory=Passed)


def _stored(value: object) -> bytes:
    raw = _encode(value)
    return raw if len(raw) <= _LONGEST else blake2b(raw, digest_size=_LONGEST).digest()
