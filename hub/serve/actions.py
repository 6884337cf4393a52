"""Operators' actions: appended to the log like any other event, their outcome awaited."""

import asyncio
import re
from urllib.parse import quote

import msgspec
from msgspec import Struct
from redis.asyncio import Redis

from hub.log.log import Log
from hub.log.tables import Tables
from hub.model.action import Action, Result
from hub.model.event import ACTION, Event
from hub.model.partition import CITY
from hub.serve.limits import OUTCOME_SECONDS, WAITERS
from hub.serve.status import Status

SOURCE = "/hub/serve"
"""CloudEvents source of what operators do here; with the key as id it makes a repeat harmless."""
KEY = re.compile(r"[\x21-\x7e]{1,128}")

STATUSES = {Result.DONE: 200, Result.CONFLICT: 409, Result.REFUSED: 422}


class Decision(Struct, frozen=True, forbid_unknown_fields=True):
    """The body of an action: the version it was decided on, by whom, and the 意见."""

    version: int
    by: str
    opinion: str
    answer: str = ""
    minutes: int = 0


class Answer(Struct, frozen=True, omit_defaults=True):
    """What the operator is told; ``ask`` where to ask again while pending."""

    outcome: str
    reason: str = ""
    alert: dict[str, object] | None = None
    ask: str = ""


class _Outcome(Struct):
    outcome: Result
    reason: str = ""
    alert: dict[str, object] | None = None


_outcome = msgspec.json.Decoder(_Outcome).decode


class Actions:
    """Appends actions and hands each outcome to whoever awaits it."""

    def __init__(self, redis: Redis, status: Status) -> None:
        self._log = Log(redis, CITY)
        self._tables = Tables(redis, CITY)
        self._status = status
        self._waiting: dict[str, list[asyncio.Future[bytes]]] = {}
        self._waiters = 0

    def answered(self, key: str, outcome: bytes) -> None:
        """Take an outcome from the outputs; it wakes those who await it."""
        for future in self._waiting.pop(key, ()):
            if not future.done():
                future.set_result(outcome)

    async def submit(self, action: Action) -> tuple[int, Answer]:
        """Append an action and await its outcome; return the HTTP status and the answer.

        The same key again returns what became of it the first time. Raises LogFull and Redis's
        errors: then nobody knows whether it was appended, and it may be sent again.
        """
        known = await self._known(action.key)
        if known is not None:
            return known
        if self._waiters >= WAITERS:
            self._status.vitals.count("dropped|reason=waiters")
            await self._append(action)
            return await self.ask(action.key)
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiters += 1
        self._waiting.setdefault(action.key, []).append(future)
        try:
            await self._append(action)
            await asyncio.wait([future], timeout=OUTCOME_SECONDS)
        finally:
            self._waiters -= 1
            self._forget(action.key, future)
        return _said(future.result()) if future.done() else await self.ask(action.key)

    async def _append(self, action: Action) -> None:
        event = Event(action.key, SOURCE, ACTION, msgspec.json.encode(action))
        await self._log.append([event], self._status.city())
        self._status.vitals.count(f"actions|action={action.action}")

    async def ask(self, key: str) -> tuple[int, Answer]:
        """Return what became of an action: 202 while nothing has."""
        return await self._known(key) or (
            202,
            Answer("pending", ask=f"/api/actions/{quote(key, safe='')}"),
        )

    async def _known(self, key: str) -> tuple[int, Answer] | None:
        stored = await self._tables.get("outcomes", key)
        return None if stored is None else _said(stored)

    def _forget(self, key: str, future: asyncio.Future[bytes]) -> None:
        waiting = self._waiting.get(key)
        if waiting and future in waiting:
            waiting.remove(future)
            if not waiting:
                del self._waiting[key]


def _said(stored: bytes) -> tuple[int, Answer]:
    outcome = _outcome(stored)
    return STATUSES[outcome.outcome], Answer(outcome.outcome, outcome.reason, outcome.alert)
