"""Who may speak to the hub: decided before any handler runs, for HTTP and websocket alike.

OWASP ASVS 5.0 3.5 and 4.4: Host against DNS rebinding, Origin against foreign pages, a bearer token
beyond loopback.
"""

import hmac
import ipaddress
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.log.vitals import Vitals
from hub.serve.limits import BODY_BYTES

log = structlog.get_logger()

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
"""Names under which a browser on this machine may ask for a loopback server."""
OPEN = frozenset({"/api/health"})
"""Paths of the API that need no token: a load balancer asks them."""
PROTECTED = ("/api/", "/metrics", "/openapi.json", "/asyncapi.json", "/docs")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

SECURITY_HEADERS = {
    b"content-security-policy": (
        b"default-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        b"worker-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
}


def is_loopback(bind: str) -> bool:
    """Return whether only this machine can reach an address."""
    if bind == "localhost":
        return True
    try:
        return ipaddress.ip_address(bind).is_loopback
    except ValueError:
        return False


def same_origin(origin: str, host: str) -> bool:
    """Return whether a page of ``origin`` was served under the ``host`` header's host and port."""
    parts = urlsplit(origin)
    return parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower()


class Guard:
    """ASGI middleware; refuses with a reason and a counter, and adds the security headers."""

    def __init__(self, app: ASGIApp, *, vitals: Vitals, token: str, loopback: bool) -> None:
        self._app = app
        self._vitals = vitals
        self._token = token.encode()
        self._loopback = loopback

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope, Headers(scope=scope))
        if refusal is not None:
            status, reason = refusal
            self._vitals.count(f"refused|reason={reason}")
            headers = {"www-authenticate": "Bearer"} if status == 401 else None  # noqa: PLR2004
            response = JSONResponse({"error": reason}, status, headers)
            await response(scope, receive, _secured(send))
            return
        started = Started(_secured(send))
        try:
            await self._app(scope, receive, started)
        except Exception:  # the last stop of every request: logged here, told nothing outside
            log.exception("request failed", path=scope["path"])
            self._vitals.count("errors|reason=internal")
            if not started.yet:
                response = JSONResponse({"error": "internal"}, 500)
                await response(scope, receive, started)

    def _refusal(self, scope: Scope, headers: Headers) -> tuple[int, str] | None:
        host = headers.get("host", "")
        if self._loopback and _hostname(host) not in LOOPBACK_HOSTS:
            return 421, "host"
        if scope["type"] == "websocket":
            return None  # its Origin and ticket are looked at where it is accepted
        if int(headers.get("content-length") or 0) > BODY_BYTES:
            return 413, "body"
        origin = headers.get("origin")
        if scope["method"] not in SAFE and origin is not None and not same_origin(origin, host):
            return 403, "origin"
        if not self._loopback and self._asks_token(scope["path"]) and not self._knows(headers):
            return 401, "token"
        return None

    @staticmethod
    def _asks_token(path: str) -> bool:
        return path.startswith(PROTECTED) and path not in OPEN

    def _knows(self, headers: Headers) -> bool:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(token.encode(), self._token)


def _hostname(host: str) -> str:
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


class Started:
    """Knows whether an answer was begun: after that no other one can be given."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.yet = False

    async def __call__(self, message: Message) -> None:
        """Send on."""
        self.yet = True
        await self._send(message)


def _secured(send: Send) -> Send:
    async def secured(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [*message.get("headers", []), *SECURITY_HEADERS.items()]
            message = {**message, "headers": headers}
        await send(message)

    return secured
