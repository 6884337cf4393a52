"""Bare JSON of devices that cannot be taught CloudEvents, by the (domain, event) of their topic.

The table is explicit and empty by default: a site adds its own devices here. An adapter must find
a time in the payload, because a repeat could not be told from a new reading without one.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from msgspec import Struct

from hub.model.instant import Instant


class Bare(Struct, frozen=True):
    """What an adapter makes of a payload: `data` of the type's schema, and the device's time."""

    data: bytes
    time: Instant


Adapter = Callable[[bytes], Bare]
"""Takes valid UTF-8 below the limits; raises BadMessage or msgspec's errors for what it refuses."""

ADAPTERS: Mapping[tuple[str, str], Adapter] = MappingProxyType({})
