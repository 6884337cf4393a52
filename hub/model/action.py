"""Operators' actions and their outcomes. A refusal is an event too."""

from enum import StrEnum
from typing import Any

from msgspec import Struct

from hub.model.alert import Alert


class Action(Struct, frozen=True):
    """What a person decided: data of a `hub.action` event.

    ``action`` is `acknowledge` (受理), `assess` (研判, with its ``answer``), `shelve` (搁置, for so
    many ``minutes``), `note` (意见), or on a scenario `release`, `reload`, `redrive` or `configure`
    (with its ``values``), ``key`` the Idempotency-Key, ``version`` the version of the
    target it was decided on, ``by`` the person's account, ``opinion`` the 意见.
    """

    key: str
    action: str
    target: str
    version: int
    by: str
    opinion: str
    answer: str = ""
    minutes: int = 0
    values: dict[str, Any] = {}


class Result(StrEnum):
    """What became of an action."""

    DONE = "done"
    CONFLICT = "conflict"
    REFUSED = "refused"


class Outcome(Struct, frozen=True, tag="outcome"):
    """The answer to an action, kept under its key; ``alert`` is the target as it stands now."""

    key: str
    outcome: Result
    reason: str = ""
    alert: Alert | None = None
