"""What a type of event leads to: its views, decoded once each, and the handlers they go to."""

from typing import Any

import msgspec
from msgspec import Struct

from hub.core.handler import Handler


class Misfit(Struct, frozen=True):
    """The data did not fit one view of it; ``detail`` says where."""

    detail: str


class Route(Struct):
    """The handlers of a type, each with the place of its payload among the ``views``.

    Every payload type that is declared for the type is a view with a decoder of its own.
    """

    views: list[type[Any]] = []
    handlers: list[tuple[Handler, int]] = []
    decoders: list[msgspec.json.Decoder[Any]] = []

    def add(self, handler: Handler) -> None:
        """Add a handler, and its view when it is a new one."""
        if handler.payload is None:
            self.handlers.append((handler, -1))
            return
        if handler.payload not in self.views:
            self.views.append(handler.payload)
            self.decoders.append(msgspec.json.Decoder(handler.payload))
        self.handlers.append((handler, self.views.index(handler.payload)))

    def decode(self, data: bytes) -> list[Any]:
        """Return the data in every view, a Misfit where it does not fit, and None at the end.

        Raise DecodeError when it fits no view at all.
        """
        decoders = self.decoders
        if len(decoders) == 1:
            return [decoders[0].decode(data), None]
        payloads: list[Any] = []
        failure: msgspec.DecodeError | None = None
        for decoder in decoders:
            try:
                payloads.append(decoder.decode(data))
            except msgspec.DecodeError as error:
                failure = failure or error
                payloads.append(Misfit(str(error)))
        if failure is not None and all(type(each) is Misfit for each in payloads):
            raise failure
        payloads.append(None)
        return payloads
