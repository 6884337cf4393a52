"""What is remembered of one hospital in its district."""

from msgspec import field

from hub.sdk import State
from scenarios.hospital.messages import At, CrowdingChanged
from scenarios.hospital.readings import EmergencyDepartment, Wards
from scenarios.hospital.rules import Beds, Crowding


class HospitalState(State):
    """A hospital: who it is, what it said last, and what was told of it.

    ``crowded`` while the last score is 拥挤 by itself, ``alerted`` once that lasted 15 minutes,
    ``icu`` while ICU beds are short. By triage level:
    ``overdue`` since when it waits too long, ``late`` when it did so last, of those that are told.
    """

    name: str = ""
    at: At | None = None
    district: str = ""
    centres: str = ""
    ed: EmergencyDepartment | None = None
    wards: Wards | None = None
    nedocs: float | None = None
    band: Crowding | None = None
    crowded: bool = False
    alerted: bool = False
    told: CrowdingChanged | None = None
    overdue: dict[int, int] = field(default_factory=dict)
    late: dict[int, int] = field(default_factory=dict)
    beds: Beds | None = None
    icu: bool = False
