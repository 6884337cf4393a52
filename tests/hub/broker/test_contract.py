"""What the hub needs of a broker, asked of every kind that this machine has."""

import socket

import psutil
import pytest

from tests.hub.broker.conftest import HOST, PATIENCE, Client, RunningBroker, eventually

pytestmark = pytest.mark.contract

READING = "city/210102/parking/lot-0012/occupancy"
CARD = "city/210102/parking/lot-0012/$device"
STATUS = "city/210102/gateway/gw-1/$status"
BIG = "city/210102/parking/lot-0012/big"


def test_it_listens_on_loopback_alone(broker: RunningBroker) -> None:
    """Nobody beyond this machine can connect."""
    rows = psutil.Process(broker.process.pid).net_connections(kind="inet")
    assert {c.laddr.ip for c in rows if c.status == psutil.CONN_LISTEN} == {HOST}


def test_a_card_is_retained(broker: RunningBroker) -> None:
    """A hub that comes later gets the card; `city/#` matches a last level that starts with `$`."""
    device = Client(broker.port, "device")
    device.publish(CARD, b"card", retain=True)
    hub = Client(broker.port, "hub")
    hub.subscribe("city/#")
    message = hub.take(CARD)
    assert message is not None
    assert (message.payload, message.retain) == (b"card", True)
    device.leave()
    hub.leave()


def test_the_will_tells_of_a_lost_gateway(broker: RunningBroker) -> None:
    """A broken connection publishes the will, retained."""
    hub = Client(broker.port, "hub")
    hub.subscribe("city/#")
    Client(broker.port, "gw-1", will=(STATUS, b"offline")).cut()
    message = hub.take(STATUS)
    assert message is not None
    assert message.payload == b"offline"
    late = Client(broker.port, "late")
    late.subscribe(STATUS)
    assert late.take(STATUS) is not None
    hub.leave()
    late.leave()


@pytest.mark.parametrize("killed", [False, True], ids=["hub away", "broker killed"])
def test_a_session_keeps_what_comes_meanwhile(broker: RunningBroker, *, killed: bool) -> None:
    """An acknowledged reading waits for an absent hub; once saved, it outlives a kill -9 too."""
    hub = Client(broker.port, "hub-city", clean=False)
    hub.subscribe("city/#")
    hub.leave()
    device = Client(broker.port, "device")
    device.publish(CARD, b"the card", retain=True)
    device.publish(READING, b"kept while away")
    device.leave()
    if killed:
        folder = broker.plan.data_dir
        assert eventually(
            lambda: any(b"kept while away" in p.read_bytes() for p in folder.glob("*.[dv][b8]"))
        )
        broker.kill()
        broker.start()
    hub = Client(broker.port, "hub-city", clean=False)
    message = hub.take(READING)
    assert message is not None
    assert (message.payload, message.retain) == (b"kept while away", False)
    late = Client(broker.port, "late")
    late.subscribe("city/#")
    assert late.take(CARD) is not None
    hub.leave()
    late.leave()


def test_messages_of_one_device_keep_their_order(broker: RunningBroker) -> None:
    """The queue of an absent hub is delivered first in, first out, each message once."""
    hub = Client(broker.port, "hub-city", clean=False)
    hub.subscribe("city/#")
    hub.leave()
    device = Client(broker.port, "device")
    for n in range(300):
        device.publish(READING, b"%d" % n)
    hub = Client(broker.port, "hub-city", clean=False)
    got = [hub.messages.get(timeout=PATIENCE).payload for _ in range(300)]
    assert got == [b"%d" % n for n in range(300)]
    device.leave()
    hub.leave()


def test_two_megabytes_reach_the_hub(broker: RunningBroker) -> None:
    """A message too large for the hub is the hub's to refuse."""
    hub = Client(broker.port, "hub")
    hub.subscribe("city/#")
    device = Client(broker.port, "device")
    device.publish(BIG, b"x" * 2_000_000)
    message = hub.take(BIG)
    assert message is not None
    assert len(message.payload) == 2_000_000
    device.leave()
    hub.leave()


def test_above_four_mebibytes_the_sender_is_cut_off(broker: RunningBroker) -> None:
    """A refusal is visible to the sender, and nobody else notices."""
    hub = Client(broker.port, "hub")
    hub.subscribe("city/#")
    device = Client(broker.port, "device")
    device.paho.publish(BIG, b"x" * (5 * 1024 * 1024), 1)
    assert eventually(lambda: not device.paho.is_connected())
    device.paho.loop_stop()
    other = Client(broker.port, "other")
    other.publish(READING, b"after")
    message = hub.messages.get(timeout=PATIENCE)
    assert (message.topic, message.payload) == (READING, b"after")
    other.leave()
    hub.leave()


def test_a_topic_that_is_not_utf8_is_not_passed_on(broker: RunningBroker) -> None:
    """MQTT 3.1.1, 1.5.3-1: the sender's connection is closed."""
    hub = Client(broker.port, "hub")
    hub.subscribe("city/#")
    with socket.create_connection((HOST, broker.port), timeout=PATIENCE) as raw:
        raw.sendall(b"\x10\x0f\x00\x04MQTT\x04\x02\x00\x00\x00\x03bad")
        assert raw.recv(4)[0] == 0x20
        raw.sendall(b"\x30\x0a\x00\x07city/\xff\xfex")
        assert raw.recv(4) == b""
    device = Client(broker.port, "device")
    device.publish(READING, b"after")
    assert hub.messages.get(timeout=PATIENCE).payload == b"after"
    device.leave()
    hub.leave()


def test_sigterm_ends_it_cleanly(broker: RunningBroker) -> None:
    """A planned stop succeeds and keeps the cards."""
    device = Client(broker.port, "device")
    device.publish(CARD, b"card", retain=True)
    assert broker.stop() == 0
    device.paho.loop_stop()
    broker.start()
    hub = Client(broker.port, "hub")
    hub.subscribe(CARD)
    assert hub.take(CARD) is not None
    hub.leave()
