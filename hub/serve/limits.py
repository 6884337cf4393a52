"""Every bound of the web edge, each with its reason."""

CLIENTS = 12_000
"""Most screens at once: above R8's 10,000; more are refused with 503."""

CLIENT_MESSAGE_BYTES = 16 * 1024
"""Largest message from a screen (a subscription is under 1 KiB); larger closes with 1009."""

CLIENT_MESSAGES = 20
"""Most messages from a screen in one second: a person panning a map needs 4."""

FRAGMENT_BYTES = 64 * 1024
"""Largest websocket fragment: what is copied for one client at a time, whatever the frame."""

SEND_BUFFER_BYTES = 128 * 1024
"""Kernel send buffer of a screen (Linux doubles it): what a slow one lags behind at most, and with
two fragments in user space under 1 MiB a client."""

STUCK_SECONDS = 8.0
"""A client that takes no byte for so long is closed: with the farewell, within R7's 10 s."""

FAREWELL_SECONDS = 1.0
"""How long a closing client may take to read its `bye`."""

REQUEST_SECONDS = 10.0
"""A connection that has sent no whole request by then is dropped (S4)."""

INCIDENTS = 2_000
"""Incidents at hand to resume from; a client further behind gets a whole snapshot."""

STEPS = 40
"""Deltas of a view remembered for who is behind: 10 s at 4 Hz; who is further back gets it all."""

WAITERS = 1_000
"""Most operators' actions awaited at once; more answer 202 at once."""

BODY_BYTES = 16 * 1024
"""Largest body of an HTTP request: an opinion is at most 500 characters."""

TICKETS = 1_000
"""Most unused tickets; the oldest goes first."""

TICKET_SECONDS = 30.0
"""How long a ticket holds: one fetch and one connection."""

OUTCOME_SECONDS = 2.0
"""How long a request waits for the outcome of an action (DESIGN §4)."""

PAGE_ITEMS = 1_000
"""Most items in one page of a list."""

LAG_EVENTS = 20_000
"""A worker this far behind its log is not ready: seconds of work at full load."""
