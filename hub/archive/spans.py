"""What an archive holds: its epochs, each from when to when."""

from pathlib import Path

from msgspec import Struct

from hub.archive.errors import BadRecording
from hub.archive.output_recording import last_time, read_alerts
from hub.archive.segments import OUTPUTS, folder, segments
from hub.model.instant import Instant


class Span(Struct, frozen=True):
    """One epoch of an archive; ``start`` is exact to the second."""

    epoch: str
    partitions: tuple[str, ...]
    start: Instant
    end: Instant
    bytes: int

    def clamp(self, at: Instant) -> Instant:
        """Return the moment, or the nearest end."""
        return min(max(at, self.start), self.end)


def spans(archive: Path) -> list[Span]:
    """Return all epochs that hold anything, in order of their ends: the newest last."""
    if not archive.is_dir():
        return []
    found = [span(archive, path.name) for path in archive.iterdir() if path.is_dir()]
    return sorted(
        (each for each in found if each is not None), key=lambda each: (each.end, each.epoch)
    )


def span(archive: Path, epoch: str) -> Span | None:
    """Return one epoch, None when nothing can be shown of it."""
    partitions = sorted(path.parent.name for path in (archive / epoch).glob(f"*/{OUTPUTS}"))
    start, end, size = [], 0, 0
    for name in partitions:
        series = segments(folder(archive, epoch, name, OUTPUTS))
        size += sum(each.bytes for each in series)
        if not series:
            continue
        start.append(series[0].time)
        for newest in reversed(series[-2:]):
            try:
                end = max(end, last_time(newest.path))
                break
            except (BadRecording, FileNotFoundError):
                continue  # it has only just begun, or was just removed
    if not start or not end:
        return None
    return Span(epoch, tuple(partitions), min(start), end, size)


def chosen(archive: Path, epoch: str, at: Instant | None) -> Span | None:
    """Return the epoch asked for; else the newest that holds ``at``, else the newest."""
    if epoch:
        known = {path.name for path in archive.iterdir()} if archive.is_dir() else set()
        return span(archive, epoch) if epoch in known else None
    found = spans(archive)
    holding = [each for each in found if at is not None and each.start <= at <= each.end]
    return (holding or found)[-1] if found else None


def alerts_between(
    archive: Path, within: Span, start: Instant, end: Instant, partition: str
) -> dict[str, bytes]:
    """Return the alerts that changed between, each as it stood last in its file; JSON by id."""
    series = segments(folder(archive, within.epoch, partition, OUTPUTS))
    changed: dict[str, bytes] = {}
    for index, segment in enumerate(series):
        after = series[index + 1].time if index + 1 < len(series) else within.end
        if segment.time > end or after < start:
            continue
        try:
            changed |= read_alerts(segment.path)
        except (BadRecording, FileNotFoundError):
            continue  # it has only just begun, or was just removed
    return changed
