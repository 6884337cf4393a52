"""救护车: where ambulances are and what they do, worked in their district."""

from hub.sdk import Context, Gone, Silence, State
from scenarios.hospital.look import AMBULANCES, hospital
from scenarios.hospital.messages import RunChanged
from scenarios.hospital.readings import AmbulancePosition
from scenarios.hospital.views import AmbulanceView

STATUSES = frozenset(level.name for level in AMBULANCES.levels)
TO_CALL, TO_HOSPITAL = "dispatched", "transporting"
UNDER_WAY = (TO_CALL, TO_HOSPITAL)
"""Statuses in which somebody waits for it."""


class AmbulanceState(State):
    """What the city was told of an ambulance last."""

    told: RunChanged | None = None


@hospital.on("city.ambulance.position")
def position(ctx: Context, said: AmbulancePosition, state: AmbulanceState) -> None:
    """Move an ambulance on the map; tell the city of a run when it changes or reaches a node."""
    at = (said.lng, said.lat)
    name = ctx.card.name if ctx.card else ctx.key
    known = said.status in STATUSES
    ctx.show(
        AMBULANCES,
        ctx.key,
        name,
        AmbulanceView(said.speed, said.call, said.hospital),
        at=at,
        level=said.status if known else None,
        quality=() if known else ("unknown-status",),
    )
    _tell(
        ctx,
        state,
        RunChanged(ctx.key, name, at, said.status, said.call, said.hospital, said.node),
    )


@hospital.on_stale("Ambulance")
def ambulance_silent(ctx: Context, _: Silence, state: AmbulanceState) -> None:
    """Nothing is promised of an ambulance that nobody hears: its run ends until it is heard."""
    _end(ctx, state)


@hospital.on_gone("Ambulance")
def ambulance_gone(ctx: Context, _: Gone, state: AmbulanceState) -> None:
    """An ambulance whose card was withdrawn is on no run."""
    _end(ctx, state)


def _end(ctx: Context, state: AmbulanceState) -> None:
    last = state.told
    if last is not None:
        _tell(ctx, state, RunChanged(last.ambulance, last.name, last.at, "", "", "", ""))


def _tell(ctx: Context, state: AmbulanceState, run: RunChanged) -> None:
    last = state.told
    if last is None or last.status not in UNDER_WAY:
        changed = run.status in UNDER_WAY
    else:
        changed = _key(run) != _key(last)
    if changed:
        state.told = run
        ctx.emit("hospital.run", run)


def _key(run: RunChanged) -> tuple[str, str, str, str]:
    return run.status, run.call, run.hospital, run.node
