"""Golden files: one line of JSON an output, and where a run leaves them.

A line tells when, by what, and what came of it. Positions and command ids are left out: they move
with every event that is added to a feed, and a reader learns nothing from them.
"""

import os
from pathlib import Path
from typing import Any

import msgspec

from hub.model.alert import Alert
from hub.model.event import Event
from hub.model.instant import text
from hub.model.letter import DeadLetter
from hub.model.output import Answer, Downlink, Forward, Incident, Job, Letter, Shown
from hub.sdk.testing.errors import NotGolden
from hub.sdk.testing.seen import Record

SWITCH = "CITYHUB_GOLDEN"
"""The environment variable; `write` writes golden files anew instead of comparing."""
AROUND = 2
"""Lines shown before the first difference."""


def lines(records: list[Record]) -> list[tuple[str, Record]]:
    """Return the golden line of each record; a forward is told by the event it carries."""
    return [(_line(each), each) for each in records if not isinstance(each.output, Forward)]


def compare(file: Path, found: list[tuple[str, Record]]) -> None:
    """Compare with a golden file, or write it when CITYHUB_GOLDEN=write.

    Raises NotGolden, which shows the first difference and the event that caused it.
    """
    if os.environ.get(SWITCH) == "write":
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(f"{line}\n" for line, _ in found), "utf-8")
        return
    if not file.is_file():
        raise NotGolden(f"{file} is not there; {SWITCH}=write writes it: then read it")
    expected = file.read_text("utf-8").splitlines()
    if [line for line, _ in found] != expected:
        raise NotGolden(f"{file}: {divergence(expected, found)}")


def divergence(expected: list[str], found: list[tuple[str, Record]]) -> str:
    """Return where ``found`` leaves ``expected`` first, and by which event."""
    index = next(
        (
            i
            for i, (want, (have, _)) in enumerate(zip(expected, found, strict=False))
            if want != have
        ),
        min(len(expected), len(found)),
    )
    if index < len(found):
        by = " ← ".join(str(cause) for cause in reversed(found[index][1].causes))
    elif found:
        by = f"nothing came after {found[-1][1].causes[0]}"
    else:
        by = "nothing came at all"
    shown = [f"  {line}" for line in expected[max(0, index - AROUND) : index]]
    shown.append(f"- {expected[index]}" if index < len(expected) else "- (nothing more)")
    shown.append(f"+ {found[index][0]}" if index < len(found) else "+ (nothing more)")
    head = (
        f"line {index + 1} is the first that differs ({len(expected)} expected, {len(found)} came)"
    )
    hint = f"if it is meant: {SWITCH}=write, and read the difference"
    return "\n".join([head, f"caused by {by}", *shown, hint])


def _line(record: Record) -> str:
    cause = record.causes[0]
    by = f"{cause.what} {cause.about}".rstrip()
    return msgspec.json.encode({"at": text(record.time), "by": by, **_told(record)}).decode()


def _told(record: Record) -> dict[str, Any]:  # noqa: PLR0911 one row for each kind of output
    match record.output:
        case Incident(json=raw):
            return _alert(msgspec.json.decode(raw, type=Alert))
        case Shown(id=id_, json=None):
            return {"hide": id_}
        case Shown(id=id_, json=raw):
            return {"show": id_, **_entity(msgspec.json.decode(raw or b"{}"))}
        case Downlink(json=raw, topic=topic):
            wire = msgspec.json.decode(raw)
            return {"command": topic, "expires": wire["expires"], "data": wire["data"]}
        case Job(action=action, json=raw):
            return {"do": action, "data": msgspec.json.decode(raw)}
        case Letter(json=raw):
            dead = msgspec.json.decode(raw, type=DeadLetter)
            why = dead.detail.partition("\n")[0]
            return {"letter": dead.reason, "topic": dead.topic, "handler": dead.handler, "why": why}
        case Answer(json=raw):
            return {"answer": msgspec.json.decode(raw)}
        case Event() as event:
            data = msgspec.json.decode(event.data)
            return {"event": event.type, "about": event.subject, "data": data}
        case other:
            return {type(other).__name__.lower(): msgspec.to_builtins(other)}


def _alert(alert: Alert) -> dict[str, Any]:
    told: dict[str, Any] = {"alert": alert.id, "level": alert.level}
    told |= {"title": alert.title, "text": alert.text}
    if alert.cleared:
        told["cleared"] = True
    if alert.acknowledged:
        told["acknowledged"] = alert.acknowledged.by
    if alert.assessment:
        told["assessed"] = alert.assessment.answer
    return told


def _entity(entity: dict[str, Any]) -> dict[str, Any]:
    told = {name: entity[name] for name in ("level", "title") if entity[name] is not None}
    told |= {name: True for name in ("stale",) if entity[name]}
    told |= {name: entity[name] for name in ("quality",) if entity[name]}
    return {**told, "data": entity["data"]}
