"""应急: each module is one kind of trouble or one link, and registers its handlers when imported.

A device is worked in its district's partition; roads, garages, 周边分析 and venues, which go across
districts, in `city`. The thresholds are in `rules`, the screen in `look`.
"""

from scenarios.emergency import (
    fire,
    garages,
    gas,
    manhole,
    places,
    ponding,
    rain,
    roads,
    surroundings,
    venue,
)
from scenarios.emergency.look import emergency

__all__ = [
    "emergency",
    "fire",
    "garages",
    "gas",
    "manhole",
    "places",
    "ponding",
    "rain",
    "roads",
    "surroundings",
    "venue",
]
