"""What a time rule asks of the hub itself: how a device is, and how long nobody could listen."""

from hub.core.devices import Devices
from hub.core.hearing import Hearing
from hub.model.device import Device
from hub.model.instant import Duration, Instant


class Witness:
    """Devices and hearing, to be looked at only."""

    def __init__(self, devices: Devices, hearing: Hearing) -> None:
        self._devices = devices
        self._hearing = hearing

    def device(self, source: str) -> Device | None:
        """Return a device that was ever heard of."""
        return self._devices.get(source)

    def lost_since(self, source: str, since: Instant) -> bool:
        """Return whether a device is stale, or was lost at any time after ``since``."""
        device = self._devices.get(source)
        return device is not None and (device.stale or device.lost > since)

    @property
    def deaf(self) -> bool:
        """Whether nothing can be heard now."""
        return self._hearing.deaf

    def deafness(self, now: Instant) -> Duration:
        """Return how long nothing could be heard, from the beginning until ``now``."""
        return self._hearing.total(now)
