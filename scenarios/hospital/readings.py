"""What the devices of 好就医 say. Counts, states and call ids only: never a patient."""

from msgspec import Struct, field

from hub.sdk import Payload


class Wait(Struct, frozen=True):
    """Those of one triage level who wait: how many, and the longest wait in minutes."""

    count: int = 0
    longestMinutes: float = 0  # noqa: N815 the wire's name


class EmergencyDepartment(Payload, frozen=True):
    """`city.hospital.ed`: the inputs of NEDOCS, and the waits by triage level "1" to "4".

    ``boarding`` are admitted and still in the department; the last two are hours.
    """

    patients: int
    beds: int
    boarding: int
    hospitalBeds: int  # noqa: N815 the wire's name
    ventilated: int
    longestAdmitHours: float  # noqa: N815 the wire's name
    lastBedHours: float  # noqa: N815 the wire's name
    waiting: dict[str, Wait] = field(default_factory=dict)


class Wards(Payload, frozen=True):
    """`city.hospital.beds`: beds of the wards and of the ICU."""

    beds: int
    occupied: int
    icuBeds: int  # noqa: N815 the wire's name
    icuOccupied: int  # noqa: N815 the wire's name


class AmbulancePosition(Payload, frozen=True):
    """`city.ambulance.position`: where an ambulance is, km/h, what it does, and for which call.

    ``hospital`` is the device id of where it goes or stands, ``node`` the nearest node of the road
    graph; each may be empty.
    """

    lng: float
    lat: float
    speed: float
    status: str
    call: str = ""
    hospital: str = ""
    node: str = ""


class Call(Payload, frozen=True):
    """`city.ems.call`: a call to 120, answered after so many seconds; ``level`` of triage."""

    call: str
    answeredSeconds: float  # noqa: N815 the wire's name
    lng: float
    lat: float
    level: int


class Turnout(Payload, frozen=True):
    """`city.ems.turnout`: seconds from the dispatch of an ambulance until its wheels rolled."""

    call: str
    ambulance: str
    seconds: float


class Observation(Payload, frozen=True):
    """`city.weather.observation`: ℃, and relative humidity 0 to 1."""

    temperature: float
    relativeHumidity: float | None = None  # noqa: N815 FIWARE's name


class Flow(Payload, frozen=True):
    """`city.traffic.flow`: a road section's speeds in km/h, and whether it is closed."""

    averageVehicleSpeed: float  # noqa: N815 FIWARE's name
    freeFlowSpeed: float  # noqa: N815 the wire's name
    closed: bool = False
