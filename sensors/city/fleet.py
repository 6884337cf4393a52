"""All devices of a city by kind, each kind as a series, and the scene that they measure.

The scene (weather, water, traffic, departments, ambulances) is made anew for every world, so that
nothing remembers what it must not.
"""

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from hub.model.instant import MINUTE, SECOND, Duration, Instant
from sensors.city import air, fire, gas, hospital, landmark, manhole, pond, road, weather
from sensors.city.ambulance import AMBULANCES, Fleet, ambulances
from sensors.city.centre import Calls, centre
from sensors.city.device import Device, Member
from sensors.city.emergency import Emergency
from sensors.city.fault import FaultKind, Faults
from sensors.city.lot import build_lots
from sensors.city.message import Message, Occupancy
from sensors.city.noise import unit
from sensors.city.series import CHANGE_FAULTS, SENSOR_FAULTS, SYSTEM_FAULTS, Outages, Say, Series
from sensors.city.size import Size
from sensors.city.story import Quantity
from sensors.city.traffic import Traffic
from sensors.city.world import World

PERIOD: Duration = MINUTE
_CRAMMED = 0.965
"""Share of its bays to which the emptiest car park fills at a match; others fill more."""

_CRAM = 60
_LOOK: Duration = 10 * SECOND
"""How often a smoke or heat detector looks: well within the minute that tells a fire."""
BEDS = "beds"

State = Callable[[int, Instant], Struct]
Absurd = Callable[[int, int], Struct]


class Scene:
    """What there is to measure in one world."""

    def __init__(self, seed: int, devices: "Devices", world: World) -> None:
        net = road.network()
        self.weather = weather.Weather(seed, world)
        self.water = pond.Water(devices.ponds, world)
        self.traffic = Traffic(
            seed, net, world, self.weather, self.water, pond_roads=devices.pond_roads
        )
        self.fleet = Fleet(devices.ambulances, devices.homes, world, self.traffic)
        self.calls = Calls(devices.centre, self.fleet, AMBULANCES, world)
        self.emergency = Emergency(seed, devices.wards, self.weather)
        self.wards = hospital.Wards(seed, devices.wards, self.weather)
        self.gas = gas.Gas(seed, devices.detectors, world)
        self.covers = manhole.Covers(devices.covers, self.weather, world)
        self.air = air.Air(seed, devices.air, self.weather, world)


class Devices:
    """The devices of a city as they stand on the plan."""

    def __init__(self, seed: int, size: Size) -> None:
        self.lots = build_lots(seed, size.lots)
        self.gauges = tuple(weather.gauges(seed, size.gauges))
        self.stations = tuple(weather.stations(seed, size.stations))
        self.ponds = tuple(pond.ponds(seed, size.ponds))
        self.pond_roads = tuple(
            int(str(device.attributes["road"]).removeprefix("road-")) - 1 for device in self.ponds
        )
        self.roads = road.road_devices(seed)
        self.detectors = tuple(gas.detectors(seed, size.detectors))
        pairs = tuple(fire.zones(seed, size.zones))
        self.smokes = tuple(smoke for smoke, _ in pairs)
        self.heats = tuple(heat for _, heat in pairs)
        self.covers = tuple(manhole.covers(seed, size.covers))
        self.hospitals, self.wards = hospital.hospitals(seed)
        self.ambulances, self.homes = ambulances(seed, road.network())
        self.centre = centre(seed)
        self.air = tuple(air.stations(seed, size.air))
        self.landmarks = (
            *landmark.schools(seed, size.schools),
            *landmark.lifts(seed, size.lifts),
            *landmark.fire_stations(seed),
            *landmark.gas_companies(seed),
        )


class Fleets:
    """The series of all kinds, over the scene of the present world."""

    def __init__(self, seed: int, size: Size, faults: Faults) -> None:
        self._seed = seed
        self._faults = faults
        self.devices = Devices(seed, size)
        self.lots = self.devices.lots
        self.world = World()
        self.scene = Scene(seed, self.devices, self.world)
        self._turn = 0
        self.series = tuple(self._all())
        self.roads = next(series for series in self.series if series.event == "flow")

    def enter(self, world: World) -> None:
        """Go on in another world."""
        if world is not self.world:
            self.world = world
            self.scene = Scene(self._seed, self.devices, world)

    @property
    def per_second(self) -> float:
        """Readings per second of city time that are due without faults and without changes."""
        return sum(len(series.members) * SECOND / series.period for series in self._steady)

    @property
    def usual(self) -> float:
        """The same at the usual pace."""
        return sum(len(series.members) * SECOND / series.standard for series in self._steady)

    @property
    def _steady(self) -> Iterator[Series]:
        return (series for series in self.series if series.counted or series.event == BEDS)

    def members(self) -> Iterator[tuple[Sequence[Member], Duration]]:
        """Yield the devices of each kind, each once, with their period."""
        for series in self.series:
            if series.event != BEDS:  # hospitals are introduced with their departments
                yield series.members, series.period
        yield (self.devices.centre,), PERIOD
        yield self.devices.landmarks, PERIOD

    def due(self, since: Instant, until: Instant, outages: Outages) -> list[Iterator[Message]]:
        """Return the messages of [since, until), an iterator in order of time for each kind."""
        streams = [series.due(since, until, outages) for series in self.series]
        return [*streams, self.scene.calls.due(since, until, outages)]

    def _all(self) -> Iterator[Series]:
        own = self.devices
        yield self._one(own.lots, "occupancy", PERIOD, self._occupancy, absurd=self._absurd)
        yield self._one(own.gauges, "rainfall", MINUTE, self._rainfall)
        yield self._one(own.stations, "observation", 5 * MINUTE, self._observation)
        yield self._one(own.ponds, "level", MINUTE, self._level)
        yield self._one(
            own.detectors,
            "concentration",
            30 * SECOND,
            lambda i, at, _: self.scene.gas.report(i, at),
        )
        yield from self._systems()
        yield from self._on_change()
        yield self._one(own.air, "quality", 5 * MINUTE, self._quality)

    def _systems(self) -> Iterator[Series]:
        """Yield what information systems report; their clocks and numbers are right."""
        own = self.devices
        kinds: tuple[tuple[Sequence[Member], str, Duration, Say], ...] = (
            (own.roads, "flow", MINUTE, lambda i, at, _: self.scene.traffic.flow(i, at)),
            (own.hospitals, "ed", MINUTE, lambda i, at, _: self.scene.emergency.report(i, at)),
            (own.hospitals, BEDS, 5 * MINUTE, lambda i, at, _: self.scene.wards.report(i, at)),
            (own.ambulances, "position", 10 * SECOND,
             lambda i, at, _: self.scene.fleet.position(i, at)),
        )  # fmt: skip
        for members, event, period, say in kinds:
            # A device has one count; beside that of the department a second would show gaps.
            counted = event != BEDS
            yield self._one(members, event, period, say, fallible=SYSTEM_FAULTS, counted=counted)

    def _on_change(self) -> Iterator[Series]:
        """Yield what looks often and reports when what it sees is new."""
        own = self.devices
        kinds: tuple[tuple[Sequence[Device], str, Duration, State], ...] = (
            (own.smokes, "smoke", _LOOK, lambda i, at: fire.smoke(own.smokes[i].salt, at)),
            (own.heats, "heat", _LOOK, lambda i, at: fire.heat(own.heats[i].salt, at)),
            (own.covers, "cover", MINUTE, self._cover),
        )
        for members, event, period, state in kinds:
            yield self._one(
                members, event, period, _changed(members, state), fallible=CHANGE_FAULTS,
                counted=False,
            )  # fmt: skip

    def _one(
        self, members: Sequence[Member], event: str, period: Duration, say: Say, *,
        fallible: frozenset[FaultKind] = SENSOR_FAULTS, absurd: Absurd | None = None,
        counted: bool = True,
    ) -> Series:  # fmt: skip
        self._turn += 1
        return Series(
            self._seed, members, event, period, say, faults=self._faults, fallible=fallible,
            absurd=absurd, counted=counted, turn=self._turn - 1,
        )  # fmt: skip

    def _occupancy(self, index: int, at: Instant, _period: Duration) -> Occupancy:
        lot = self.lots[index]
        total, occupied = lot.course.capacity, lot.course.occupied(at)
        fills = self.world.strength(Quantity.OCCUPANCY, at, (lot.lng, lot.lat))
        if fills:
            full = round(total * (_CRAMMED + (1 - _CRAMMED) * unit(lot.salt, _CRAM)))
            occupied += round(max(0, full - occupied) * min(1.0, fills))
        return Occupancy(total, occupied, max(0, total - occupied))

    def _absurd(self, index: int, value: int) -> Occupancy:
        total = self.lots[index].course.capacity
        return Occupancy(total, total + value, -value)

    def _rainfall(self, index: int, at: Instant, period: Duration) -> weather.Precipitation:
        fallen = self.scene.weather.fallen(at, period, self.devices.gauges[index].at)
        return weather.Precipitation(round(fallen, 4))  # with --rate a report covers moments

    def _observation(self, index: int, at: Instant, _period: Duration) -> weather.Observation:
        now, point = self.scene.weather, self.devices.stations[index].at
        return weather.Observation(
            round(now.temperature(at, point), 1), round(now.humidity(at, point), 2)
        )

    def _quality(self, index: int, at: Instant, _period: Duration) -> air.Quality:
        return self.scene.air.report(index, at)

    def _cover(self, index: int, at: Instant) -> manhole.Cover:
        return self.scene.covers.report(index, at)

    def _level(self, index: int, at: Instant, _period: Duration) -> pond.Level:
        return pond.Level(round(self.scene.water.depth(index, at), 1))


def _changed(members: Sequence[Device], state: State) -> Say:
    """Return what a device says that looks every period: a new state, or any at its patrol."""

    def say(index: int, at: Instant, period: Duration) -> Struct | None:
        now = state(index, at)
        patrol = max(1, fire.PATROL // period)
        due = (at // period + members[index].salt) % patrol == 0
        return now if due or now != state(index, at - period) else None

    return say
