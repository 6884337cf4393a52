"""What can go wrong at the web edge.

ServeError
├── PortTaken        somebody else listens on the port
├── NoCredentials    beyond loopback nothing starts without an access token
└── BadSubscription  a client asked for a view that does not exist
ConnectionOver
├── Gone             the client is away
└── Stuck            the client takes nothing more
"""


class ServeError(Exception):
    """The root of what a person can mend."""


class PortTaken(ServeError):
    """``port`` at ``bind`` is in use; the message names the setting."""

    def __init__(self, bind: str, port: int) -> None:
        super().__init__(
            f"{bind}:{port} is in use by another program; set CITYHUB_HTTP_PORT to a free port"
        )
        self.bind = bind
        self.port = port


class NoCredentials(ServeError):
    """``bind`` is reachable by others and there is no access token."""

    def __init__(self, bind: str) -> None:
        super().__init__(
            f"CITYHUB_BIND is {bind}, which others can reach, and CITYHUB_ACCESS_TOKEN is empty: "
            "set a token, or bind to 127.0.0.1"
        )
        self.bind = bind


class BadSubscription(ServeError):
    """A layer, district or window that is none; the message says which."""


class ConnectionOver(Exception):
    """The root of how a websocket ends under its writer."""


class Gone(ConnectionOver):
    """The client closed, or the network did."""


class Stuck(ConnectionOver):
    """No byte left for the client in ``seconds``."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no progress in {seconds} s")
        self.seconds = seconds
