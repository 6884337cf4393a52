"""What an operator may decide about an alert: 受理, 研判, 搁置, 意见. Pure functions of it."""

from collections.abc import Callable

from msgspec.structs import replace

from hub.model.action import Action, Result
from hub.model.alert import Acknowledgement, Alert, Answer, Assessment, Level, Shelving
from hub.model.instant import HOUR, MINUTE, Instant, text
from hub.model.limits import NOTES

SHELVE_MOST = 8 * HOUR
"""A shift is over by then (ISA-18.2 11.6 asks for a bound; the figure is our default)."""

Decided = tuple[Result, str, Alert]
"""What became of it, why not, and the alert after it."""


def acknowledge(alert: Alert, action: Action, now: Instant) -> Decided:
    """受理: the first one counts."""
    if alert.acknowledged is not None:
        first = alert.acknowledged
        return Result.CONFLICT, f"{first.by} acknowledged it first, at {first.at}", alert
    if alert.version != action.version:
        return Result.CONFLICT, _moved_on(alert), alert
    note = Acknowledgement(action.by, text(now), action.opinion)
    return Result.DONE, "", replace(alert, acknowledged=note)


def assess(alert: Alert, action: Action, now: Instant) -> Decided:
    """研判: judged on what was seen; a later judgement replaces an earlier one.

    Who judges an alert has taken note of it.
    """
    if action.answer not in {answer.value for answer in Answer}:
        known = ", ".join(answer.value for answer in Answer)
        return Result.REFUSED, f"answer {action.answer!r} is none of {known}", alert
    if alert.version != action.version:
        return Result.CONFLICT, _moved_on(alert), alert
    at = text(now)
    judged = Assessment(action.by, at, Answer(action.answer), action.opinion)
    note = alert.acknowledged or Acknowledgement(action.by, at, action.opinion)
    return Result.DONE, "", replace(alert, assessment=judged, acknowledged=note)


def shelve(alert: Alert, action: Action, now: Instant) -> Decided:
    """搁置: out of the way for so many minutes, with a reason; 0 minutes takes it back at once.

    Its time over, or when it becomes graver, it is in the queue as before. 红 is never shelved.
    """
    if action.minutes == 0:
        if alert.shelved is None:
            return Result.REFUSED, "it is not shelved", alert
        return Result.DONE, "", replace(alert, shelved=None)
    if alert.level is Level.RED:
        return Result.REFUSED, "a red alert cannot be shelved", alert
    if not 0 < action.minutes * MINUTE <= SHELVE_MOST:
        most = SHELVE_MOST // MINUTE
        return Result.REFUSED, f"shelved for {action.minutes} minutes: 1 to {most} can be", alert
    if alert.version != action.version:
        return Result.CONFLICT, _moved_on(alert), alert
    until = text(now + action.minutes * MINUTE)
    return (
        Result.DONE,
        "",
        replace(alert, shelved=Shelving(action.by, text(now), until, action.opinion)),
    )


def note(alert: Alert, action: Action, now: Instant) -> Decided:
    """意见: words added to the record; whatever else changed meanwhile, they stand."""
    said = Acknowledgement(action.by, text(now), action.opinion)
    return Result.DONE, "", replace(alert, notes=(*alert.notes, said)[-NOTES:])


def _moved_on(alert: Alert) -> str:
    return f"the alert is at version {alert.version} now, level {alert.level}"


DECISIONS: dict[str, Callable[[Alert, Action, Instant], Decided]] = {
    "acknowledge": acknowledge,
    "assess": assess,
    "shelve": shelve,
    "note": note,
}
