"""到达时间: when ambulances under way arrive; whoever waits is told when it gets later.

An arrival is estimated when a run begins, when it reaches a node, and when a section on its way
closes or slows down. What opens or speeds up is looked at for those who are late.
"""

from msgspec import Struct

from hub.sdk import MINUTE, Context, Level
from scenarios.hospital.ambulances import TO_CALL, TO_HOSPITAL, UNDER_WAY
from scenarios.hospital.look import ARRIVALS, HOSPITALS, LATE, hospital
from scenarios.hospital.messages import (
    Arrival,
    At,
    CallTaken,
    HospitalFound,
    RoadClosed,
    RoadFlow,
    RunChanged,
)
from scenarios.hospital.network import GRAPH, NetworkState, Run
from scenarios.hospital.roads import Section
from scenarios.hospital.rules import LATER, LATER_NO_MORE, RUNS_MOST, WAITING_MOST
from scenarios.hospital.views import ArrivalView

SLOW = {TO_CALL: "出车或途中缓慢", TO_HOSPITAL: "途中缓行"}
"""The cause when no section has changed: the ambulance is slower than its way, or left late."""


class Goal(Struct, frozen=True):
    """Where an ambulance goes: a hospital, or a call when ``hospital`` is None."""

    name: str
    at: At
    hospital: HospitalFound | None = None


@hospital.on("hospital.call", key=lambda _: GRAPH)
def call_placed(call: CallTaken, network: NetworkState) -> None:
    """Remember where help is wanted; the oldest calls are forgotten."""
    network.calls[call.call] = call.at
    while len(network.calls) > WAITING_MOST:
        del network.calls[next(iter(network.calls))]


@hospital.on("hospital.run", key=lambda _: GRAPH)
def run_changed(ctx: Context, said: RunChanged, network: NetworkState) -> None:
    """Begin, follow or end a run."""
    run = network.runs.get(said.ambulance)
    if run is not None and _purpose(run.said) != _purpose(said):
        _end(ctx, network, run)
        run = None
    if said.status not in UNDER_WAY:
        return
    if run is None:
        if len(network.runs) >= RUNS_MOST:
            return
        run = network.runs[said.ambulance] = Run(said, ctx.district, ctx.now)
    run.said, run.since = said, ctx.now
    _estimate(ctx, network, run, SLOW[said.status])


@hospital.on("hospital.road-flow", key=lambda _: GRAPH)
def road_changed(ctx: Context, flow: RoadFlow, network: NetworkState) -> None:
    """Take a section's traffic into the graph; look again at the runs that it concerns."""
    section = network.sections.get(flow.road)
    if section is None:
        return
    before = _cost(section)
    section.speed, section.free, section.reported = flow.speed, flow.free, flow.closed
    _look_again(ctx, network, flow.road, before)


@hospital.on("emergency.road-closed", key=lambda _: GRAPH)
def road_closed(ctx: Context, order: RoadClosed, network: NetworkState) -> None:
    """应急 closes or reopens a road: no way leads over it, before it reports so itself."""
    section = network.sections.get(order.road)
    if section is None:
        return
    before = _cost(section)
    section.ordered = order.closed
    _look_again(ctx, network, order.road, before)


def _cost(section: Section) -> tuple[bool, int]:
    return section.closed, section.duration


def _look_again(ctx: Context, network: NetworkState, road: str, before: tuple[bool, int]) -> None:
    section = network.sections[road]
    after = _cost(section)
    if after == before:
        return
    for _, run in sorted(network.runs.items()):
        if after > before and road in run.route:
            _estimate(ctx, network, run, _cause(section))
        elif after < before and (run.late or run.cut_off):
            _estimate(ctx, network, run, SLOW[run.said.status])


def _cause(section: Section) -> str:
    if section.closed:
        return f"{section.name}封闭"
    return f"{section.name}{'拥堵' if section.congested else '缓行'}"


def _purpose(said: RunChanged) -> tuple[str, str, str]:
    return said.status, said.call, said.hospital


def _goal(network: NetworkState, said: RunChanged) -> Goal | None:
    """Return where an ambulance goes; None when that is not known yet."""
    if said.status == TO_HOSPITAL:
        found = network.hospitals.get(said.hospital)
        return None if found is None else Goal(found.name, found.at, found)
    at = network.calls.get(said.call)
    return None if at is None else Goal("现场", at)


def _estimate(ctx: Context, network: NetworkState, run: Run, cause: str) -> None:
    """Estimate an arrival anew; tell when it is later by three minutes, or cut off."""
    goal = _goal(network, run.said)
    if goal is None:
        return
    way = network.way(run.said, goal.at)
    if way is not None:
        run.route = way.sections
        # As if it had been at its node when it was said to be nearest: never too pessimistic.
        arrival = max(ctx.now, run.since + way.duration)
        _settle(ctx, run, goal, arrival, cause)
        _show(ctx, run, goal, arrival)
    elif not run.cut_off and network.way(run.said, goal.at, closed=True) is not None:
        _cut_off(ctx, run, goal, cause)
        _show(ctx, run, goal, None)


def _settle(ctx: Context, run: Run, goal: Goal, arrival: int, cause: str) -> None:
    """Keep the first estimate as the promise; tell what is later, take back what is not."""
    if run.promised is None or run.told is None:
        run.promised = run.told = arrival
    late, was, cut_off = arrival - run.promised, run.told, run.cut_off
    if (run.late or cut_off) and late < LATER_NO_MORE:
        run.late, run.cut_off, run.cause, run.told = False, False, "", run.promised
        ctx.clear_alert(LATE, run.said.ambulance)
    elif cut_off or arrival - was >= LATER:
        run.late, run.cut_off, run.cause, run.told = True, False, cause, arrival
        minutes = _minutes(arrival - ctx.now)
        _emit(ctx, run, minutes, _minutes(was - ctx.now))
        said = f"预计 {minutes:.0f} 分钟后到达{goal.name}，比原预计晚 {_minutes(late):.0f} 分钟"
        title = f"{run.said.name}将晚到{goal.name}"
        _alert(ctx, run, goal, Level.YELLOW, title=title, text=f"{said}；原因：{cause}")


def _cut_off(ctx: Context, run: Run, goal: Goal, cause: str) -> None:
    """No way is open any more: say so, without a figure."""
    run.cut_off, run.cause = True, cause
    _emit(ctx, run, None, None)
    text = f"通往{goal.name}的道路均已封闭，暂无法估计到达时间；原因：{cause}"
    _alert(ctx, run, goal, Level.ORANGE, title=f"{run.said.name}无路可通", text=text)


def _emit(ctx: Context, run: Run, minutes: float | None, was: float | None) -> None:
    said = run.said
    to = said.hospital if said.status == TO_HOSPITAL else ""
    ctx.emit("hospital.eta", Arrival(said.call, said.ambulance, to, minutes, was, run.cause))


def _alert(ctx: Context, run: Run, goal: Goal, level: Level, *, title: str, text: str) -> None:
    """Tell the hospital, on its entity and in its district; else 120, where the ambulance is."""
    to = goal.hospital
    ctx.raise_alert(
        LATE,
        run.said.ambulance,
        level,
        title,
        text=text,
        at=run.said.at if to is None else to.at,
        district=run.district if to is None else to.district,
        entity=None if to is None else f"{HOSPITALS.name}/{to.hospital}",
    )


def _show(ctx: Context, run: Run, goal: Goal, arrival: int | None) -> None:
    late = 0 if arrival is None or run.promised is None else max(0, arrival - run.promised)
    view = ArrivalView(
        minutes=None if arrival is None else _minutes(arrival - ctx.now),
        late=_minutes(late),
        to=goal.name,
        call=run.said.call,
        cause=run.cause,
    )
    level = "cut-off" if run.cut_off else "late" if run.late else "on-time"
    said = run.said
    ctx.show(ARRIVALS, said.ambulance, said.name, view, district=run.district, level=level)


def _end(ctx: Context, network: NetworkState, run: Run) -> None:
    del network.runs[run.said.ambulance]
    ctx.clear_alert(LATE, run.said.ambulance)
    ctx.hide(ARRIVALS, run.said.ambulance)


def _minutes(duration: int) -> float:
    return round(duration / MINUTE, 1)
