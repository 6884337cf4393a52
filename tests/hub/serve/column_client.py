"""A small client of the binary columns of `/ws/city`: docs/protocol.md in code."""

import json
import struct
from typing import Any

from tests.hub.serve.client import Frame, ScreenClient

_TYPES = {"u8": ("B", 1), "i32": ("i", 4), "u32": ("I", 4), "f64": ("d", 8)}


def decode(payload: bytes) -> Frame:
    """Return a columns frame's header; each of its columns with its ``values``."""
    (length,) = struct.unpack_from("<I", payload)
    header: Frame = json.loads(payload[4 : 4 + length])
    body = payload[4 + length :]
    for batch in header["batches"]:
        batch["columns"] = {
            column["name"]: _column(column, batch["count"], body) for column in batch["columns"]
        }
    return header


def _column(column: dict[str, Any], count: int, body: bytes) -> list[Any]:
    words = column.get("values")
    letter, _ = _TYPES["u32" if words is not None else column["type"]]
    found = list(struct.unpack_from(f"<{count}{letter}", body, column["offset"]))
    if words is not None:
        return [words[code] for code in found]
    if column["type"] == "f64":
        return [None if value != value else value for value in found]  # noqa: PLR0124 NaN: nothing
    if column["type"] == "u8":
        return [None if value == 255 else bool(value) for value in found]
    return found


class ColumnClient(ScreenClient):
    """Keeps ``entities`` by id as a screen does; not ``acknowledging``, it is sent no more."""

    def __init__(self, port: int, **query: str | int) -> None:
        super().__init__(port, None, format="columns", **query)
        self.acknowledging = True
        self._slots: dict[tuple[str, int], str] = {}

    def read(self, received: str | bytes) -> Frame:
        """Return a frame, text or binary."""
        return decode(received) if isinstance(received, bytes) else super().read(received)

    async def take(self, frame: Frame) -> None:
        """Take a frame in."""
        if frame["kind"] != "columns":
            await super().take(frame)
            return
        if frame["prev"] is None:
            self.entities, self._slots = {}, {}
        elif frame["prev"] != self.seq:
            self.gaps += 1
        self.seq = frame["seq"]
        for layer, slots in frame["remove"].items():
            for slot in slots:
                # A view that is behind may be told of one that it never had.
                self.entities.pop(self._slots.pop((layer, slot), ""), None)
        for batch in frame["batches"]:
            self._batch(batch["layer"], batch["columns"])
        if self.acknowledging:
            await self.say(kind="ack", seq=frame["seq"])

    def _snapshot(self, frame: Frame) -> None:
        if not frame["resumed"]:
            self.alerts = {alert["id"]: alert for alert in frame["alerts"]}
        self.epoch, self.incident_seq = frame["epoch"], frame["incident_seq"]

    def _batch(self, layer: str, columns: dict[str, list[Any]]) -> None:
        for index, slot in enumerate(columns["slot"]):
            if "id" in columns:
                id_ = columns["id"][index]
                self._slots[layer, slot] = id_
                self.entities[id_] = {"id": id_, "layer": layer, "data": {}}
            entity = self.entities[self._slots[layer, slot]]
            for name, values in columns.items():
                if name.startswith("data."):
                    entity["data"][name[5:]] = values[index]
                elif name != "slot":
                    entity[name] = values[index]
