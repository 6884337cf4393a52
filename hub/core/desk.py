"""The desk (值班台): one alert per identity and occurrence, and what operators do with it.

Identity is (scenario, kind, place). A raise after a clear is a new occurrence linked to the last;
a level that rises after it was acknowledged alarms again; a cleared but unacknowledged alert stays.
"""

from collections.abc import Callable

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from hub.core.decisions import DECISIONS
from hub.core.ring import Ring
from hub.core.store import Records, Store
from hub.model.action import Action, Outcome, Result
from hub.model.alert import Acknowledgement, Alert, Signal
from hub.model.instant import Instant, text
from hub.model.limits import ALERTS_CLOSED, OUTCOMES, SAID_CHARACTERS, UNATTENDED

_json = msgspec.json.Encoder().encode


class _File(Struct):
    """What is kept of an identity for good: its occurrences so far and the newest alert's id."""

    occurrences: int = 0
    newest: str = ""


class Desk:
    """All alerts of the city. ``tell`` is called with every alert that changed."""

    def __init__(self, store: Store, tell: Callable[[Alert, bytes], None]) -> None:
        self._store = store
        self._tell = tell
        self._files = Records(store, "desk", _File)
        self._decode = msgspec.json.Decoder(Alert).decode
        self._closed = Ring(store, "closed")
        self._outcomes = Ring(store, "outcomes")

    def signal(self, signal: Signal, now: Instant) -> None:
        """Raise, change or clear the alert of an identity."""
        file = self._files.get(signal.identity) or _File()
        alert = self._alert(file.newest)
        if alert is not None and alert.cleared is None:
            changed = self._cleared(alert, now) if not signal.active else _moved(alert, signal, now)
            if changed != alert:
                self._keep(changed)
        elif signal.active:
            file.occurrences += 1
            raised = _raised(signal, file, now)
            file.newest = raised.id
            self._files.put(signal.identity, file)
            self._keep(raised)
            self._supersede(f"{signal.identity}#{file.occurrences - UNATTENDED}", raised, now)

    def _supersede(self, id_: str, by: Alert, now: Instant) -> None:
        """Close an old occurrence that came and went unattended: the newer ones stand for it."""
        old = self._alert(id_)
        if old is None or old.cleared is None or old.closed:
            return
        note = Acknowledgement("hub", text(now), f"由 {by.id} 代替")
        self._keep(replace(old, acknowledged=note, version=old.version + 1, updated=text(now)))

    def act(
        self, action: Action, now: Instant, other: Callable[[Action, Instant], Outcome | None]
    ) -> Outcome:
        """Carry out an operator's action, or say why not. The same key gets the same outcome.

        ``other`` decides on what is no alert's affair.
        """
        stored = self._store.get("outcomes", action.key)
        if stored is not None:
            return msgspec.json.decode(stored, type=Outcome)
        outcome = other(action, now) or self._decide(action, now)
        self._store.put("outcomes", action.key, _json(outcome))
        for oldest in self._outcomes.add(action.key, OUTCOMES):
            self._store.delete("outcomes", oldest)
        return outcome

    def _decide(self, action: Action, now: Instant) -> Outcome:
        alert = self._alert(action.target)
        decide = DECISIONS.get(action.action)
        opinion, by = action.opinion.strip(), action.by.strip()
        if decide is None:
            return Outcome(action.key, Result.REFUSED, f"unknown action {action.action!r}")
        if alert is None:
            return Outcome(action.key, Result.REFUSED, f"no alert {action.target!r}")
        if not opinion or not by:
            return Outcome(action.key, Result.REFUSED, "an action needs a name and an 意见", alert)
        said = replace(action, by=by[:SAID_CHARACTERS], opinion=opinion[:SAID_CHARACTERS])
        result, reason, decided = decide(alert, said, now)
        if result is not Result.DONE:
            return Outcome(action.key, result, reason, alert)
        done = replace(decided, version=alert.version + 1, updated=text(now))
        self._keep(done)
        return Outcome(action.key, Result.DONE, alert=done)

    def _cleared(self, alert: Alert, now: Instant) -> Alert:
        at = text(now)
        return replace(alert, cleared=at, updated=at, version=alert.version + 1)

    def _alert(self, id_: str) -> Alert | None:
        raw = self._store.get("alerts", id_)
        return None if raw is None else self._decode(raw)

    def _keep(self, alert: Alert) -> None:
        raw = _json(alert)
        self._store.put("alerts", alert.id, raw)
        self._tell(alert, raw)
        if alert.closed:
            for oldest in self._closed.add(alert.id, ALERTS_CLOSED):
                self._store.delete("alerts", oldest)


def _raised(signal: Signal, file: _File, now: Instant) -> Alert:
    return Alert(
        id=f"{signal.identity}#{file.occurrences}",
        scenario=signal.scenario,
        kind=signal.kind,
        kind_title=signal.kind_title,
        place=signal.place,
        occurrence=file.occurrences,
        previous=file.newest or None,
        level=signal.level,
        title=signal.title,
        text=signal.text,
        at=signal.at,
        district=signal.district,
        entity=signal.entity,
        raised=text(now),
        updated=text(now),
        exercise=signal.exercise,
    )


def _moved(alert: Alert, signal: Signal, now: Instant) -> Alert:
    """Return the alert with the signal's words; the level changes its version."""
    same = (alert.level, alert.title, alert.text) == (signal.level, signal.title, signal.text)
    if same:
        return alert
    moved = replace(
        alert, level=signal.level, title=signal.title, text=signal.text, updated=text(now)
    )
    if signal.level == alert.level:
        return moved
    worse = signal.level.rank < alert.level.rank
    if worse:  # what was judged and noted was the lesser trouble
        moved = replace(moved, acknowledged=None, assessment=None, shelved=None)
    return replace(moved, version=alert.version + 1)
