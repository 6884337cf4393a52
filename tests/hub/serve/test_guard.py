"""Who may speak: Host, Origin, token and ticket, against a real server."""

import pytest
from websockets.exceptions import InvalidStatus

from hub.serve.guard import is_loopback, same_origin
from hub.serve.tickets import Tickets
from tests.hub.serve.conftest import Running, running
from tests.servers import RedisServer

TOKEN = "a token of the test"  # noqa: S105 made here
BEARER = {"authorization": f"Bearer {TOKEN}"}


@pytest.mark.parametrize("bind", ["127.0.0.1", "::1", "localhost", "127.9.9.9"])
def test_loopback_is_recognised(bind: str) -> None:
    """Every address that others cannot reach."""
    assert is_loopback(bind)


@pytest.mark.parametrize("bind", ["0.0.0.0", "::", "192.168.1.5", "hub.example"])  # noqa: S104
def test_all_else_is_beyond_loopback(bind: str) -> None:
    """A name that is not known counts as reachable."""
    assert not is_loopback(bind)


def test_origin_is_compared_with_host_and_port() -> None:
    """Scheme http or https, same host and port; `null` is foreign."""
    assert same_origin("http://127.0.0.1:8000", "127.0.0.1:8000")
    assert same_origin("https://Hub.example", "hub.example")
    assert not same_origin("null", "127.0.0.1:8000")
    assert not same_origin("http://127.0.0.1:8001", "127.0.0.1:8000")
    assert not same_origin("file://127.0.0.1:8000", "127.0.0.1:8000")


def test_a_ticket_holds_once_and_for_a_while() -> None:
    """S2: reused, expired, forged: refused."""
    now = [0.0]
    tickets = Tickets(lambda: now[0])
    first, second = tickets.issue(), tickets.issue()
    assert tickets.redeem(first)
    assert not tickets.redeem(first)
    assert not tickets.redeem("forged")
    now[0] = 31.0
    assert not tickets.redeem(second)


def test_unused_tickets_are_bounded() -> None:
    """The oldest goes first."""
    tickets = Tickets()
    issued = [tickets.issue() for _ in range(1_001)]
    assert not tickets.redeem(issued[0])
    assert tickets.redeem(issued[1])


@pytest.mark.contract
@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "", "[::1"])
async def test_another_host_is_refused_on_loopback(serve: Running, host: str) -> None:
    """DNS rebinding: a page of another name reads nothing here."""
    response = await serve.http.get("/api/health", headers={"host": host})
    assert response.status_code == 421


@pytest.mark.contract
async def test_a_foreign_page_changes_nothing(serve: Running) -> None:
    """CSRF: whatever is not a read needs an Origin of ours, or none."""
    response = await serve.http.post("/api/tickets", headers={"origin": "http://evil.example"})
    assert response.status_code == 403


@pytest.mark.contract
async def test_a_failure_tells_nothing_outside(
    serve: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S9: a generic body, no trace; a counter inside."""

    def fail(*_: object) -> None:
        message = "secret detail"
        raise ZeroDivisionError(message)

    monkeypatch.setattr("hub.serve.api.districts.after", fail)
    response = await serve.http.get("/api/districts")
    assert response.status_code == 500
    assert response.json() == {"error": "internal"}
    assert "default-src 'self'" in response.headers["content-security-policy"]


@pytest.mark.contract
@pytest.mark.parametrize("bind", ["0.0.0.0"])  # noqa: S104 beyond loopback is the case
async def test_beyond_loopback_all_but_health_needs_the_token(
    redis_server: RedisServer, bind: str
) -> None:
    """401 without it; the websocket takes a ticket, once."""
    async with running(redis_server, bind=bind, access_token=TOKEN) as here:
        bare = here.http
        for path in (
            "/api/ready",
            "/api/alerts",
            "/metrics",
            "/docs",
            "/openapi.json",
            "/asyncapi.json",
        ):
            bare.headers.pop("authorization", None)
            assert (await bare.get(path)).status_code == 401
            wrong = {"authorization": "Bearer wrong"}
            assert (await bare.get(path, headers=wrong)).status_code == 401
            assert (await bare.get(path, headers=BEARER)).status_code in (200, 503)
        assert (await bare.get("/api/health")).status_code == 200
        ticket = (await bare.post("/api/tickets", headers=BEARER)).json()["ticket"]
        async with here.screen(ticket=ticket) as screen:
            assert (await screen.next())["kind"] == "hello"
        for again in (ticket, "forged"):
            with pytest.raises(InvalidStatus):
                async with here.screen(ticket=again):
                    pass
        with pytest.raises(InvalidStatus):
            async with here.screen(f"http://127.0.0.1:{here.port}"):
                pass
