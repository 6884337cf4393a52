"""A private mosquitto for the tests of the publisher, and a way to listen to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sensors.broker import Broker, Listener


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """A running broker on a port of its own."""
    broker = Broker(tmp_path)
    broker.start()
    yield broker
    broker.kill()


@pytest.fixture
def listener(broker: Broker) -> Iterator[Listener]:
    """A client that hears all of the city."""
    listener = Listener(broker.port)
    yield listener
    listener.close()
