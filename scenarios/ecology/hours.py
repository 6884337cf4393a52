"""小时与 24 小时: the means of a place over its last hours, and their indexes."""

from msgspec import Struct

from hub.sdk import HOUR, Instant
from scenarios.ecology.aqi import TITLES, Index, index, mean
from scenarios.ecology.rules import DAILY, DAY_HOURS, HOURLY, HOURS_KEPT, OZONE_HOURS, OZONE_SPAN


class Hour(Struct, frozen=True, array_like=True):
    """An hour that ended at ``end``: the means that are valid, by pollutant."""

    end: Instant
    means: dict[str, float]


def kept(hours: list[Hour], new: Hour) -> list[Hour]:
    """Return the hours of the last day with a new one among them, oldest first."""
    latest = max([new.end, *(hour.end for hour in hours)])
    others = [hour for hour in hours if hour.end != new.end]
    found = sorted([*others, new], key=lambda hour: hour.end)
    return [hour for hour in found if hour.end > latest - HOURS_KEPT * HOUR]


def hourly(hour: Hour) -> Index | None:
    """Return the index of an hour."""
    return index(hour.means, HOURLY)


def daily(hours: list[Hour]) -> Index | None:
    """Return the index of the 24 hours that end with the last one; at midnight it is the day's."""
    if len(hours) < DAY_HOURS:
        return None  # else the day would be that of its ozone alone
    end = hours[-1].end
    means = {
        name: mean(name, [h.means[name] for h in hours if name in h.means], least=DAY_HOURS)
        for name in TITLES
        if name != "o3"
    }
    return index({**means, "o3": _ozone(hours, end)}, DAILY)


def _ozone(hours: list[Hour], end: Instant) -> float | None:
    """Return the greatest 8-hour mean of ozone that lies within the 24 hours: one of 17."""
    known = {hour.end: hour.means["o3"] for hour in hours if "o3" in hour.means}
    found = []
    for last in range(end - (HOURS_KEPT - OZONE_SPAN) * HOUR, end + 1, HOUR):
        span = [last - back * HOUR for back in range(OZONE_SPAN)]
        value = mean("o3", [known[each] for each in span if each in known], least=OZONE_HOURS)
        if value is not None:
            found.append(value)
    return max(found, default=None)
