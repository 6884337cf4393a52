"""Every bound of the hub that is not a setting, each with its reason. Nothing is unbounded."""

from hub.model.instant import DAY, MINUTE, SECOND

MESSAGE_BYTES = 16 * 1024
"""Largest payload of one reading (our default); a larger one becomes a dead letter."""

BROKER_PACKET_BYTES = 4 * 1024 * 1024
"""Largest packet the broker lets through, so that a message too large for the hub is a dead letter
with its topic and not a disconnect."""

ORIGINAL_BYTES = 4 * 1024
"""How much of a rejected message a dead letter keeps: enough to see what it was."""

TOPIC_BYTES = 512
"""Longest topic; the grammar needs under 200."""

DEEPEST_JSON = 32
"""Deepest nesting of a payload; deeper is an attack or an accident, never a reading."""

BATCH_EVENTS = 1_000
"""Most events in one log entry and in one commit: keeps a commit under 50 ms."""

BATCH_BYTES = 1024 * 1024
"""Most bytes in one log entry and in one commit: keeps Redis answering others in between."""

REMEMBERED_IDS = 32
"""Event ids kept per device to drop repeats: above the in-flight window of usual clients (20)."""

RESEND_SPAN = 256
"""Most readings asked for again after one gap: what a small device can buffer."""

CLOCK_OFF = 5 * MINUTE
"""A device's word on time that is further than this from log time gets the quality `clock-off`."""

BACKFILL = 7 * DAY
"""A device sends no reading later than this; an older time is a wrong clock (our default)."""

STALE_PERIODS = 3
"""Periods of the card without a reading after which a value is stale (DESIGN §4, our default)."""

TICK = SECOND
"""Real time without events after which a tick is appended."""

CASCADE = 256
"""Most events derived from one cause within a partition: a longer chain is a loop."""

ALERTS_CLOSED = 5_000
"""Closed alerts (cleared and acknowledged) kept at hand; older ones are in the archive."""

UNATTENDED = 20
"""Occurrences of one alert that may come and go unacknowledged; an older one is closed as
superseded, so that one flapping device does not fill the desk."""

SEQUENCE_JUMP = 100_000
"""A device whose sequence jumps further ahead than this has begun another numbering."""

DEAD_LETTERS = 10_000
"""Dead letters kept at hand; older ones are in the archive."""

OUTCOMES = 10_000
"""Outcomes of operators' actions kept to answer a repeated Idempotency-Key."""

NOTES = 20
"""意见 kept with an alert, the newest: all of them are in the log."""

SAID_CHARACTERS = 500
"""Longest 意见, title or text from a person or a handler that is kept."""
