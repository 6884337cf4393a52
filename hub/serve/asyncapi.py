"""AsyncAPI 3.0 of this hub: what devices publish, what scenarios tell each other, what goes down.

It is made of the handlers alone, so that it is never out of date: a channel for each type of event
that somebody reads, a message for each payload type in which it is read. Pure.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from hub import __version__
from hub.core.declaration import Declaration
from hub.core.handler import Handler
from hub.model.command import Ack
from hub.model.device import Card
from hub.model.district import DISTRICTS
from hub.model.topic import DEVICE

Tree = dict[str, Any]
"""A part of the document."""

ENVELOPE = "application/cloudevents+json"
_REF = "#/components/schemas/{name}"


def document(declarations: Iterable[Declaration], broker: str = "") -> Tree:
    """Return the whole document; ``broker`` is host:port of the MQTT broker."""
    known = sorted(declarations, key=lambda each: each.name)
    read = [(each, handler) for each in known for handler in _reads(each)]
    types: dict[type[Any], None] = {Card: None, Ack: None}
    types |= {handler.payload: None for _, handler in read if handler.payload is not None}
    refs, schemas = msgspec.json.schema_components(types, schema_hook=_unknown, ref_template=_REF)
    schema = dict(zip(types, refs, strict=True))
    channels, messages = _own_channels(schema)
    for _, handler in read:
        message = _message_name(handler)
        messages[message] = _message(handler, schema)
        channel = channels.setdefault(handler.on, _channel(handler.on))
        channel["messages"][message] = {"$ref": f"#/components/messages/{message}"}
    return {
        "asyncapi": "3.0.0",
        "info": _info(known),
        "defaultContentType": ENVELOPE,
        "servers": _servers(broker),
        "channels": channels,
        "operations": _own_operations() | _operations(read, {each.name for each in known}),
        "components": {
            "messages": messages,
            "schemas": {name: _draft7(each) for name, each in schemas.items()},
        },
    }


def summary(declaration: Declaration) -> list[Tree]:
    """Return what a scenario reads, for `/api/scenarios`: handler, type, the schema of the data."""
    found = []
    for handler in _reads(declaration):
        data = handler.payload and msgspec.json.schema(handler.payload, schema_hook=_unknown)
        found.append({"handler": handler.name, "type": handler.on, "data": data})
    return found


def _unknown(type_: type[Any]) -> Tree:
    """Return the schema of a type that msgspec does not know: any value, with its name."""
    return {"description": type_.__name__}


def _reads(declaration: Declaration) -> list[Handler]:
    """Return the functions that take what somebody outside of the hub's own core says."""
    written = [each for each in declaration.written() if each not in declaration.timers]
    return [handler for handler in written if not handler.on.startswith("hub.")]


def _info(declarations: list[Declaration]) -> Tree:
    return {
        "title": "CityHub 城枢",
        "version": __version__,
        "description": (
            "What devices publish over MQTT and what scenarios tell each other, made of the "
            "handlers of the scenarios that run. A device's card and commands are alike for all."
        ),
        "tags": [{"name": each.name, "description": each.title_en} for each in declarations],
    }


def _servers(broker: str) -> Tree:
    return {
        "broker": {
            "host": broker or "localhost:1883",
            "protocol": "mqtt",
            "description": "MQTT 3.1.1 or 5, QoS 1: acknowledged when it is in the log",
        },
        "log": {
            "host": "hub",
            "protocol": "redis",
            "description": "the log inside the hub: derived events never leave it",
        },
    }


def _channel(type_: str) -> Tree:
    """Return the channel of a type of event: a topic of devices, or derived events in the log."""
    if not type_.startswith("city."):
        server, what = "log", f"Derived events `{type_}`, by the scenario of that name"
        return {"address": type_, "description": what, "servers": [_server(server)], "messages": {}}
    _, domain, event = type_.split(".", 2)
    return {
        "address": f"city/{{district}}/{domain}/{{device}}/{event}",
        "description": f"Readings `{type_}`, CloudEvents 1.0 in structured mode",
        "servers": [_server("broker")],
        "parameters": _parameters(),
        "messages": {},
    }


def _server(name: str) -> Tree:
    return {"$ref": f"#/servers/{name}"}


def _parameters(*more: str) -> Tree:
    told = {
        "district": {
            "enum": [each.code for each in DISTRICTS],
            "description": "where the device is registered: 6-digit code",
        },
        "device": {"description": f"the device's name: {DEVICE.pattern}"},
        "domain": {"description": "the domain of its readings: parking, gas, …"},
        "command": {"description": "the command's name, or in an answer its id"},
    }
    return {name: told[name] for name in ("district", "device", *more)}


def _message_name(handler: Handler) -> str:
    payload = "any" if handler.payload is None else handler.payload.__name__
    return f"{handler.scenario}.{handler.on}.{payload}"


def _message(handler: Handler, schema: dict[type[Any], Tree]) -> Tree:
    data: Tree = {} if handler.payload is None else schema[handler.payload]
    payload = {
        "type": "object",
        "required": ["specversion", "id", "source", "type", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {"type": "string", "description": "repeats of (source, id) are dropped"},
            "source": {"type": "string", "description": "/{domain}/{device}, as in the topic"},
            "type": {"const": handler.on},
            "time": {"type": "string", "format": "date-time", "description": "the device's word"},
            "sequence": {"type": "string", "description": "zero-padded; shows gaps"},
            "data": data,
        },
    }
    inside = not handler.on.startswith("city.")
    return {
        "name": handler.on,
        "title": f"{handler.on} as {handler.scenario} reads it",
        "contentType": "application/json" if inside else ENVELOPE,
        "payload": data or {"description": "any JSON"} if inside else payload,
        "tags": [{"name": handler.scenario}],
    }


def _operations(read: list[tuple[Declaration, Handler]], names: set[str]) -> Tree:
    """Return an operation for each handler, and one for each scenario that derives a type."""
    found: Tree = {}
    for declaration, handler in read:
        message, channel = _message_name(handler), f"#/channels/{handler.on}"
        found[f"{handler.scenario}.{handler.name}"] = {
            "action": "receive",
            "channel": {"$ref": channel},
            "title": f"{declaration.title_en}: {handler.name}",
            "messages": [{"$ref": f"{channel}/messages/{message}"}],
            "tags": [{"name": handler.scenario}],
        }
        teller = handler.on.partition(".")[0]
        if teller in names:
            sent = found.setdefault(
                f"{teller}.emit.{handler.on}",
                {
                    "action": "send",
                    "channel": {"$ref": channel},
                    "messages": [],
                    "tags": [{"name": teller}],
                },
            )
            reference = {"$ref": f"{channel}/messages/{message}"}
            if reference not in sent["messages"]:
                sent["messages"].append(reference)
    return found


def _own_channels(schema: dict[type[Any], Tree]) -> tuple[Tree, Tree]:
    """Return the channels and messages that are alike for every device."""
    base = "city/{district}/{domain}/{device}"
    command = {
        "type": "object",
        "required": ["id", "name", "expires", "data"],
        "properties": {
            "id": {"type": "string", "description": "the same when sent again: drop repeats"},
            "name": {"type": "string"},
            "expires": {"type": "string", "format": "date-time"},
            "data": {"type": "object"},
        },
    }
    rows: list[tuple[str, str, str, tuple[str, ...], Tree]] = [
        ("card", f"{base}/$device", "The device's card, retained", (), schema[Card]),
        ("status", f"{base}/$status", "Its connection: birth and will", (), _STATUS),
        ("command", f"{base}/$cmd/{{command}}", "A command for it", ("command",), command),
        ("answer", f"{base}/$ack/{{command}}", "Its answer", ("command",), schema[Ack]),
    ]
    channels = {
        f"device.{name}": {
            "address": address,
            "description": what,
            "servers": [_server("broker")],
            "parameters": _parameters("domain", *more),
            "messages": {f"device.{name}": {"$ref": f"#/components/messages/device.{name}"}},
        }
        for name, address, what, more, _ in rows
    }
    messages = {
        f"device.{name}": {
            "name": name, "title": what, "contentType": "application/json", "payload": payload,
        }
        for name, _, what, _, payload in rows
    }  # fmt: skip
    return channels, messages


_STATUS: Tree = {"enum": ["online", "offline"]}


def _own_operations() -> Tree:
    actions = {"card": "receive", "status": "receive", "command": "send", "answer": "receive"}
    found: Tree = {
        f"device.{name}": {"action": action, "channel": {"$ref": f"#/channels/device.{name}"}}
        for name, action in actions.items()
        if name != "answer"
    }
    found["device.command"]["reply"] = {"channel": {"$ref": "#/channels/device.answer"}}
    return found


def _draft7(schema: Any) -> Any:
    """Return a schema in the draft that AsyncAPI 3 speaks (7): msgspec writes 2020-12."""
    if isinstance(schema, list):
        return [_draft7(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: _draft7(value) for name, value in schema.items()}
    if "prefixItems" in found:
        found["additionalItems"] = found.pop("items", True)
        found["items"] = found.pop("prefixItems")
    return found
