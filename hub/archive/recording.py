"""A recording: a stretch of the log as an MCAP file that Foxglove and the `mcap` library open.

Messages are CloudEvents in JSON (`hub.archive.message`), in the order of the log: within a
partition ordinals rise and log time never falls. One channel a (partition, event type), so that a
viewer filters by it. `log_time` = log time, `publish_time` = the device's own time, both in ns;
`sequence` = the low 32 bits of the ordinal. The retained state at the start (cards, statuses) is
the attachment `retained.json`, a CloudEvents batch; facts about the run are metadata. Nothing of
the machine and no wall clock enters the file: the same content gives the same bytes.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
from mcap.opcode import Opcode
from mcap.records import Metadata
from msgspec import Struct

from hub.archive import message
from hub.archive.container import COUNTS, NS
from hub.archive.errors import BadRecording, Damaged, NotARecording
from hub.archive.framing import UNREADABLE, Record, attachment_of, messages, records
from hub.model.event import VERDICT, Logged

FORMAT = "1"
"""Version of what is written here; a reader refuses a higher one."""

RUN = "cityhub.recording"
RETAINED = "retained.json"
BATCH_TYPE = "application/cloudevents-batch+json"


class Facts(Struct, frozen=True):
    """What a recording says of itself.

    ``run`` is free text by name (source, mapping, licence, faults …); ``counts`` is what was
    written, empty while the file is not whole.
    """

    run: dict[str, str]
    counts: dict[str, str]

    @property
    def events(self) -> int:
        """Events after the retained state; 0 when the file is not whole."""
        return self._count("events")

    @property
    def total(self) -> int:
        """Retained state and events together: what `read_recording` yields."""
        return self._count("retained") + self._count("events")

    def _count(self, name: str) -> int:
        count = self.counts.get(name, "")
        return int(count) if count.isdecimal() else 0


def read_recording(path: Path) -> Iterator[Logged]:
    """Yield the retained state, then the events, in the order of the file.

    NotARecording, Truncated (after the last whole chunk) or Damaged.
    """
    with path.open("rb") as file:
        known = False
        for record in records(path, file):
            if record.opcode == Opcode.METADATA:
                known = _run(path, record) is not None or known
            elif not known and record.opcode != Opcode.HEADER:
                raise NotARecording(path, "it is an MCAP file, but not one of CityHub")
            elif record.opcode == Opcode.ATTACHMENT:
                yield from _retained(path, record)
            elif record.opcode == Opcode.CHUNK:
                yield from _events(path, record)


def read_verdicts(path: Path) -> Iterator[Logged]:
    """Yield the verdicts of a recording; decodes nothing else.

    Ends where the file cannot be read on: who replays it learns that in its place.
    """
    with path.open("rb") as file, suppress(BadRecording):
        for record in records(path, file):
            if record.opcode == Opcode.CHUNK:
                yield from _events(path, record, VERDICT)


def read_retained(path: Path) -> tuple[Logged, ...]:
    """Return the retained state at the start: what is known before the first event."""
    with path.open("rb") as file:
        for record in records(path, file):
            if record.opcode == Opcode.ATTACHMENT:
                return tuple(_retained(path, record))
            if record.opcode == Opcode.CHUNK:
                break
    return ()


def read_facts(path: Path) -> Facts:
    """Return what the recording says of itself; reads past the chunks without unpacking them."""
    run: dict[str, str] | None = None
    counts: dict[str, str] = {}
    with path.open("rb") as file:
        for record in records(path, file):
            if record.opcode != Opcode.METADATA:
                continue
            run = run if run is not None else _run(path, record)
            entry = _metadata(path, record)
            if entry.name == COUNTS:
                counts = dict(entry.metadata)
    if run is None:
        raise NotARecording(path, "it is an MCAP file, but not one of CityHub")
    return Facts(run, counts)


def _run(path: Path, record: Record) -> dict[str, str] | None:
    entry = _metadata(path, record)
    if entry.name != RUN:
        return None
    if entry.metadata.get("format") != FORMAT:
        version = entry.metadata.get("format")
        raise NotARecording(path, f"it has format {version!r}, this program reads {FORMAT!r}")
    return dict(entry.metadata)


def _metadata(path: Path, record: Record) -> Metadata:
    try:
        metadata: Metadata = Metadata.read(record.stream())
    except UNREADABLE as error:
        raise Damaged(path, record.offset, str(error)) from error
    return metadata


def _retained(path: Path, record: Record) -> Iterator[Logged]:
    attachment = attachment_of(path, record)
    if attachment.name != RETAINED:
        return
    try:
        batch = msgspec.json.decode(attachment.data, type=list[msgspec.Raw])
        for body in batch:
            yield message.decode(bytes(body))
    except UNREADABLE as error:
        raise Damaged(path, record.offset, str(error)) from error


def _events(path: Path, record: Record, containing: str = "") -> Iterator[Logged]:
    """Yield the events of a chunk whose JSON has these words."""
    words = containing.encode()
    for nanoseconds, body in messages(path, record):
        if words not in body:
            continue
        try:
            logged = message.decode(body, nanoseconds // NS)
        except ValueError as error:
            raise Damaged(path, record.offset, str(error)) from error
        yield logged
