"""What is remembered of one hospital in its district, and how anything is forgotten."""

from msgspec import field

from hub.sdk import State
from scenarios.hospital.messages import At, CrowdingChanged
from scenarios.hospital.readings import EmergencyDepartment, Wards
from scenarios.hospital.rules import Beds, Crowding


class HospitalState(State):
    """A hospital: who it is, what it said last, and what was told of it.

    ``filling`` while the 15 minutes of 拥挤 run, ``crowded`` when they are over; ``icu`` while ICU
    beds are short. By triage level: ``overdue`` since when it waits too long, ``late`` when it did
    so last, of those that are told.
    """

    name: str = ""
    at: At | None = None
    district: str = ""
    centres: str = ""
    ed: EmergencyDepartment | None = None
    wards: Wards | None = None
    nedocs: float | None = None
    band: Crowding | None = None
    filling: bool = False
    crowded: bool = False
    told: CrowdingChanged | None = None
    overdue: dict[int, int] = field(default_factory=dict)
    late: dict[int, int] = field(default_factory=dict)
    beds: Beds | None = None
    icu: bool = False


def forget(state: State) -> None:
    """Make a state as empty as it began: its device is gone."""
    empty = type(state)()
    for name in state.__struct_fields__:
        setattr(state, name, getattr(empty, name))
