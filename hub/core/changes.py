"""What a run of events changed: cells of the tables and outputs, written in one transaction."""

from msgspec import Struct

from hub.model.instant import Instant
from hub.model.output import Output, Shown

Cell = tuple[str, str]
"""(table, field)."""

TABLES = (
    "state",
    "timers",
    "devices",
    "entities",
    "alerts",
    "desk",
    "signals",
    "outcomes",
    "letters",
    "counters",
    "rings",
    "marks",
    "memories",
    "configs",
    "schemas",
    "touched",
    "charts",
    "quarantine",
    "reasons",
    "reruns",
)
"""All tables of the machine. `entities`, `alerts`, `letters`, `outcomes` hold JSON for the screen,
`configs` JSON of what differs from the code's defaults, `counters` decimal text, `marks` what the
machine itself must not forget, `memories` what the time rules remember of a key, the others
msgpack."""


class Changes(Struct):
    """From input ordinal ``start`` (exclusive) to ``end``: what to write.

    ``cells`` maps (table, field) to bytes, None for a deletion; ``outputs`` in order; ``out`` is
    the ordinal of the last lossless output so far; ``time`` the log time it brings the city to.
    """

    start: int
    end: int
    out: int
    time: Instant
    cells: dict[Cell, bytes | None]
    outputs: list[Output]

    def coalesced(self) -> list[Output]:
        """Return the outputs with only the last Shown of each entity; the lossless ones all."""
        last = {o.id: index for index, o in enumerate(self.outputs) if isinstance(o, Shown)}
        return [
            output
            for index, output in enumerate(self.outputs)
            if not isinstance(output, Shown) or last[output.id] == index
        ]
