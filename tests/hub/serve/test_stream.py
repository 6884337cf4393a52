"""The websocket: docs/protocol.md against a real Redis, a real uvicorn and a real client."""

import asyncio
import signal

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from hub.log.keys import Keys
from tests.hub.serve.city import Worker, alert, lot
from tests.hub.serve.client import Frame, ScreenClient
from tests.hub.serve.conftest import Running, running
from tests.servers import RedisServer

pytestmark = pytest.mark.contract


def free(screen: ScreenClient, number: int) -> object:
    """Return the free bays of a car park as the screen shows them."""
    entity = screen.entities.get(f"parking.lot/lot-{number:04d}")
    return None if entity is None else entity["data"]["availableSpotNumber"]


async def bye(screen: ScreenClient) -> tuple[Frame, ConnectionClosed]:
    """Read until the hub closes; return its last frame and how it closed."""
    with pytest.raises(ConnectionClosed) as closed:
        await screen.until(lambda _: False)
    return screen.frames[-1], closed.value


async def test_a_screen_gets_hello_a_snapshot_and_then_deltas(serve: Running) -> None:
    """Without speaking first; a change comes as a delta that follows the snapshot."""
    await serve.d1.show(lot(1, 20), lot(2, 30))
    async with serve.screen() as screen:
        hello = await screen.next()
        assert hello["kind"] == "hello"
        assert hello["protocol"] == 1
        assert hello["epoch"] == "e1"
        await screen.kind("snapshot")
        await screen.until(lambda _: free(screen, 2) == 30)
        await serve.d1.show(lot(1, 19, v=2))
        changed = await screen.until(lambda _: free(screen, 1) == 19)
        assert changed["kind"] == "delta"
        assert changed["prev"] == changed["seq"] - 1
        assert screen.gaps == 0


async def test_a_removed_entity_leaves_the_screen(serve: Running) -> None:
    """`remove` names what is no longer there."""
    await serve.d1.show(lot(1, 20))
    async with serve.screen() as screen:
        await screen.until(lambda _: free(screen, 1) == 20)
        await serve.d1.hide(lot(1, 20))
        await screen.until(lambda _: free(screen, 1) is None)
        assert screen.frames[-1]["remove"] == ["parking.lot/lot-0001"]


async def test_a_tile_is_computed_over_fresh_entities(serve: Running) -> None:
    """A stale car park is left out of the sum, and counted as left out."""
    await serve.d1.show(lot(1, 20), lot(2, 30), lot(3, 99, stale=True))
    async with serve.screen() as screen:
        wanted = {"value": 50, "of": 2, "stale": 1}
        await screen.until(
            lambda _: screen.entities.get("tile/parking.free", {}).get("data") == wanted
        )


async def test_incidents_come_in_order_and_resume_without_loss(serve: Running) -> None:
    """A client that comes back with epoch and incident_seq gets exactly what it missed."""
    async with serve.screen() as screen:
        await screen.kind("snapshot")
        await serve.city.tell(alert("zhongjie"))
        await screen.kind("incident")
    await serve.city.tell(alert("taiyuanjie"), alert("zhongjie", 2))
    await serve.city.tell(alert("zhongjie", 3))
    async with serve.screen(epoch=screen.epoch, incident_seq=screen.incident_seq) as again:
        again.alerts, again.incident_seq = dict(screen.alerts), screen.incident_seq
        snapshot = await again.kind("snapshot")
        assert snapshot["resumed"]
        assert snapshot["alerts"] == []
        await again.until(lambda _: again.incident_seq == 4)
        seen = [f["alert"]["version"] for f in again.frames if f["kind"] == "incident"]
        assert seen == [1, 2, 3]
        assert again.gaps == 0
        assert again.alerts["parking/saturated/zhongjie#1"]["version"] == 3


async def test_resume_reaches_back_beyond_a_restart_of_serve(redis_server: RedisServer) -> None:
    """What another `serve` sent is continued by this one, from the kept outputs."""
    async with running(redis_server) as first, first.screen() as screen:
        await screen.kind("snapshot")
        await first.city.tell(alert("a"))
        await screen.kind("incident")
        await first.city.tell(alert("b"))
        await first.city.tell(alert("c"))
    async with (
        running(redis_server) as second,
        second.screen(epoch=screen.epoch, incident_seq=1) as again,
    ):
        snapshot = await again.kind("snapshot")
        assert snapshot["resumed"]
        await again.until(lambda _: again.incident_seq == 3)
        assert set(again.alerts) == {"parking/saturated/b#1", "parking/saturated/c#1"}
        assert again.gaps == 0


@pytest.mark.parametrize("point", [("other", 1), ("e1", 10**12)])
async def test_an_impossible_resume_gets_everything(serve: Running, point: tuple[str, int]) -> None:
    """Another epoch, or a place that never was: a whole snapshot, alerts and all."""
    await serve.city.tell(alert("a"))
    async with serve.screen(epoch=point[0], incident_seq=point[1]) as screen:
        snapshot = await screen.kind("snapshot")
        assert not snapshot["resumed"]


async def test_a_closed_alert_is_not_in_a_snapshot(serve: Running) -> None:
    """Cleared and acknowledged: it was told as an incident and is no longer open."""
    async with serve.screen() as screen:
        await screen.kind("snapshot")
        await serve.city.tell(alert("a"), alert("b"))
        await screen.until(lambda _: len(screen.alerts) == 2)
        done = {"by": "x", "at": "", "opinion": "y"}
        await serve.city.tell(alert("a", 2, cleared="2026-11-23T05:00:00.000Z", acknowledged=done))
        await screen.until(lambda _: screen.alerts["parking/saturated/a#1"]["version"] == 2)
        await screen.say(kind="snapshot")
        snapshot = await screen.kind("snapshot")
        assert [each["place"] for each in snapshot["alerts"]] == ["b"]


async def test_a_subscription_filters_and_can_be_changed(serve: Running) -> None:
    """Districts, layers and window; a new subscription is answered by a snapshot of it."""
    far = lot(2, 30, district="210102", at=(123.0, 41.0))
    await serve.d1.show(lot(1, 20), far)
    async with serve.screen() as everything:
        await everything.until(lambda _: free(everything, 2) == 30)
    async with serve.screen(districts="210103", layers="parking.lot") as screen:
        await screen.kind("snapshot")
        assert set(screen.entities) == {"parking.lot/lot-0001"}
        await screen.say(kind="subscribe", window=[122.9, 40.9, 123.1, 41.1])
        snapshot = await screen.kind("snapshot")
        assert snapshot["resumed"]
        assert "parking.lot/lot-0002" in screen.entities
        assert "parking.lot/lot-0001" not in screen.entities
        await serve.d1.show(lot(2, 31, 2, district="210102", at=(125.0, 41.0)))
        await screen.until(lambda _: free(screen, 2) is None)


async def test_a_new_epoch_sends_everything_again(serve: Running) -> None:
    """History was lost: whatever was numbered before holds no more."""
    await serve.d1.show(lot(1, 20))
    async with serve.screen() as screen:
        await screen.until(lambda _: free(screen, 1) == 20)
        await serve.redis.hset(Keys("city").head, "epoch", "e2")
        snapshot = await screen.kind("snapshot")
        assert snapshot["epoch"] == "e2"
        assert not snapshot["resumed"]


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1"])
async def test_a_foreign_origin_is_refused_before_accept(serve: Running, origin: str) -> None:
    """S1: the handshake itself is answered with 403."""
    with pytest.raises(InvalidStatus) as refused:
        async with serve.screen(origin):
            pass
    assert refused.value.response.status_code == 403


async def test_the_page_itself_may_connect(serve: Running) -> None:
    """An Origin of the same host and port."""
    async with serve.screen(f"http://127.0.0.1:{serve.port}") as screen:
        assert (await screen.next())["kind"] == "hello"


@pytest.mark.parametrize("query", [{"window": "1,2,3"}, {"districts": "999999"}])
async def test_a_view_that_does_not_exist_is_refused(serve: Running, query: dict[str, str]) -> None:
    """400 before accept."""
    with pytest.raises(InvalidStatus) as refused:
        async with serve.screen(None, **query):
            pass
    assert refused.value.response.status_code == 400


@pytest.mark.parametrize("said", ["{", '{"kind":"drop"}', '{"kind":"snapshot","x":1}', b"\x00"])
async def test_what_is_not_understood_closes_with_1003(serve: Running, said: str | bytes) -> None:
    """S4: a wrong message ends that connection, with a bye and a counter."""
    async with serve.screen() as screen:
        await screen.kind("snapshot")
        await screen.socket.send(said)
        last, closed = await bye(screen)
    assert last["kind"] == "bye"
    assert closed.rcvd is not None
    assert closed.rcvd.code == 1003


async def test_a_huge_message_closes_with_1009(serve: Running) -> None:
    """S4: 16 KiB is the bound."""
    async with serve.screen() as screen:
        await screen.kind("snapshot")
        await screen.socket.send("x" * 20_000)
        _, closed = await bye(screen)
    assert closed.rcvd is not None
    assert closed.rcvd.code == 1009


async def test_a_chatterer_is_closed_with_1008(serve: Running) -> None:
    """Each request costs a snapshot, so there is a rate."""
    async with serve.screen() as screen:
        await screen.kind("snapshot")
        for _ in range(50):
            await screen.say(kind="snapshot")
        last, closed = await bye(screen)
    assert last["reason"] == "too-many-messages"
    assert closed.rcvd is not None
    assert closed.rcvd.code == 1008


async def test_a_stop_says_bye(redis_server: RedisServer) -> None:
    """A planned stop tells the screens, with the code for going away."""
    async with running(redis_server) as here, here.screen() as screen:
        await screen.kind("snapshot")
        here.stop.set()
        last, closed = await bye(screen)
    assert (last["kind"], last["reason"]) == ("bye", "shutting-down")
    assert closed.rcvd is not None
    assert closed.rcvd.code == 1001


async def test_a_hanging_redis_delays_no_stop(redis_server: RedisServer) -> None:
    """SIGTERM while Redis is stopped: the process still ends within its 5 s."""
    try:
        async with running(redis_server) as here, here.screen() as screen:
            await screen.kind("snapshot")
            redis_server.signal(signal.SIGSTOP)
            await screen.until(lambda f: f["kind"] == "beat" and not f["ready"])
            here.stop.set()
            async with asyncio.timeout(5):
                await here.serving
    finally:
        redis_server.signal(signal.SIGCONT)


async def test_trimmed_outputs_lead_to_a_reload(serve: Running) -> None:
    """What cannot be followed is loaded: the screen ends equal to the tables."""
    async with serve.screen() as screen:
        await screen.kind("snapshot")
        await serve.redis.delete(Keys("d1").out, Keys("d1").work)
        behind = Worker(serve.redis, "d1")
        await behind.begin("e3")
        await behind.show(lot(7, 70))
        await serve.redis.hset(Keys("city").head, "epoch", "e3")
        await screen.until(lambda _: free(screen, 7) == 70)
        assert screen.epoch in ("e1", "e3")
