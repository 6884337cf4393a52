"""The digest of a run: every output in order and the final state, in one SHA-256."""

from hashlib import sha256

import msgspec

from hub.core.machine import Machine
from hub.model.output import Output


class Digest:
    """Takes in outputs as they come; equal digests mean the same city."""

    def __init__(self) -> None:
        self._hash = sha256()
        self._encode = msgspec.msgpack.Encoder(order="deterministic").encode
        self.outputs: dict[str, int] = {}

    def take(self, partition: str, output: Output) -> None:
        """Take in one output."""
        kind = type(output).__name__.lower()
        self.outputs[kind] = self.outputs.get(kind, 0) + 1
        self._hash.update(partition.encode())
        self._hash.update(self._encode(output))

    def close(self, machines: list[Machine]) -> str:
        """Take in the final state of the machines; return the digest as 64 hex digits."""
        for machine in machines:
            for cell, value in machine.cells():
                self._hash.update(self._encode((machine.partition, cell, value)))
        return self._hash.hexdigest()
