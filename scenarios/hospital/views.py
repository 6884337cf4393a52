"""What of 好就医 is on the screen. Shares are 0 to 1; None is what nobody has said yet."""

from msgspec import Struct


class HospitalView(Struct, frozen=True):
    """A hospital: its emergency department and its wards."""

    nedocs: float | None = None
    patients: int | None = None
    edBeds: int | None = None  # noqa: N815 named as on the wire
    boarding: int | None = None
    waiting: int | None = None
    overdue: str = ""
    bedOccupancy: float | None = None  # noqa: N815 named as on the wire
    bedState: str = ""  # noqa: N815 named as on the wire
    icuFree: int | None = None  # noqa: N815 named as on the wire
    centres: str = ""


class AmbulanceView(Struct, frozen=True):
    """An ambulance."""

    speed: float
    call: str
    hospital: str


class DispatchView(Struct, frozen=True):
    """The dispatch centre of 120 over the last hour; percentages are 0 to 100."""

    waiting: int
    answered: float | None
    turnout: float | None
    calls: int
    turnouts: int


class ArrivalView(Struct, frozen=True):
    """When an ambulance arrives: minutes from the last change, and by how many it is late."""

    minutes: float | None
    late: float
    to: str
    call: str
    cause: str


class ParkView(Struct, frozen=True):
    """The car parks of a hospital."""

    full: str
    room: str


class DemandView(Struct, frozen=True):
    """What cold adds to the emergency visits of the next 24 hours."""

    extra: float
    temperature: float
    stations: int
