"""A view sent as binary columns: whoever is behind gets what changed since, in one frame. Pure."""

from collections import deque

from msgspec import Struct, field

from hub.serve import frames
from hub.serve.channel import Channel
from hub.serve.columns import Batch, Cells, cells_of, encode
from hub.serve.frames import Fragments, Moment
from hub.serve.limits import STEPS
from hub.serve.screen import Row, Screen
from hub.serve.slots import Slots
from hub.serve.subscription import Subscription


class Step(Struct):
    """What one delta did: entities new to the view, changed ones, those that left it.

    ``known`` maps to what they were before. ``gone`` names layer and slot: an entity that leaves
    twice may have had two of them, and a client may know either.
    """

    fresh: set[str] = field(default_factory=set)
    known: dict[str, Row | None] = field(default_factory=dict)
    left: set[str] = field(default_factory=set)
    gone: set[tuple[str, int]] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.fresh or self.known or self.gone)


class ColumnChannel(Channel):
    """Telemetry in columns. ``slots`` are shared by all views."""

    paced = True

    def __init__(self, subscription: Subscription, slots: Slots) -> None:
        super().__init__(subscription)
        self._slots = slots
        self._steps: deque[Step] = deque(maxlen=STEPS)
        self._newest: Fragments = []
        self._whole: Fragments | None = None
        self._body: Fragments | None = None

    def flush(self, before: dict[str, Row | None], screen: Screen, epoch: str, now: Moment) -> bool:
        """Make the delta, and note what it did for those who will be behind."""
        wants = self.subscription.wants
        step = Step()
        for name, old in before.items():
            new = screen.rows.get(name)
            if new is not None and wants(new):
                if wants(old):
                    step.known[name] = old
                else:
                    step.fresh.add(name)
            elif old is not None and wants(old):
                step.left.add(name)
                step.gone.add((old.layer, self._slots.of(name, old.layer)))
        if not step:
            return False
        self.seq += 1
        self._steps.append(step)
        self._newest = self._frame(step, self.seq - 1, screen, epoch, now)
        self._whole = None
        return True

    def forget(self) -> None:
        """Drop what is kept for newcomers."""
        self._body = self._whole = None

    def restart(self) -> None:
        """Nobody can go on from an earlier delta."""
        self._steps.clear()
        self.forget()

    def body(self, screen: Screen) -> Fragments:
        """Return the alerts alone: entities follow in columns."""
        if self._body is None:
            self._body = frames.snapshot_body(None, screen.alerts.values())
        return self._body

    def since(
        self,
        seq: int,
        screen: Screen,
        epoch: str,
        now: Moment,
        incident_seq: int,  # noqa: ARG002 what JSON needs: columns carry no incidents
    ) -> tuple[Fragments, bool]:
        """Return what changed since ``seq``, or everything when that is too long ago."""
        missed = self.seq - seq
        if seq >= 0 and missed == 1:
            return self._newest, False
        if seq >= 0 and missed <= len(self._steps):
            step = _merged(list(self._steps)[-missed:])
            return self._frame(step, seq, screen, epoch, now), False
        if self._whole is None:
            rows = [row for row in screen.rows.values() if self.subscription.wants(row)]
            batches = self._batches(rows, fresh=True)
            self._whole = frames.binary(encode(epoch, self.seq, None, now, batches=batches))
        return self._whole, True

    def _frame(self, step: Step, prev: int, screen: Screen, epoch: str, now: Moment) -> Fragments:
        rows = screen.rows
        fresh = [rows[name] for name in sorted(step.fresh) if name in rows]
        known = [rows[name] for name in step.known if name in rows]
        batches = self._batches(fresh, fresh=True)
        batches += self._batches(known, fresh=False, before=step.known)
        remove: dict[str, list[int]] = {}
        for layer, slot in sorted(step.gone):
            remove.setdefault(layer, []).append(slot)
        return frames.binary(encode(epoch, self.seq, prev, now, batches=batches, remove=remove))

    def _batches(
        self, rows: list[Row], *, fresh: bool, before: dict[str, Row | None] | None = None
    ) -> list[Batch]:
        layers: dict[str, list[Row]] = {}
        for row in rows:
            layers.setdefault(row.layer, []).append(row)
        return [
            Batch(
                layer,
                [self._slots.of(row.id, layer) for row in group],
                [cells_of(row.json) for row in group],
                None if fresh else _earlier(group, before or {}),
            )
            for layer, group in layers.items()
        ]


def _earlier(rows: list[Row], before: dict[str, Row | None]) -> list[Cells]:
    """Return what the client last saw; where that is not known any more, nothing equals it."""
    found = [before.get(row.id) for row in rows]
    return [] if None in found else [cells_of(old.json) for old in found if old is not None]


def _merged(steps: list[Step]) -> Step:
    """Return several steps as one; removals come before all else when a client takes it in."""
    whole = Step()
    for step in steps:
        for name in step.left:
            whole.fresh.discard(name)
            whole.known.pop(name, None)
        whole.gone |= step.gone
        whole.fresh |= step.fresh
        whole.known |= {name: None for name in step.known if name not in whole.fresh}
    return whole
