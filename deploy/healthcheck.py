"""Health of one container: `python deploy/healthcheck.py ROLE`, 0 when healthy, else 1 and why."""

import asyncio
import sys
from urllib.request import urlopen

import psutil

from hub.log.clock import real_now
from hub.log.connection import connect
from hub.log.vitals import SILENT, read_all
from hub.settings import load

HTTP_SECONDS = 3


def main(role: str) -> str | None:
    """Return what is wrong with the process of this role, None when nothing is."""
    settings = load()
    if role == "serve":
        return _answers(f"http://127.0.0.1:{settings.http_port}/api/health")
    if role == "sensors":
        return _connected(settings.mqtt)
    return asyncio.run(_reports(settings.redis, role))


def _answers(url: str) -> str | None:
    try:
        urlopen(url, timeout=HTTP_SECONDS).close()  # noqa: S310 a constant scheme, on loopback
    except OSError as error:
        return f"{url}: {error}"
    return None


def _connected(broker: str) -> str | None:
    """Devices know nothing of Redis: they are well while they are connected to the broker."""
    port = int(broker.rpartition(":")[2].rstrip("/"))
    for connection in psutil.net_connections("tcp"):
        if connection.raddr and connection.raddr.port == port:
            return None
    return f"no connection to the broker's port {port}"


async def _reports(url: str, role: str) -> str | None:
    """A process of the hub is well while its reports of itself are fresh and good."""
    redis = connect(url)
    try:
        mine = [vitals for vitals in await read_all(redis) if vitals.name.startswith(role)]
    finally:
        await redis.aclose()
    fresh = [vitals for vitals in mine if real_now() - vitals.at < SILENT]
    if not fresh:
        return f"{role} has not reported"
    return next((vitals.detail or vitals.name for vitals in fresh if not vitals.ok), None)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
