"""The HTTP API against a real Redis and a real uvicorn."""

import asyncio
import csv
import io
from typing import Any
from urllib.parse import quote

import httpx
import msgspec
import pytest

from hub.model.action import Action
from hub.model.device import Card, Device
from hub.model.event import Position
from hub.model.instant import SECOND, parse
from hub.model.letter import DeadLetter, letter, rejection
from hub.serve.app import check, listen
from hub.serve.errors import NoCredentials, PortTaken
from hub.settings import Settings
from tests.hub.serve.city import NOON, alert, lot
from tests.hub.serve.conftest import Running, running
from tests.servers import RedisServer

pytestmark = pytest.mark.contract

PLACE = "/api/alerts/" + quote("parking/saturated/zhongjie#1", safe="") + "/acknowledge"


def decision(version: int = 1, opinion: str = "已派人") -> dict[str, object]:
    """Return the body of an acknowledgement."""
    return {"version": version, "by": "operator", "opinion": opinion}


async def acknowledge(serve: Running, key: str, body: dict[str, object]) -> httpx.Response:
    """Acknowledge while a worker answers."""
    async with asyncio.TaskGroup() as group:
        group.create_task(serve.city.act())
        headers = {"idempotency-key": key}
        asked = group.create_task(serve.http.post(PLACE, json=body, headers=headers))
    return asked.result()


async def pages(serve: Running, address: str) -> list[dict[str, Any]]:
    """Follow the cursor to the end of a list."""
    items: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await serve.http.get(f"{address}&cursor={cursor}")).json()
        items += page["items"]
        cursor = page["next"]
    return items


async def test_an_acknowledgement_waits_for_its_outcome(serve: Running) -> None:
    """200 with the alert as it stands; the screen hears it as an incident."""
    await serve.city.tell(alert("zhongjie"))
    async with serve.screen() as screen:
        await screen.kind("snapshot")
        response = await acknowledge(serve, "k1", decision())
        assert response.status_code == 200
        body = response.json()
        assert body["outcome"] == "done"
        assert body["alert"]["acknowledged"]["opinion"] == "已派人"
        incident = await screen.until(lambda f: f["kind"] == "incident" and f["seq"] > 1)
        assert incident["alert"] == body["alert"]


async def test_the_same_key_again_has_the_same_outcome_and_no_effect(serve: Running) -> None:
    """A repeat after a broken connection: nothing is appended."""
    await serve.city.tell(alert("zhongjie"))
    first = await acknowledge(serve, "k1", decision())
    head = await serve.city.log.head()
    again = await serve.http.post(PLACE, json=decision(), headers={"idempotency-key": "k1"})
    assert again.json() == first.json()
    assert await serve.city.log.head() == head


async def test_an_old_version_is_a_conflict(serve: Running) -> None:
    """409: somebody was first; the alert comes along."""
    await serve.city.tell(alert("zhongjie", 7))
    response = await acknowledge(serve, "k2", decision(version=6))
    assert response.status_code == 409
    assert response.json()["alert"]["version"] == 7


async def test_a_refusal_has_its_reason(serve: Running) -> None:
    """422, and the refusal is an event: the worker gave it."""
    await serve.city.tell(alert("zhongjie"))
    response = await acknowledge(serve, "k3", decision(opinion=""))
    assert response.status_code == 422
    assert response.json()["reason"] == "an opinion is needed"


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, b'{"version":1,"by":"x","opinion":"y"}'),
        ({"idempotency-key": "k"}, b"{"),
        ({"idempotency-key": "k"}, b'{"version":"1","by":"x","opinion":"y"}'),
        ({"idempotency-key": "k"}, b'{"by":"x","opinion":"y"}'),
    ],
)
async def test_what_is_no_decision_is_refused_without_an_event(
    serve: Running, headers: dict[str, str], body: bytes
) -> None:
    """422 with a reason; nothing reaches the log."""
    response = await serve.http.post(PLACE, content=body, headers=headers)
    assert response.status_code == 422
    assert response.json()["outcome"] == "refused"
    assert (await serve.city.log.head()).ordinal == 0


async def test_without_a_worker_the_answer_is_pending(
    serve: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """202 and where to ask; there the outcome appears when it is known."""
    monkeypatch.setattr("hub.serve.actions.OUTCOME_SECONDS", 0.1)
    await serve.city.tell(alert("zhongjie"))
    headers = {"idempotency-key": "k/4"}
    response = await serve.http.post(PLACE, json=decision(), headers=headers)
    assert response.status_code == 202
    assert response.json() == {"outcome": "pending", "ask": "/api/actions/k%2F4"}
    assert (await serve.http.get("/api/actions/k%2F4")).status_code == 202
    await serve.city.act()
    later = await serve.http.get("/api/actions/k%2F4")
    assert (later.status_code, later.json()["outcome"]) == (200, "done")


async def test_a_body_above_its_bound_is_refused(serve: Running) -> None:
    """413 by its declared length, before anything is read."""
    response = await serve.http.post(PLACE, content=b"x" * 20_000)
    assert response.status_code == 413


async def test_alerts_are_filtered_and_paged_newest_first(serve: Running) -> None:
    """`state`, `level`; the cursor leads through all, each once."""
    later = "2026-11-23T06:00:00.000Z"
    await serve.city.tell(
        alert("a"), alert("b", raised=later), alert("c", cleared=later), alert("d")
    )
    active = (await serve.http.get("/api/alerts?state=active")).json()
    assert active["items"][0]["place"] == "b"
    assert {each["place"] for each in active["items"]} == {"a", "b", "d"}
    assert active["next"] is None
    assert (await serve.http.get("/api/alerts?level=red")).json()["items"] == []
    seen = [each["place"] for each in await pages(serve, "/api/alerts?limit=1")]
    assert seen[0] == "b"
    assert sorted(seen) == ["a", "b", "c", "d"]


async def test_entities_come_as_csv_that_no_spreadsheet_runs(serve: Running) -> None:
    """OWASP CSV injection: a title that is a formula is text."""
    await serve.d1.show(lot(1, 20, title="=cmd|' /C calc'!A0"), lot(2, 30))
    async with serve.screen() as screen:
        await screen.until(lambda _: "parking.lot/lot-0002" in screen.entities)
    page = await serve.http.get("/api/entities?format=csv")
    assert page.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(page.text)))
    assert rows[0]["title"] == "'=cmd|' /C calc'!A0"
    assert rows[1]["title"] == "中街停车场2"
    assert msgspec.json.decode(rows[1]["data"])["availableSpotNumber"] == 30


async def test_dead_letters_of_all_partitions_newest_first(serve: Running) -> None:
    """Position, topic, reason and the original; paged by cursor; filtered by reason."""

    def dead(partition: str, ordinal: int, second: int, reason: str) -> DeadLetter:
        what = rejection("city/210103/x/y/z", b"\xff", reason, "d")
        return letter(Position(partition, ordinal), parse(NOON) + second * SECOND, what)

    await serve.d1.letters(*(dead("d1", n, 2 * n, "not-json") for n in range(1, 4)))
    await serve.city.letters(*(dead("city", n, 2 * n + 1, "too-large") for n in range(1, 3)))
    whole = (await serve.http.get("/api/deadletters")).json()
    order = ["d1/3", "city/2", "d1/2", "city/1", "d1/1"]
    assert [each["position"] for each in whole["items"]] == order
    assert whole["items"][0]["original"] == "/w=="
    seen = [each["position"] for each in await pages(serve, "/api/deadletters?limit=2")]
    assert seen == order
    large = (await serve.http.get("/api/deadletters?reason=too-large")).json()
    assert [each["position"] for each in large["items"]] == ["city/2", "city/1"]


async def test_devices_list_the_unregistered_too(serve: Running) -> None:
    """An unknown device is accepted, listed, and told apart."""
    known = Device("/parking/lot-0001", "210103", card=Card("中街", "OffStreetParking"))
    unknown = Device("/parking/lot-0002", "210103", heard=parse(NOON))
    cells = {("devices", each.source): msgspec.msgpack.encode(each) for each in (known, unknown)}
    await serve.d1.commit([], dict(cells))
    items = (await serve.http.get("/api/devices")).json()["items"]
    assert [each["registered"] for each in items] == [True, False]
    assert items[1]["heard"] == NOON
    some = (await serve.http.get("/api/devices?registered=false")).json()["items"]
    assert [each["source"] for each in some] == ["/parking/lot-0002"]


async def test_a_cursor_of_somebody_elses_is_a_400(serve: Running) -> None:
    """Not a 500."""
    for noun in ("alerts", "deadletters", "devices", "entities", "districts", "scenarios"):
        response = await serve.http.get(f"/api/{noun}?cursor=%FF!")
        assert response.status_code == 400


async def test_districts_and_scenarios(serve: Running) -> None:
    """13 districts with names and centres; the declared layers and tiles."""
    districts = (await serve.http.get("/api/districts")).json()["items"]
    assert len(districts) == 13
    assert districts[0]["name"] == "和平区"
    own, *scenarios = (await serve.http.get("/api/scenarios")).json()["items"]
    assert (own["name"], own["state"]) == ("hub", "loaded")
    assert scenarios[0]["layers"][0]["levels"][1]["tone"] == "orange"
    assert scenarios[0]["tiles"][0]["name"] == "parking.free"


async def test_ready_names_each_part_and_follows_redis(
    serve: Running, redis_server: RedisServer
) -> None:
    """503 with part redis while Redis is away, health stays 200; then 200 again, by itself."""
    body = await serve.ready()
    parts = body["parts"]
    expected = {"redis", "serve", "ingest", "act", "archive", "work:city", "work:d1"}
    assert set(parts) == expected
    await serve.d1.show(lot(1, 20))
    async with serve.screen() as screen:
        await screen.until(lambda _: "parking.lot/lot-0001" in screen.entities)
        redis_server.kill()
        beat = await screen.until(lambda f: f["kind"] == "beat" and not f["ready"])
        assert beat["parts"]["redis"]["ok"] is False
        assert (await serve.ready(503))["ready"] is False
        assert (await serve.http.get("/api/health")).status_code == 200
        assert len((await serve.http.get("/api/entities")).json()["items"]) > 0
        assert (await serve.http.get("/api/devices")).status_code == 503
        redis_server.start()
        await serve.ready()
        await screen.until(lambda f: f["kind"] == "beat" and f["ready"])


async def test_ready_needs_a_worker_that_reports(redis_server: RedisServer) -> None:
    """A process that never reported, and one that fell silent, are named."""
    async with running(redis_server, groups=2) as here:
        body = await here.ready(503)
        parts = body["parts"]
        assert parts["work:d2"] == {"ok": False, "detail": "has never reported"}


async def test_metrics_tell_of_all_processes(serve: Running) -> None:
    """Prometheus's text format, with serve's own counters."""
    await serve.ready()
    text = (await serve.http.get("/metrics")).text
    assert 'cityhub_ok{process="work:d1"} 1.0' in text
    assert "cityhub_screen_delay_seconds_bucket" in text
    assert 'cityhub_work_behind_events{partition="city"}' in text


async def test_documentation_needs_no_other_origin(serve: Running) -> None:
    """/docs is a plain page; the description is OpenAPI 3.1."""
    page = (await serve.http.get("/docs")).text
    assert "https://" not in page
    assert "POST /api/alerts/{alert_id}/acknowledge" in page
    described = (await serve.http.get("/openapi.json")).json()
    assert described["openapi"].startswith("3.1")
    messages = (await serve.http.get("/asyncapi.json")).json()
    assert messages["asyncapi"].startswith("3.")
    assert "@" not in messages["servers"]["broker"]["host"]


def test_beyond_loopback_nothing_starts_without_a_token() -> None:
    """A clear error that names both settings."""
    with pytest.raises(NoCredentials, match="CITYHUB_ACCESS_TOKEN"):
        check(Settings(bind="0.0.0.0"))  # noqa: S104 that is the case
    check(Settings(bind="0.0.0.0", access_token="x"))  # noqa: S104, S106
    check(Settings(bind="::1"))


def test_a_port_in_use_names_the_setting() -> None:
    """No traceback for what a person can mend."""
    first = listen("127.0.0.1", 0)
    with first, pytest.raises(PortTaken, match="CITYHUB_HTTP_PORT"):
        listen("127.0.0.1", first.getsockname()[1])


async def test_a_configuration_is_an_action_with_its_values(serve: Running) -> None:
    """Appended for `city` to decide on; a body that is no object is refused without an event."""
    head = await serve.city.log.head()
    for body in (b"[]", b"{", b"x" * 20_000):
        refused = await serve.http.put(
            "/api/scenarios/parking/config", content=body, headers={"idempotency-key": "c0"}
        )
        assert refused.status_code in {413, 422}
    assert await serve.city.log.head() == head
    asked = await serve.http.put(
        "/api/scenarios/parking/config", json={"full": 0.9}, headers={"idempotency-key": "c1"}
    )
    assert asked.status_code == 202
    (logged,) = await serve.city.log.read(head.ordinal, 1, 200)
    action = msgspec.json.decode(logged.event.data, type=Action)
    assert (action.action, action.target, action.values) == ("configure", "parking", {"full": 0.9})


async def test_an_entity_without_charts_has_none(serve: Running) -> None:
    """Of a known layer an empty list, of an unknown one 404."""
    found = await serve.http.get("/api/entities/parking.lot/lot-0001/charts")
    assert (found.status_code, found.json()) == (200, {"items": []})
    assert (await serve.http.get("/api/entities/nowhere/x/charts")).status_code == 404


@pytest.mark.parametrize("name", ["release", "redrive", "reload"])
async def test_what_is_done_to_a_scenario_is_an_action(serve: Running, name: str) -> None:
    """Appended for `city` to decide on; without its key it is refused without an event."""
    path = f"/api/scenarios/parking/{name}"
    head = await serve.city.log.head()
    assert (await serve.http.post(path)).status_code == 422
    assert await serve.city.log.head() == head
    asked = await serve.http.post(path, headers={"idempotency-key": f"{name}-1"})
    assert asked.status_code == 202
    (logged,) = await serve.city.log.read(head.ordinal, 1, 200)
    action = msgspec.json.decode(logged.event.data, type=Action)
    assert (action.action, action.target) == (name, "parking")


async def test_an_alert_that_nobody_raised_has_no_explanation(serve: Running) -> None:
    """404, not an empty explanation."""
    assert (await serve.http.get("/api/alerts/none%2Fnone%2Fnone%231/explain")).status_code == 404
