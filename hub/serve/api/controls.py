"""What is done to a scenario: reload, release, redrive, configure. Each is an action in the log."""

import asyncio
import sys
from typing import Annotated, Any

import msgspec
import structlog
from fastapi import APIRouter, Header, Request, Response
from redis.exceptions import RedisError
from starlette.background import BackgroundTask

from hub.core.errors import BadScenario
from hub.log.errors import LogFull
from hub.model.action import Action
from hub.sdk.loading import folders
from hub.serve.actions import KEY, Answer
from hub.serve.api.body import TooLargeError, body
from hub.serve.api.page import reply
from hub.serve.api.parts import Parts
from hub.serve.serving import Serving
from hub.work.redrive import Plan, Redriver

router = APIRouter(tags=["scenarios"])

TRIAL_SECONDS = 10.0
"""How long new code may take to be loaded in a process of its own."""

log = structlog.get_logger()

_CONFIG_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
}

Key = Annotated[str, Header(max_length=128)]


@router.post("/scenarios/{name}/reload")
async def reload(name: str, parts: Parts, idempotency_key: Key = "") -> Response:
    """Run the newest code of a scenario; 422 with file and line when it cannot be used."""
    why = await _trial(parts, name)
    if why:
        return reply(Answer("refused", why), 422)
    return await _act("reload", name, parts, idempotency_key)


@router.post("/scenarios/{name}/release")
async def release(name: str, parts: Parts, idempotency_key: Key = "") -> Response:
    """End a scenario's quarantine; what it missed is kept for a redrive."""
    return await _act("release", name, parts, idempotency_key)


@router.post("/scenarios/{name}/redrive")
async def redrive(name: str, parts: Parts, idempotency_key: Key = "") -> Response:
    """Let what a scenario failed on or missed come again, in order; then release it.

    202 with what there is; it goes on after the answer, and `/api/scenarios` tells what is left.
    """
    answer = await _act("redrive", name, parts, idempotency_key)
    if answer.status_code != 200:  # noqa: PLR2004 the one status of what was done
        return answer
    redrivers = [Redriver(parts.redis, each, parts.status.city) for each in parts.partitions]
    plans = [(each, plan) for each in redrivers for plan in await each.plans(name)]
    told = [{"partition": each.partition, "events": plan.events} for each, plan in plans]
    started = reply({"outcome": "started", "items": told}, 202)
    started.background = BackgroundTask(_redrive, plans)
    return started


async def _redrive(plans: list[tuple[Redriver, Plan]]) -> None:
    for redriver, plan in plans:
        try:
            report = await redriver.run(plan, lambda _: None)
        except (RedisError, LogFull, OSError) as error:
            log.warning("redrive.ended", scenario=plan.scenario, error=str(error))
            return
        log.info("redrive", **msgspec.to_builtins(report))


@router.put("/scenarios/{name}/config", openapi_extra=_CONFIG_BODY)
async def configure(
    name: str, request: Request, parts: Parts, idempotency_key: Key = ""
) -> Response:
    """Change fields of a scenario's configuration, from its place in the log on; else 422."""
    try:
        values = msgspec.json.decode(await body(request), type=dict[str, Any])
    except (msgspec.DecodeError, TooLargeError) as error:
        return reply(Answer("refused", f"the body is no object of values: {error}"), 422)
    return await _act("configure", name, parts, idempotency_key, values)


async def _act(
    name: str,
    scenario: str,
    parts: Serving,
    key: str,
    values: dict[str, Any] | None = None,
) -> Response:
    if not KEY.fullmatch(key):
        reason = "the header Idempotency-Key is needed: 1 to 128 printable characters"
        return reply(Answer("refused", reason), 422)
    action = Action(key, name, scenario, 0, "operator", "", values=values or {})
    status, told = await parts.actions.submit(action)
    return reply(told, status)


async def _trial(parts: Serving, name: str) -> str:
    """Return why a scenario's code cannot be loaded: tried where it harms nobody."""
    try:
        folder = next(each for each in folders(parts.settings.scenarios) if each.name == name)
    except (StopIteration, BadScenario):
        return ""  # its folder has another name: the worker knows it
    argv = (sys.executable, "-m", "hub.sdk.trial", str(folder))
    process = await asyncio.create_subprocess_exec(*argv, stdout=asyncio.subprocess.PIPE)
    try:
        said, _ = await asyncio.wait_for(process.communicate(), TRIAL_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
        return f"{folder}: loading it took over {TRIAL_SECONDS:g} s. Leave no work at import time."
    return said.decode("utf-8", "replace") if process.returncode else ""
