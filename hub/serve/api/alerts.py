"""`alerts` (预警), and what an operator does with one: 受理, 研判, 搁置, 意见."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, Header, HTTPException, Request, Response
from msgspec import Raw

from hub.log.reasons import explain
from hub.log.tables import Tables
from hub.model.action import Action
from hub.model.alert import Alert, Level
from hub.model.partition import CITY
from hub.serve.actions import KEY, Answer, Decision
from hub.serve.api.body import TooLargeError, body
from hub.serve.api.page import Paged, after, answer, reply
from hub.serve.api.parts import Parts
from hub.serve.serving import Serving

router = APIRouter(tags=["alerts"])

State = Literal["active", "open", "closed", "all"]

_decode = msgspec.json.Decoder(Alert).decode
_decision = msgspec.json.Decoder(Decision).decode


@dataclass(frozen=True)
class Filter:
    """Which alerts: `active` are not cleared, `open` not yet done with."""

    state: State = "all"
    level: Level | None = None
    scenario: str = ""

    def fits(self, alert: Alert) -> bool:
        """Return whether an alert is asked for."""
        if self.level not in (None, alert.level) or self.scenario not in ("", alert.scenario):
            return False
        if self.state == "active":
            return alert.cleared is None
        return self.state == "all" or alert.closed is (self.state == "closed")


@router.get("/alerts")
async def alerts(parts: Parts, paging: Paged, wanted: Annotated[Filter, Depends()]) -> Response:
    """List alerts, newest raised first."""
    found: dict[str, bytes] = {}
    async for _, value in Tables(parts.redis, CITY).scan("alerts"):
        alert = _decode(value)
        if wanted.fits(alert):
            found[f"{alert.raised}|{alert.id}"] = value
    keys = sorted(found, reverse=True)
    part, following = after(keys, paging, newest_first=True)
    items = [Raw(found[key]) for key in keys[part]]
    return answer(items, following, paging, Alert.__struct_fields__)


_DECIDING: dict[str, Any] = {
    "responses": {
        202: {"description": "appended; no outcome yet, ask at `ask`"},
        409: {"description": "somebody was first: the alert has another version"},
        422: {"description": "not allowed, with the reason"},
    },
    "openapi_extra": {
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": msgspec.json.schema(Decision)}},
        }
    },
}
Key = Annotated[str, Header(max_length=128)]


@router.post("/alerts/{alert_id:path}/acknowledge", **_DECIDING)
async def acknowledge(
    alert_id: str, request: Request, parts: Parts, idempotency_key: Key = ""
) -> Response:
    """Acknowledge an alert (受理): append the decision, await its outcome up to 2 s.

    The same Idempotency-Key again gives the same answer and no second effect.
    """
    return await _decide("acknowledge", alert_id, request, parts, idempotency_key)


@router.post("/alerts/{alert_id:path}/assess", **_DECIDING)
async def assess(
    alert_id: str, request: Request, parts: Parts, idempotency_key: Key = ""
) -> Response:
    """Judge an alert (研判): `answer` is real (真实), false (误报) or pending (待核)."""
    return await _decide("assess", alert_id, request, parts, idempotency_key)


@router.post("/alerts/{alert_id:path}/shelve", **_DECIDING)
async def shelve(
    alert_id: str, request: Request, parts: Parts, idempotency_key: Key = ""
) -> Response:
    """Put an alert aside (搁置) for `minutes`, at most 480; 0 takes it back. Never a red one."""
    return await _decide("shelve", alert_id, request, parts, idempotency_key)


@router.post("/alerts/{alert_id:path}/note", **_DECIDING)
async def note(
    alert_id: str, request: Request, parts: Parts, idempotency_key: Key = ""
) -> Response:
    """Add an 意见 to an alert's record."""
    return await _decide("note", alert_id, request, parts, idempotency_key)


async def _decide(name: str, alert_id: str, request: Request, parts: Serving, key: str) -> Response:
    if not KEY.fullmatch(key):
        return _refused("the header Idempotency-Key is needed: 1 to 128 printable characters")
    try:
        decision = _decision(await body(request))
    except (msgspec.DecodeError, TooLargeError) as error:
        return _refused(f"the body is not a decision: {error}")
    action = Action(
        key=key,
        action=name,
        target=alert_id,
        version=decision.version,
        by=decision.by,
        opinion=decision.opinion,
        answer=decision.answer,
        minutes=decision.minutes,
    )
    status, told = await parts.actions.submit(action)
    return reply(told, status)


@router.get("/alerts/{alert_id:path}/explain")
async def why(alert_id: str, parts: Parts) -> Response:
    """Tell why an alert changed: events, handlers, states before and after, timers; oldest first.

    The last eight changes of its identity, those of earlier occurrences among them.
    """
    found = await explain(parts.redis, parts.partitions, alert_id)
    if found is None:
        raise HTTPException(404, f"no alert {alert_id!r}")
    alert, reasons = found
    return reply({"alert": alert, "reasons": reasons})


@router.get("/actions/{key:path}", responses={202: {"description": "no outcome yet"}})
async def action(key: str, parts: Parts) -> Response:
    """Tell what became of an action, by its Idempotency-Key."""
    status, told = await parts.actions.ask(key)
    return reply(told, status)


def _refused(reason: str) -> Response:
    return reply(Answer("refused", reason), 422)
