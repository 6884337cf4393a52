"""Counts and states only (DOMAIN §7): no field of a person, and none is carried on."""

import re
from collections.abc import Iterator
from types import ModuleType

import msgspec
import pytest

from hub.sdk import State
from scenarios.hospital import (
    ambulances,
    carparks,
    demand,
    dispatch,
    messages,
    network,
    readings,
    state,
    views,
)
from tests.scenarios.hospital.town import Town, ed

MODULES = (ambulances, carparks, demand, dispatch, messages, network, readings, state, views)
PERSONAL = re.compile(
    r"patient(?!s$)|person|phone|mobile|tel$|idcard|identity|passport|birth|^age$|gender|sex$"
    r"|address|plate|caller|diagnos|symptom|insur|record|doctor|nurse|driver",
    re.IGNORECASE,
)
"""Names of what would be about a person. `patients` is a count."""
NAMED = frozenset({
    "name",  # of a hospital, road, lot, ambulance
    "title",
})  # fmt: skip


def structs(module: ModuleType) -> Iterator[type[msgspec.Struct]]:
    """Yield the messages, states and views that a module declares."""
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, msgspec.Struct | State):
            yield value


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_no_field_is_about_a_person(module: ModuleType) -> None:
    """Walks every field of every payload, state and view."""
    found = list(structs(module))
    assert found
    for struct in found:
        for field in msgspec.structs.fields(struct):
            assert field.name in NAMED or not PERSONAL.search(field.name), (struct, field.name)


SECRETS = {
    "patientName": "甲某某",
    "idCard": "210102190001010000",
    "phone": "13800000000",
    "diagnosis": "急性心梗",
    "address": "某路1号",
}


def test_what_a_device_says_of_a_person_goes_nowhere() -> None:
    """A hospital or 120 that sends more than it should: no state, event, alert or entity has it."""
    town = Town()
    town.card("h-1", "Hospital", (123.408, 41.795), name="市一院")
    town.card("centre-120", "DispatchCentre")
    waiting = {"2": {"count": 1, "longestMinutes": 20, **SECRETS}}
    town.say("city.hospital.ed", "h-1", {**ed(60), "waiting": waiting, **SECRETS}, 1)
    call = {"call": "c-1", "answeredSeconds": 3, "lng": 123.4, "lat": 41.8, "level": 2, **SECRETS}
    town.say("city.ems.call", "centre-120", call, 2)
    turnout = {"call": "c-1", "ambulance": "amb-001", "seconds": 80, **SECRETS}
    town.say("city.ems.turnout", "centre-120", turnout, 3)
    place = {"lng": 123.4, "lat": 41.8, "speed": 40, "status": "transporting", **SECRETS}
    town.say("city.ambulance.position", "amb-001", {**place, "call": "c-1", "hospital": "h-1"}, 4)
    said = "".join(town.lines) + repr(town.entities) + town.state()
    assert town.letters == []
    assert "市一院" in said
    for secret in SECRETS.values():
        assert secret not in said
        assert repr(secret.encode())[2:-1] not in said
    for key in SECRETS:
        assert key not in said


def test_every_word_on_the_screen_is_declared() -> None:
    """An entity's data has the fields of its view and no others."""
    town = Town()
    town.say("city.hospital.ed", "h-1", {**ed(60), **SECRETS}, 1)
    data = town.entities["hospital.hospital/h-1"]["data"]
    declared = {field.name for field in msgspec.structs.fields(views.HospitalView)}
    assert set(data) == declared
