"""All partitions' outputs from a moment on, in the order (log time, partition)."""

from pathlib import Path

from hub.archive.output_recording import Keyframe
from hub.archive.segments import OUTPUTS, folder
from hub.archive.track import Track
from hub.log.outputs import Page
from hub.model.instant import Instant

Item = tuple[str, Keyframe | Page]


class Reel:
    """Reads an archive's epoch; first the keyframes before the moment, then what followed."""

    def __init__(self, archive: Path, epoch: str, partitions: tuple[str, ...], at: Instant) -> None:
        self._tracks: dict[str, Track] = {}
        try:
            for name in partitions:
                self._tracks[name] = Track(folder(archive, epoch, name, OUTPUTS), at)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close all files."""
        for track in self._tracks.values():
            track.close()

    def read(self, until: Instant, most: int) -> list[Item]:
        """Return at most ``most`` items up to and including ``until``; they are passed over."""
        found: list[Item] = []
        while len(found) < most:
            item = self._next()
            if item is None or item[1].time > until:
                break
            self._tracks[item[0]].take()
            found.append(item)
        return found

    def _next(self) -> Item | None:
        waiting = [(name, track.peek()) for name, track in self._tracks.items()]
        ready = [(name, item) for name, item in waiting if item is not None]
        return min(ready, key=lambda item: (item[1].time, item[0]), default=None)
