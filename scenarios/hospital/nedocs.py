"""NEDOCS, the National Emergency Department Overcrowding Score (Weiss et al. 2004)."""

from msgspec import Struct

LOWEST = 0.0
HIGHEST = 200.0
"""The score is clamped to this range."""


class Census(Struct, frozen=True):
    """What the score is made of: counts of an emergency department (急诊) at one moment.

    ``patients`` are all in the department, ``boarding`` those admitted who still wait in it,
    ``ventilated`` those on a ventilator; ``beds`` are the department's, ``hospital_beds`` all of
    the hospital's. ``longest_admit`` is the longest wait for a ward bed and ``last_bed`` the wait
    of the patient who got an ED bed last, both in hours.
    """

    patients: int
    beds: int
    boarding: int
    hospital_beds: int
    ventilated: int
    longest_admit: float
    last_bed: float


def nedocs(census: Census) -> float | None:
    """Return the score, 0 to 200, to one decimal; None when a count of beds is not above 0.

    Check value: P 35, B 40, A 8, H 300, V 3, T_adm 6 h, T_last 2 h give 128.1.
    """
    if census.beds <= 0 or census.hospital_beds <= 0:
        return None
    score = (
        -20
        + 85.8 * census.patients / census.beds
        + 600 * census.boarding / census.hospital_beds
        + 13.4 * census.ventilated
        + 0.93 * census.longest_admit
        + 5.64 * census.last_bed
    )
    return round(min(HIGHEST, max(LOWEST, score)), 1)
