"""封路: a road with deep water is closed by command and opened again; worked in `city`.

Link 1 of DOMAIN §4 begins here: `emergency.road-closed` is what 好就医 recomputes arrivals by.
"""

from msgspec import Struct, field

from hub.sdk import MINUTE, Ack, Context, Gone, Level, State, proposal
from scenarios.emergency.look import ROAD_ALERT, ROADS, emergency
from scenarios.emergency.messages import At, PondingChanged, RoadClosed, RoadFound, RoadGone
from scenarios.emergency.rules import PONDING_CLOSED, ROAD_ANSWER
from scenarios.emergency.views import RoadView
from scenarios.emergency.words import text

_ANSWERS = {
    "sent": "已下发，待回执",
    "done": "已执行",
    "refused": "未执行",
    "unknown": "路段未登记",
}


class Reason(Struct, frozen=True):
    """The data of the commands `close` and `open`."""

    reason: str


class RoadState(State):
    """A road: its card, the points with a level on it, its closure, and what it answered.

    ``answer`` is one of _ANSWERS or empty; ``failed`` while its alert is raised.
    """

    card: RoadFound | None = None
    points: dict[str, PondingChanged] = field(default_factory=dict)
    closed: bool = False
    command: str = ""
    answer: str = ""
    failed: bool = False


@emergency.on_card("RoadSection")
def road_found(ctx: Context) -> None:
    """Tell the city of a road, so that it may be closed."""
    if ctx.card is not None:
        name = str(ctx.card.attributes.get("name") or ctx.card.name)
        found = RoadFound(ctx.key, name, ctx.card.at, ctx.district)
        ctx.emit("emergency.road-found", found)


@emergency.on("emergency.road-found")
def road_placed(ctx: Context, found: RoadFound, road: RoadState) -> None:
    """Remember a road; one that should be closed already is told now."""
    road.card = found
    if road.answer == "unknown":
        _command(ctx, road)
    _show(ctx, road)


@emergency.on_gone("RoadSection")
def road_gone(ctx: Context, _: Gone) -> None:
    """Tell the city that a road can be told nothing."""
    ctx.emit("emergency.road-gone", RoadGone(ctx.key))


@emergency.on("emergency.road-gone", key=lambda gone: gone.road)
def road_lost(ctx: Context, _: RoadGone, road: RoadState) -> None:
    """Stop telling a road that is no longer there; closed it stays, for who looks at the screen."""
    ctx.stop("unanswered")
    road.card, road.failed = None, False
    road.answer = "unknown" if road.closed else ""
    ctx.clear_alert(ROAD_ALERT, ctx.key)
    _show(ctx, road)


@emergency.on("emergency.ponding", key=lambda point: point.road or ())
def water_on_road(ctx: Context, point: PondingChanged, road: RoadState) -> None:
    """Close a road at its first point with 25 cm; open it when its last one is over."""
    road.points.pop(point.point, None)
    if point.level is not None:
        road.points[point.point] = point
    closed = any(each.level in PONDING_CLOSED for each in road.points.values())
    if closed != road.closed:
        road.closed = closed
        name, at = _who(ctx, road, point.at)
        closure = RoadClosed(ctx.key, name, at, closed, point.depth)
        ctx.emit("emergency.road-closed", closure)
        _command(ctx, road)
    _show(ctx, road)


@emergency.on_answer
def road_answered(ctx: Context, ack: Ack, road: RoadState) -> None:
    """A road did as told, or says why not. An answer to an older command says nothing."""
    if ack.id != road.command or road.answer == "done":
        return
    if ack.ok:
        ctx.stop("unanswered")
        road.answer, road.failed = "done", False
        ctx.clear_alert(ROAD_ALERT, ctx.key)
    else:
        road.answer = "refused"
        _fail(ctx, road)
    _show(ctx, road)


@emergency.timer("unanswered")
def told_again(ctx: Context, road: RoadState) -> None:
    """A road has not done as told: tell it again, and a person that it has not."""
    _fail(ctx, road)
    _command(ctx, road)
    _show(ctx, road)


def _command(ctx: Context, road: RoadState) -> None:
    if road.card is None:
        road.answer = "unknown" if road.closed else ""
        return
    road.answer = "sent"
    road.command = ctx.command(
        "close" if road.closed else "open",
        district=road.card.district,
        domain="traffic",
        device=road.card.road,
        data=Reason("道路积水" if road.closed else "积水消退"),
        expires=ROAD_ANSWER,
    )
    ctx.start("unanswered", ROAD_ANSWER)


def _fail(ctx: Context, road: RoadState) -> None:
    road.failed = True
    name, at = _who(ctx, road, None)
    what = "封闭" if road.closed else "恢复通行"
    ctx.raise_alert(
        ROAD_ALERT,
        ctx.key,
        Level.ORANGE if road.closed else Level.YELLOW,
        proposal(Level.ORANGE if road.closed else Level.YELLOW, f"{name}{what}指令未执行"),
        text=text(f"请派人现场{what}", f"指令每 {ROAD_ANSWER // MINUTE} 分钟重发一次"),
        at=at,
        district=road.card.district if road.card else None,
        entity=f"{ROADS.name}/{ctx.key}",
    )


def _who(ctx: Context, road: RoadState, at: At | None) -> tuple[str, At | None]:
    """Return a road's name and place, the point's place when the road has none."""
    if road.card is None:
        return ctx.key, at
    return road.card.name, road.card.at or at


def _show(ctx: Context, road: RoadState) -> None:
    """Show a road while it is closed or not opened yet."""
    if not road.closed and road.answer in ("", "done"):
        ctx.hide(ROADS, ctx.key)
        return
    points = sorted(road.points.values(), key=lambda point: (-point.depth, point.point))
    name, at = _who(ctx, road, points[0].at if points else None)
    silent = sum(point.silent for point in points)
    view = RoadView(
        depth=points[0].depth if points else 0.0,
        points=len(points),
        silent=silent,
        answer=_ANSWERS[road.answer],
    )
    ctx.show(
        ROADS,
        ctx.key,
        name,
        view,
        at=at,
        district=road.card.district if road.card else None,
        level="closed" if road.closed else "opening",
        quality=("points-silent",) if silent else (),
    )
