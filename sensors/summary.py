"""What a run of the sensors comes to."""

from dataclasses import asdict, dataclass

import msgspec

from sensors.link import Counts


@dataclass(frozen=True)
class Summary:
    """What `--json` prints at the end."""

    counts: Counts
    pending: int
    seconds: float

    def encode(self) -> str:
        """Return it as one JSON object."""
        flat = {**asdict(self.counts), "pending": self.pending, "seconds": round(self.seconds, 3)}
        return msgspec.json.encode(flat).decode()
