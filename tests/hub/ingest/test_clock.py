"""What ingest tells devices of the city's clock."""

from hub.ingest.app import clock_message
from hub.model.instant import CityClock


def test_the_clock_message_is_what_devices_expect() -> None:
    """Two instants in RFC 3339 and a rate, exact to the millisecond."""
    clock = CityClock(1_000_000_500, 2_000_000_500, 60.0)
    assert clock_message(clock) == (
        b'{"city":"1970-01-01T00:16:39.970Z","real":"1970-01-01T00:33:20.000Z","rate":60.0}'
    )
