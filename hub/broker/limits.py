"""What the private broker may hold, the same for either kind."""

from typing import Final

MAX_QUEUED_MESSAGES: Final = 200_000
"""Messages kept for a session that is away: over three minutes at 1,000 a second (our default)."""

MAX_QUEUED_BYTES: Final = 256 * 1024 * 1024
"""Payload bytes kept for a session that is away: a quarter of a GiB, so that a laptop lives."""

MAX_INFLIGHT_MESSAGES: Final = 2_000
"""Unacknowledged messages on the wire to one client: two commits of the hub, 1,000 events each."""

MAX_PACKET_BYTES: Final = 4 * 1024 * 1024
"""Largest MQTT packet taken, 4 MiB; the hub's own limit is far below it."""
