"""好停车: a lot's level, the saturation of a 商圈, and signs that guide to lots with room.

A lot is worked in its district's partition (`lots`); what goes across districts in `city`
(`areas`, `guidance`). The thresholds are in `rules`, the screen in `look`.
"""

from scenarios.parking import areas, guidance, lots
from scenarios.parking.look import parking

__all__ = ["areas", "guidance", "lots", "parking"]
