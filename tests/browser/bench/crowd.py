"""A city of any size for the page to draw: a real Redis, a real `serve`, and a worker that shows.

In processes of its own, so that the page is all that the browser's machine time goes to besides.
"""

import asyncio
import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from msgspec import Raw
from msgspec.json import encode

from hub.log.clock import real_now
from hub.log.connection import connect
from hub.model.entity import Entity
from hub.model.instant import text
from hub.serve.app import listen, run
from hub.settings import Settings
from tests.hub.serve.city import Worker, alive
from tests.hub.serve.conftest import PARKING
from tests.servers import PATIENCE, ROOT, RedisServer, free_port
from tests.system.city import wait_for

WEST, SOUTH, EAST, NORTH = 123.25, 41.68, 123.61, 41.9
"""Where they are: all in sight when the page opens."""
TURNS = 4
"""Commits a second: what changes in a quarter of a second is committed at once."""
ABNORMAL = 0.02
"""Of the entities in the level that is not calm: more than a bad day has."""


def lot(number: int, turn: int, dice: random.Random) -> Entity:
    """Return a car park at its own place with a reading of this turn."""
    place = random.Random(number)  # noqa: S311 no secret
    at = (place.uniform(WEST, EAST), place.uniform(SOUTH, NORTH))
    data = {"availableSpotNumber": dice.randrange(400), "totalSpotNumber": 420}
    return Entity(
        id=f"parking.lot/lot-{number:05d}",
        layer="parking.lot",
        v=turn + 1,
        at=at,
        district="210103",
        level="tight" if place.random() < ABNORMAL else "free",
        title=f"停车场 {number:05d}",
        time=text(real_now()),
        stale=False,
        quality=(),
        data=Raw(encode(data)),
    )


async def _show(url: str, count: int, rate: int) -> None:
    redis = connect(url)
    city, district = Worker(redis, "city"), Worker(redis, "d1")
    await city.begin()
    await district.begin()
    dice = random.Random(1)  # noqa: S311 the same crowd each time
    for start in range(0, count, 1_000):
        await district.show(*(lot(n, 0, dice) for n in range(start, min(count, start + 1_000))))
    print(json.dumps({"shown": count}), flush=True)  # noqa: T201 to the bench
    turn, due = 0, time.monotonic()
    while True:
        await alive(redis, "ingest", "act", "work:city", "work:d1")
        turn, due = turn + 1, due + 1 / TURNS
        changed = rate // TURNS
        numbers = [(turn * changed + n) % count for n in range(changed)]
        await district.show(*(lot(n, turn, dice) for n in numbers))
        await asyncio.sleep(max(0.0, due - time.monotonic()))


async def _serve(url: str, port: int) -> None:
    settings = Settings(redis_url=url, http_port=port)
    await run(settings, [PARKING], asyncio.Event(), listen("127.0.0.1", port))


def _loaded(url: str) -> bool:
    try:
        return bool(httpx.get(f"{url}/api/ready").json()["parts"]["serve"]["ok"])
    except (httpx.HTTPError, KeyError):
        return False


@contextmanager
def crowd(folder: Path, count: int, rate: int) -> Iterator[str]:
    """Run a city of so many entities and changes a second; yield its address once it is shown."""
    redis = RedisServer(folder / "redis")
    redis.start()
    port = free_port()
    begun: list[subprocess.Popen[str]] = []
    try:
        for job in (["show", redis.url, str(count), str(rate)], ["serve", redis.url, str(port)]):
            argv = [sys.executable, "-m", "tests.browser.bench.crowd", *job]
            begun.append(subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True))
            if job[0] == "show":
                assert begun[0].stdout is not None
                assert json.loads(begun[0].stdout.readline()) == {"shown": count}
        url = f"http://127.0.0.1:{port}"
        wait_for(lambda: _loaded(url), "serve has loaded", 60)
        yield url
    finally:
        for each in begun:
            each.kill()
            each.wait(PATIENCE)
        redis.kill()


if __name__ == "__main__":
    what, address, *numbers = sys.argv[1:]
    if what == "show":
        asyncio.run(_show(address, int(numbers[0]), int(numbers[1])))
    else:
        asyncio.run(_serve(address, int(numbers[0])))
