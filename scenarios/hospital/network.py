"""道路: sections in their district; in `city` the graph of all of them, with who drives on it."""

from msgspec import Struct, field

from hub.sdk import Context, Gone, State
from scenarios.hospital.look import hospital
from scenarios.hospital.messages import (
    At,
    HospitalFound,
    HospitalGone,
    RoadFlow,
    RoadFound,
    RoadGone,
    RunChanged,
    nearest,
)
from scenarios.hospital.readings import Flow
from scenarios.hospital.roads import Section, Way, quickest
from scenarios.hospital.rules import FLOW_TOLD, ROADS_MOST

GRAPH = "graph"
"""The one key under which `city` keeps the graph: a way may lead over any section."""


class RoadState(State):
    """What the city was told of a section last."""

    told: RoadFlow | None = None


class Run(Struct):
    """An ambulance under way, with what was said of its arrival.

    ``since`` is when it came to its node; ``promised`` and ``told`` are the first and the last
    arrival that was told, None before the first estimate; ``route`` the sections ahead.
    """

    said: RunChanged
    district: str
    since: int
    promised: int | None = None
    told: int | None = None
    route: tuple[str, ...] = ()
    late: bool = False
    cut_off: bool = False
    cause: str = ""


class NetworkState(State):
    """The graph, and all that moves or stands on it. ``calls`` is where help is wanted."""

    sections: dict[str, Section] = field(default_factory=dict)
    nodes: dict[str, At] = field(default_factory=dict)
    hospitals: dict[str, HospitalFound] = field(default_factory=dict)
    calls: dict[str, At] = field(default_factory=dict)
    runs: dict[str, Run] = field(default_factory=dict)

    def way(self, said: RunChanged, goal: At, *, closed: bool = False) -> Way | None:
        """Return an ambulance's quickest way to the node nearest to ``goal``; None for no way.

        It begins at the ambulance's node, or at the nearest one when the graph does not have that.
        With ``closed`` it may lead over closed sections.
        """
        begin = said.node if said.node in self.nodes else nearest(said.at, self.nodes)
        return quickest(self.sections, begin, nearest(goal, self.nodes), closed=closed)


# -- in the section's district --------------------------------------------------------------------


@hospital.on_card("RoadSection")
def road_found(ctx: Context, road: RoadState) -> None:
    """Tell the city of a section; one whose card lacks its ends or length is on no way."""
    found = _section(ctx)
    if found is not None:
        road.told = None
        ctx.emit("hospital.road-found", found)


@hospital.on("city.traffic.flow")
def road_flow(ctx: Context, flow: Flow, road: RoadState) -> None:
    """Tell the city when a section closes or opens or its speed moved by a fifth of free flow."""
    if _section(ctx) is None:
        return
    news = RoadFlow(ctx.key, flow.averageVehicleSpeed, flow.freeFlowSpeed, flow.closed)
    last = road.told
    step = FLOW_TOLD * max(news.free, 1.0)
    if last is None or last.closed != news.closed or abs(news.speed - last.speed) >= step:
        road.told = news
        ctx.emit("hospital.road-flow", news)


@hospital.on_gone("RoadSection")
def road_gone(ctx: Context, _: Gone, road: RoadState) -> None:
    """Tell the city that a section is no more."""
    road.told = None
    ctx.emit("hospital.road-gone", RoadGone(ctx.key))


def _section(ctx: Context) -> RoadFound | None:
    card = ctx.card
    if card is None:
        return None
    attributes = card.attributes
    places = [attributes.get(name) for name in ("fromLng", "fromLat", "toLng", "toLat", "length")]
    numbers = [float(place) for place in places if isinstance(place, int | float)]
    start, end = attributes.get("from"), attributes.get("to")
    if len(numbers) < len(places) or not isinstance(start, str) or not isinstance(end, str):
        return None
    from_lng, from_lat, to_lng, to_lat, length = numbers
    name = str(attributes.get("name") or card.name)
    return RoadFound(
        ctx.key, name, start, end, (from_lng, from_lat), (to_lng, to_lat), max(0.0, length)
    )


# -- the graph ------------------------------------------------------------------------------------


@hospital.on("hospital.road-found", key=lambda _: GRAPH)
def section_placed(found: RoadFound, network: NetworkState) -> None:
    """Put a section into the graph, up to the bound; what is known of its traffic stays."""
    old = network.sections.get(found.road)
    if old is None and len(network.sections) >= ROADS_MOST:
        return
    section = Section(found.name, found.start, found.end, found.length)
    if old is not None:
        section.speed, section.free = old.speed, old.free
        section.reported, section.ordered = old.reported, old.ordered
    network.sections[found.road] = section
    network.nodes[found.start] = found.start_at
    network.nodes[found.end] = found.end_at


@hospital.on("hospital.found", key=lambda _: GRAPH)
def hospital_placed(found: HospitalFound, network: NetworkState) -> None:
    """Remember where a hospital is."""
    network.hospitals[found.hospital] = found


@hospital.on("hospital.road-gone", key=lambda _: GRAPH)
def section_gone(gone: RoadGone, network: NetworkState) -> None:
    """Take a section out of the graph; who is on it is estimated anew at the next node."""
    network.sections.pop(gone.road, None)


@hospital.on("hospital.gone", key=lambda _: GRAPH)
def hospital_left(gone: HospitalGone, network: NetworkState) -> None:
    """Forget where a hospital was."""
    network.hospitals.pop(gone.hospital, None)
