"""The address of the broker."""

import pytest

from hub.mqtt.broker import Broker
from hub.mqtt.errors import BadBrokerUrl


def test_a_broker_url_is_read_and_its_password_never_shown() -> None:
    """S8: no secret in a log, not even in the message of an error."""
    broker = Broker.parse("mqtts://hub:p%40ss@broker.example")
    assert (broker.host, broker.port, broker.tls) == ("broker.example", 8883, True)
    assert (broker.user, broker.password) == ("hub", "p@ss")
    assert "p@ss" not in repr(broker)
    assert Broker.parse("mqtt://127.0.0.1").port == 1883
    for url in ("http://x:secret@y", "mqtt://", "mqtt://u:secret@h:99999", "mqtt://[::secret"):
        with pytest.raises(BadBrokerUrl) as caught:
            Broker.parse(url)
        assert "secret" not in str(caught.value)
