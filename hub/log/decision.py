"""An action from outside of `serve`: appended to the log, its outcome awaited in the table."""

import asyncio

import msgspec
from redis.asyncio import Redis

from hub.log.clock import read_clock, real_now
from hub.log.log import Log
from hub.log.tables import Tables
from hub.model.action import Action, Outcome
from hub.model.event import ACTION, Event
from hub.model.instant import CityClock
from hub.model.partition import CITY

LOOK_SECONDS = 0.02


async def submit(redis: Redis, action: Action, seconds: float) -> Outcome | None:
    """Append an action and return its outcome; None when there is none after so long."""
    clock = await read_clock(redis) or CityClock()
    event = Event(action.key, "/hub/cli", ACTION, msgspec.json.encode(action))
    await Log(redis, CITY).append([event], clock.at(real_now()))
    tables = Tables(redis, CITY)
    for _ in range(round(seconds / LOOK_SECONDS)):
        stored = await tables.get("outcomes", action.key)
        if stored is not None:
            return msgspec.json.decode(stored, type=Outcome)
        await asyncio.sleep(LOOK_SECONDS)
    return None
