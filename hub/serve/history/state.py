"""The city at one moment of the archive, made from a keyframe and what followed. Blocking."""

from pathlib import Path

from msgspec import Struct

from hub.archive.output_recording import Keyframe
from hub.archive.output_series import screen_of
from hub.archive.reel import Item, Reel
from hub.archive.spans import Span
from hub.model.instant import Instant
from hub.model.output import Incident
from hub.model.partition import CITY
from hub.serve.screen import Change, Screen
from hub.serve.tiles import Tiles

ITEMS = 2_000
"""Commits read at a time."""


class State(Struct):
    """An open reel, and the screen as it was at ``at``; ``incident`` is the newest ordinal."""

    reel: Reel
    screen: Screen
    tiles: Tiles
    at: Instant
    incident: int = 0

    def take(self, item: Item) -> Change:
        """Apply what comes next; return what it changed."""
        partition, what = item
        if isinstance(what, Keyframe):
            started = screen_of(what)
            self.screen.rows |= started.rows
            self.screen.alerts |= started.alerts
            change = Change()
        else:
            change = self.screen.apply(what, partition)
        if partition == CITY:
            self.incident = int(what.cursor.partition("-")[0])
        return change


def state_at(archive: Path, span: Span, at: Instant, tiles: Tiles) -> State:
    """Return the city at a moment of an archive; FileNotFoundError, BadRecording."""
    reel = Reel(archive, span.epoch, span.partitions, at)
    state = State(reel, Screen(), tiles, at)
    try:
        while items := reel.read(at, ITEMS):
            for item in items:
                state.take(item)
    except BaseException:
        reel.close()
        raise
    tiles.rebuild(state.screen, at)
    return state


def read_to_incident(reel: Reel, until: Instant, most: int) -> list[Item]:
    """Return what follows, up to and including the next commit that changes an alert."""
    found: list[Item] = []
    while len(found) < most and (items := reel.read(until, 1)):
        found += items
        if changes_an_alert(items[0]):
            break
    return found


def changes_an_alert(item: Item) -> bool:
    """Return whether an alert changed in a commit."""
    what = item[1]
    return not isinstance(what, Keyframe) and any(
        isinstance(each.output, Incident) for each in what.outputs
    )
