"""What is remembered of one hospital in its district, and how anything is forgotten."""

from hub.sdk import State
from scenarios.hospital.messages import At, CrowdingChanged
from scenarios.hospital.readings import EmergencyDepartment, Wards
from scenarios.hospital.rules import Beds, Crowding


class HospitalState(State):
    """A hospital: who it is, what it said last, and what was told of it.

    ``crowded``, ``triage`` and ``icu`` are alerts that are raised; ``filling`` while the 15 minutes
    of 拥挤 run, ``calming`` while the waits are in order again but not yet for long enough.
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
    overdue: tuple[int, ...] = ()
    triage: bool = False
    calming: bool = False
    beds: Beds | None = None
    icu: bool = False


def forget(state: State) -> None:
    """Make a state as empty as it began: its device is gone."""
    empty = type(state)()
    for name in state.__struct_fields__:
        setattr(state, name, getattr(empty, name))
