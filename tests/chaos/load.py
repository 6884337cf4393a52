"""One run of the load against a city, and the checker's word on it."""

import json
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Self

from redis.asyncio import Redis

from tests.chaos.checker import Verdict, gather, judge, missing, read_ledger, settled
from tests.servers import ROOT, until
from tests.system.city import City

RATE = 1_000
DEVICES = 200
SETTLE_SECONDS = 30.0


class Load:
    """A generator process: `with Load(...) as load:` counts until `finish` returns the verdict."""

    def __init__(self, city: City, run: str, folder: Path, rate: int = RATE) -> None:
        self.city = city
        self.run = run
        self.rate = rate
        self._ledger = folder / f"{run}.jsonl"
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        argv = [sys.executable, "-m", "tests.chaos.generator", "--port", str(self.city.mqtt_port)]
        argv += ["--ledger", str(self._ledger), "--run", self.run]
        argv += ["--rate", str(self.rate), "--devices", str(DEVICES)]
        self._process = subprocess.Popen(
            argv, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._line() == "loading"
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        if self._process is not None and self._process.stdout and self._process.stdin:
            self._process.stdout.close()
            self._process.stdin.close()

    async def finish(self, redis: Redis) -> Verdict:
        """Stop the load, wait until all of it has arrived and been worked, and judge it."""
        process = self._process
        assert process is not None
        assert process.stdin is not None
        process.stdin.write("stop\n")
        process.stdin.flush()
        assert self._line() == "drained 0"
        await until(lambda: settled(redis), f"{self.run}: all is worked", SETTLE_SECONDS)
        await until(lambda: self._complete(redis), f"{self.run}: all came", SETTLE_SECONDS)
        await until(lambda: settled(redis), f"{self.run}: what came again too", SETTLE_SECONDS)
        process.stdin.close()
        assert process.wait(SETTLE_SECONDS) == 0
        published, resent = read_ledger(self._ledger)
        verdict = judge(published, resent, await gather(redis, self.run))
        print(f"\n{self.run}: {json.dumps(asdict(verdict))}")  # noqa: T201 figures for the reader
        return verdict

    async def _complete(self, redis: Redis) -> bool:
        """Whether the devices have sent again whatever the hub found missing."""
        return await missing(redis, self.run) == 0

    def _line(self) -> str:
        assert self._process is not None
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


class Watch:
    """Times recovery: from a kill until a figure in Redis or the API moves again."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        """Seconds since it was made."""
        return time.monotonic() - self._began
