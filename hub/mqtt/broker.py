"""Where the broker is, and as whom to go there."""

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from hub.mqtt.errors import BadBrokerUrl

PORT, TLS_PORT = 1883, 8883
"""Registered with IANA for MQTT and for MQTT over TLS."""


@dataclass(frozen=True)
class Broker:
    """A parsed `CITYHUB_MQTT_URL`; its repr holds neither user nor password."""

    host: str
    port: int
    tls: bool
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str) -> "Broker":
        """Return the broker of `mqtt[s]://[user[:password]@]host[:port]`, or raise BadBrokerUrl."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise BadBrokerUrl("CITYHUB_MQTT_URL has no valid host or port") from None
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
            raise BadBrokerUrl("CITYHUB_MQTT_URL is not mqtt://host:port or mqtts://host:port")
        tls = parts.scheme == "mqtts"
        user = None if parts.username is None else unquote(parts.username)
        password = None if parts.password is None else unquote(parts.password)
        return cls(parts.hostname, port or (TLS_PORT if tls else PORT), tls, user, password)
