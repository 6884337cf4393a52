"""How a handler gets what the process shares."""

from typing import Annotated

from fastapi import Depends, Request

from hub.serve.serving import Serving


def _serving(request: Request) -> Serving:
    parts: Serving = request.app.state.serving
    return parts


Parts = Annotated[Serving, Depends(_serving)]
"""The process's parts, as a handler's parameter."""
