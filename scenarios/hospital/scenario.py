"""好就医: emergency departments, beds, 120, and what reaches them from the rest of the city.

One noun a file; each registers its handlers on the one `Scenario` of look.py. A device is worked in
its district's partition; what goes across districts (advice, arrivals, forecast) in `city`.
"""

from scenarios.hospital import (
    air,
    ambulances,
    arrivals,
    carparks,
    demand,
    dispatch,
    diversion,
    hospitals,
    network,
)
from scenarios.hospital.look import hospital

__all__ = [
    "air",
    "ambulances",
    "arrivals",
    "carparks",
    "demand",
    "dispatch",
    "diversion",
    "hospital",
    "hospitals",
    "network",
]
