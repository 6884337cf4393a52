"""The thresholds of 智慧生态, each in this place only.

[S] a standard or a government text, [P] practice, [D] our default.
"""

from enum import StrEnum

from hub.sdk import HOUR, MINUTE, Level

# -- the index ------------------------------------------------------------------------------------

IAQI = (0, 50, 100, 150, 200, 300, 400, 500)
"""[S] HJ 633-2026 table 3, its first column: the values of the index at the breakpoints."""

HOURLY: dict[str, tuple[float, ...]] = {
    "so2": (0, 150, 500, 650, 800),
    "no2": (0, 100, 200, 700, 1200, 2340, 3090, 3840),
    "co": (0, 5, 10, 35, 60, 90, 120, 150),
    "o3": (0, 160, 200, 300, 400, 800, 1000, 1200),
    "pm10": (0, 50, 120, 250, 350, 420, 500, 600),
    "pm25": (0, 35, 60, 115, 150, 250, 350, 500),
}
"""[S] table 3, 1-hour columns: µg/m³, CO mg/m³. The table has none for PM10 and PM2.5: [P] the
hourly release holds their 1-hour mean to the 24-hour column. Where a row ends, the hour has no
index (SO2 above 800)."""

DAILY: dict[str, tuple[float, ...]] = {
    "so2": (0, 50, 150, 475, 800, 1600, 2100, 2620),
    "no2": (0, 40, 80, 180, 280, 565, 750, 940),
    "co": (0, 2, 4, 14, 24, 36, 48, 60),
    "o3": (0, 100, 160, 215, 265, 800),
    "pm10": HOURLY["pm10"],
    "pm25": HOURLY["pm25"],
}
"""[S] table 3, 24-hour columns; O3: the greatest sliding 8-hour mean, no index above 800."""

PRIMARY_ABOVE = 50
"""[S] HJ 633-2026: the primary pollutant (首要污染物) is named when the AQI is above this."""


class Grade(StrEnum):
    """[S] HJ 633: 空气质量指数级别, one to six."""

    GOOD = "good"
    FAIR = "fair"
    LIGHT = "light"
    MODERATE = "moderate"
    HEAVY = "heavy"
    SEVERE = "severe"


GRADES: tuple[tuple[Grade, int], ...] = (
    (Grade.GOOD, 50),
    (Grade.FAIR, 100),
    (Grade.LIGHT, 150),
    (Grade.MODERATE, 200),
    (Grade.HEAVY, 300),
    (Grade.SEVERE, 500),
)
"""[S] HJ 633: 优, 良, 轻度, 中度, 重度, 严重污染, each with the AQI that it reaches up to."""

# -- when a mean counts ---------------------------------------------------------------------------

HOUR_SHARE = 0.75
"""[S] GB 3095-2012 table 4: an hour's mean needs 45 minutes of it. The edition of 2012 was at hand;
a later one is to be compared."""
PERIOD = 5 * MINUTE
"""[D] How often a station whose card does not say so reports."""
DAY_HOURS = 20
"""[S] ibid.: a 24-hour mean needs 20 hourly ones."""
OZONE_HOURS = 6
"""[S] ibid.: an 8-hour mean of ozone needs 6 hourly ones."""
HOURS_KEPT = 24
OZONE_SPAN = 8
"""[S] ibid.: hours of a day, and of the sliding mean of ozone."""
LATENESS = 10 * MINUTE
"""[D] An hour is closed this long after its end; what comes later is no longer in it. Well within
the hour by which the real-time release may lag, and enough for a gateway that sends again."""
SETTLED = MINUTE
"""[D] The city's hour is judged this long after its first station's: then all have told theirs."""
OUTDATED = 3 * HOUR
"""[D] The city's figure is taken off the screen when no hour was judged for so long."""
STATIONS_SHARE = 0.5
"""[D] A district's or the city's hour needs this share of its stations."""
STATIONS_MOST = 2_000
"""[D] Stations that the city counts; Shenyang has 11 of the state and some hundreds of its own."""
MOST: dict[str, float] = {
    "so2": 10_000, "no2": 10_000, "co": 1_000, "o3": 3_000, "pm10": 10_000, "pm25": 10_000,
}  # fmt: skip
"""[D] Beyond these, or below 0, it is the analyser that is broken."""

# -- alerts and links -----------------------------------------------------------------------------

ALERTS: tuple[tuple[Grade, Level], ...] = (
    (Grade.SEVERE, Level.RED),
    (Grade.HEAVY, Level.ORANGE),
    (Grade.MODERATE, Level.YELLOW),
    (Grade.LIGHT, Level.BLUE),
)
"""[D] The colour of an internal warning by the grade of the city's hour. The public warning of
重污染天气 rests on a forecast of days and is a person's."""
RETURN = 10
"""[D] A grade is left when the AQI is this much below where it begins."""
OUTLYING = frozenset({"210115", "210123", "210124", "210181"})
"""[D] Districts too far out for the city's mean to be theirs: without a station nothing is said."""
HEAVY = dict(GRADES)[Grade.MODERATE]
"""[S] HJ 633: above this AQI the air is heavily polluted (重度污染): schools and EDs are told."""
