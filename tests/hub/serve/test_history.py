"""`/ws/history`: the city as it was, and what followed, as orders have it (docs/protocol.md)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from hub.archive.output_series import OutputSeries
from hub.archive.rolling import Bounds
from hub.archive.segments import OUTPUTS, folder, segments
from hub.log.outputs import Page
from hub.model.instant import MINUTE, SECOND, Instant, parse, text
from hub.model.output import Output
from hub.serve.history import sessions
from hub.serve.screen import Screen
from tests.hub.archive.logs import incident, page, shown
from tests.hub.serve.client import Frame, ScreenClient
from tests.hub.serve.conftest import Running, running
from tests.servers import RedisServer, until

NOON: Instant = parse("2026-11-22T04:00:00Z")
MINUTES = 30
EPOCH = "0123456789abcdef"
FILES = Bounds(bytes=10**9, span=10 * MINUTE, messages=10**9)


class HistoryClient(ScreenClient):
    """A player: docs/protocol.md in code."""

    path = "/ws/history"

    @property
    def values(self) -> dict[str, int]:
        """What the car parks show."""
        lots = {name: each for name, each in self.entities.items() if name.startswith("parking")}
        return {name: each["data"]["availableSpotNumber"] for name, each in lots.items()}

    async def arrive(self) -> Frame:
        """Take frames in until a snapshot came."""
        return await self.kind("snapshot")

    async def settled(self, state: str) -> Frame:
        """Take frames in until a beat says that the player is so."""
        return await self.until(
            lambda frame: frame["kind"] == "beat" and frame["history"]["state"] == state
        )


def commits(partition: str) -> list[Page]:
    """Return half an hour: each second a car park changes; at each full minute an alert."""
    found: list[Page] = []
    out = 0
    for second in range(MINUTES * 60):
        time = NOON + second * SECOND
        outputs: list[Output] = []
        if partition == "d1":
            outputs.append(shown(f"lot-{second % 20}", second, time))
        elif second % 60 == 0:
            outputs.append(incident(f"area-{second // 60}", time))
            out += 1
        else:
            continue
        found.append(page(second + 1, out, *outputs, time=time))
    return found


def write(archive: Path, partition: str, pages: list[Page]) -> None:
    """Archive commits."""
    series = OutputSeries(folder(archive, EPOCH, partition, OUTPUTS), partition, {}, FILES)
    series.resume()
    series.write(pages)
    series.close()


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """An archive of half an hour in two partitions."""
    for partition in ("city", "d1"):
        write(tmp_path / "archive", partition, commits(partition))
    return tmp_path / "archive"


@pytest.fixture
async def here(redis_server: RedisServer, archive: Path) -> AsyncIterator[Running]:
    """A `serve` over that archive, while its live city is empty."""
    async with running(redis_server, archive_dir=archive) as served:
        yield served


def player(here: Running, **query: str | int) -> HistoryClient:
    """Return a client."""
    return HistoryClient(here.port, None, **query)


def expected(at: Instant) -> tuple[dict[str, int], set[str]]:
    """Return what the city showed at a moment: the fold of every commit until then."""
    screen = Screen()
    for partition in ("city", "d1"):
        for each in commits(partition):
            if each.time <= at:
                screen.apply(each, partition)
    rows = (msgspec.json.decode(row.json) for row in screen.rows.values())
    values = {row["id"]: row["data"]["availableSpotNumber"] for row in rows}
    return values, set(screen.alerts)


async def test_what_there_is(here: Running) -> None:
    """`/api/history` tells the span; the alerts of a span are its marks."""
    body = (await here.http.get("/api/history")).json()
    (only,) = body["archives"]
    assert (only["archive"], only["live"]) == (EPOCH, False)
    assert only["from"] == text(NOON)
    assert only["to"] == text(NOON + (MINUTES * 60 - 1) * SECOND)
    query = {"from": text(NOON + 9 * MINUTE), "to": text(NOON + 12 * MINUTE)}
    marks = (await here.http.get("/api/history/alerts", params=query)).json()
    places = [each["place"] for each in marks["items"]]
    assert places == ["area-9", "area-10", "area-11", "area-12"]
    assert marks["truncated"] is False


@pytest.mark.parametrize("after", [0, 1, 599, 600, 601, 1_000, 1_799])
async def test_the_city_at_a_moment(here: Running, after: int) -> None:
    """The first snapshot is the city as it was: the fold of all that was put out until then."""
    at = NOON + after * SECOND
    async with player(here, at=text(at)) as client:
        hello = await client.kind("hello")
        assert hello["epoch"] == f"history:{EPOCH}"
        assert hello["history"]["state"] == "seeking"
        frame = await client.arrive()
        assert frame["resumed"] is False
        assert frame["city_time"] == text(at)
        assert (client.values, set(client.alerts)) == expected(at)
        assert client.entities["tile/parking.free"]["data"]["value"] == sum(client.values.values())


async def test_playing_brings_what_followed(here: Running) -> None:
    """At 40× four minutes pass in six seconds: deltas and every incident, in order."""
    async with player(here, at=text(NOON + 8 * MINUTE), speed=40) as client:
        await client.arrive()
        end = NOON + 12 * MINUTE
        last = await client.until(
            lambda frame: frame["kind"] == "delta" and parse(frame["city_time"]) >= end
        )
        at = parse(last["city_time"])
        assert (client.values, set(client.alerts)) == expected(at)
        incidents = [each["alert"]["place"] for each in client.frames if each["kind"] == "incident"]
        assert incidents == [f"area-{n}" for n in range(9, at // MINUTE - NOON // MINUTE + 1)]
        assert client.gaps == 0


async def test_pause_step_and_seek(here: Running) -> None:
    """A paused player stands; a step goes so far; a step to the next incident stops at it."""
    async with player(here, at=text(NOON + 100 * SECOND)) as client:
        await client.arrive()
        await client.settled("paused")
        await client.say(kind="step", seconds=10)
        await client.kind("delta")
        assert client.values == expected(NOON + 110 * SECOND)[0]
        await client.say(kind="step", to="incident")
        frame = await client.kind("incident")
        assert frame["alert"]["place"] == "area-2"
        beat = await client.settled("paused")
        assert beat["city_time"] == text(NOON + 120 * SECOND)
        await client.say(kind="step", seconds=-60)
        frame = await client.arrive()
        assert frame["city_time"] == text(NOON + 60 * SECOND)
        assert (client.values, set(client.alerts)) == expected(NOON + 60 * SECOND)
        for minute in (5, 25, 15):
            await client.say(kind="seek", at=text(NOON + minute * MINUTE))
        await client.until(
            lambda frame: (
                frame["kind"] == "snapshot" and frame["city_time"] == text(NOON + 15 * MINUTE)
            )
        )
        assert (client.values, set(client.alerts)) == expected(NOON + 15 * MINUTE)
        assert client.gaps == 0


async def test_outside_is_the_nearest_end(here: Running) -> None:
    """Before the beginning is the beginning, after the end the end; playing there has ended."""
    async with player(here, at="2020-01-01T00:00:00Z") as client:
        assert (await client.arrive())["city_time"] == text(NOON)
        await client.say(kind="seek", at="2030-01-01T00:00:00Z")
        assert (await client.arrive())["city_time"] == text(NOON + (MINUTES * 60 - 1) * SECOND)
        await client.say(kind="play", speed=1)
        await client.settled("ended")


async def test_an_ended_player_follows_what_is_archived(here: Running, archive: Path) -> None:
    """The archive grows: who plays at its end sees it, in the next file too."""
    end = NOON + MINUTES * MINUTE
    async with player(here, speed=10) as client:
        await client.arrive()
        await client.settled("ended")
        more = [page(2_000, 0, shown("lot-new", 7, end), time=end)]
        write(archive, "d1", more)
        await client.until(lambda _: "parking.lot/lot-new" in client.entities)
        assert client.values["parking.lot/lot-new"] == 7


async def test_views(here: Running) -> None:
    """What `/ws/city` understands is understood here: views, and telemetry as columns."""
    async with player(here, at=text(NOON + MINUTE), layers="none") as client:
        await client.arrive()
        assert client.entities == {}
        await client.say(kind="subscribe", layers=["parking.lot"])
        await client.arrive()
        assert client.values == expected(NOON + MINUTE)[0]
    async with player(here, at=text(NOON + MINUTE), format="columns") as client:
        while isinstance(frame := await client.socket.recv(), str):
            pass
        assert b'"prev":null' in frame
        assert all(name.encode() in frame for name in expected(NOON + MINUTE)[0])


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"at": "yesterday"}, 400),
        ({"speed": "41"}, 400),
        ({"speed": "nan"}, 400),
        ({"districts": "1"}, 400),
        ({"archive": "../.."}, 404),
        ({"archive": "unknown"}, 404),
    ],
)
async def test_refused(here: Running, query: dict[str, str], status: int) -> None:
    """What makes no sense is refused before the handshake."""
    with pytest.raises(InvalidStatus) as refused:
        async with player(here, **query):
            pass
    assert refused.value.response.status_code == status


async def test_a_foreign_page_is_refused(here: Running) -> None:
    """History is guarded as the living city is."""
    with pytest.raises(InvalidStatus) as refused:
        async with HistoryClient(here.port, "http://evil.example"):
            pass
    assert refused.value.response.status_code == 403


async def test_players_are_bounded(here: Running) -> None:
    """One more than may travel is refused; when one leaves there is room again."""
    players = [player(here) for _ in range(sessions.MOST)]
    for each in players:
        await each.__aenter__()
        await each.arrive()
    with pytest.raises(InvalidStatus) as refused:
        async with player(here):
            pass
    assert refused.value.response.status_code == 503
    await players[0].__aexit__(None, None, None)

    async def room() -> bool:
        body = (await here.http.get("/api/history")).json()
        return bool(body["sessions"] < sessions.MOST)

    await until(room, "there is room again")
    async with player(here) as again:
        await again.arrive()
    for each in players[1:]:
        await each.__aexit__(None, None, None)


@pytest.mark.parametrize(
    "message",
    [
        {"kind": "play", "speed": 100},
        {"kind": "seek"},
        {"kind": "seek", "at": "x"},
        {"kind": "step"},
        {"kind": "step", "seconds": 1, "to": "incident"},
        {"kind": "step", "seconds": 1e9},
        {"kind": "dance"},
    ],
)
async def test_what_is_not_understood_ends_it(here: Running, message: dict[str, Any]) -> None:
    """A wrong order closes with 1003 and its reason."""
    async with player(here) as client:
        await client.arrive()
        await client.say(**message)
        bye = await client.kind("bye")
        assert bye["reason"] == "not-understood"
        with pytest.raises(ConnectionClosed) as closed:
            await client.next()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1003


async def test_a_damaged_file_ends_the_player_alone(here: Running, archive: Path) -> None:
    """Who travels into a damaged file is told; the rest of the hub does not notice."""
    second = segments(folder(archive, EPOCH, "d1", OUTPUTS))[1].path
    content = bytearray(second.read_bytes())
    for index in range(2_000, len(content) - 4_000, 50):
        content[index] ^= 0xFF
    second.write_bytes(content)
    async with player(here, at=text(NOON + 15 * MINUTE)) as client:
        assert (await client.kind("bye"))["reason"] == "archive-damaged"
    async with player(here, at=text(NOON + 5 * MINUTE)) as client:
        await client.arrive()


async def test_no_archive(redis_server: RedisServer, tmp_path: Path) -> None:
    """Where nothing was archived there is nothing to show."""
    async with running(redis_server, archive_dir=tmp_path / "none") as here:
        assert (await here.http.get("/api/history")).json()["archives"] == []
        with pytest.raises(InvalidStatus) as refused:
            async with player(here):
                pass
        assert refused.value.response.status_code == 404
