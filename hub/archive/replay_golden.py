"""The golden output of a recording: what today's scenarios make of it."""

from collections.abc import Iterator

from hub.archive.golden import Golden, Told, decode_line
from hub.archive.replay_core import Played, Recorded, Sink
from hub.archive.replay_pace import Control
from hub.archive.replay_plan import Plan
from hub.model.event import Logged


def golden_lines(plan: Plan) -> Iterator[Told]:
    """Yield the golden lines of a replay as it goes; BadRecording, BadReplay."""
    for _, raw in caused_lines(plan):
        yield decode_line(raw)


def caused_lines(plan: Plan) -> Iterator[tuple[Logged, bytes]]:
    """Yield each golden line as JSON, with the event that was worked when it came."""
    found: list[bytes] = []
    sink = Sink(Control(), Golden(found.append))
    way = Recorded if plan.as_recorded else Played
    city = way(plan.registry(), plan.partitioning, sink, plan.verdicts())
    for logged in plan.prepare().log():
        city.one(logged)
        for raw in found:
            yield logged, raw
        found.clear()
