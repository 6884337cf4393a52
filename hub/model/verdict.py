"""Verdicts: what depended on the machine that ran a scenario, written down so that it is a fact."""

from msgspec import Struct


class Verdict(Struct, frozen=True):
    """Data of a `hub.verdict` event: one call of a handler was not made to its end.

    ``ordinal`` is the event's at which it stood, ``cause`` names the call (as its effects' ids
    do), ``reason`` is `deadline` or `killed`, ``detail`` what its dead letter says.
    """

    ordinal: int
    handler: str
    cause: str
    reason: str
    detail: str
