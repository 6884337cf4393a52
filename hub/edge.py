"""What all edges share: how a process stops, and how it logs."""

import asyncio
import logging
import signal
import sys

import structlog

from hub.settings import Settings


def stop_event() -> asyncio.Event:
    """Return an event that is set at SIGTERM or SIGINT: every loop of a process awaits it."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


async def pause(stop: asyncio.Event, seconds: float) -> bool:
    """Wait ``seconds`` or until ``stop``; return whether to stop."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return False
    return True


def configure_logging(settings: Settings) -> None:
    """Log to stderr, one line an event; values are encoded, so that no payload forges a line."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    # repr and JSON both escape CR, LF and ANSI in values (a topic, a device's words).
    renderer: structlog.typing.Processor = structlog.processors.LogfmtRenderer(
        key_order=["timestamp", "level", "event"], bool_as_flag=False
    )
    if settings.log_json:
        renderer = structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
