"""The body of a request, never longer than its bound, whatever its length says."""

from fastapi import Request

from hub.serve.limits import BODY_BYTES


class TooLargeError(ValueError):
    """The body of a request is above its bound."""


async def body(request: Request) -> bytes:
    """Return the body of a request; raise TooLargeError."""
    found = bytearray()
    async for chunk in request.stream():
        found += chunk
        if len(found) > BODY_BYTES:
            raise TooLargeError(f"above {BODY_BYTES} bytes")
    return bytes(found)
