"""The thresholds of 应急, each in this place only.

[S] a standard or a government text, [P] practice, [D] our default. What an alert proposes is a
warning colour (建议等级); response levels and 对外发布 are a person's.
"""

from hub.sdk import HOUR, MINUTE, SECOND, Level

# -- 暴雨 -----------------------------------------------------------------------------------------

RAIN: tuple[tuple[Level, int, float], ...] = (
    (Level.RED, 3 * HOUR, 100.0),
    (Level.ORANGE, 3 * HOUR, 50.0),
    (Level.YELLOW, 6 * HOUR, 50.0),
    (Level.BLUE, 12 * HOUR, 50.0),
)
"""[S] 暴雨预警信号 (中国气象局令第 16 号, 2007): mm at a gauge over a level's own window."""
RAIN_RETURN = 0.9
"""[D] A level is over when its own window holds less than this share of its limit."""
RAIN_BUCKET = 5 * MINUTE
RAIN_KEPT = 12 * HOUR // RAIN_BUCKET
"""[D] The windows are sums of buckets: they lag by less than one bucket."""
RAIN_TOLD = 5.0
"""[D] mm in 3 hours by which a gauge moves before its district hears of it again."""

# -- 道路积水 -------------------------------------------------------------------------------------

PONDING: tuple[tuple[Level, float], ...] = (
    (Level.RED, 40.0),
    (Level.ORANGE, 25.0),
    (Level.BLUE, 15.0),
)
"""cm: 40 危险 [D], 25 封路 [P: Shenyang], 15 提示 [D]. The colours are ours [D]: what closes a road
is orange, for it must be seen to at once; what is a danger to life is red."""
PONDING_CLOSED = (Level.RED, Level.ORANGE)
"""[P: Shenyang] Levels at which the road is closed."""
PONDING_STEP = 2.0
"""[D] 危险 is over this many cm below its limit."""
PONDING_CALM = 10.0
PONDING_CALM_FOR = 15 * MINUTE
"""[D] A point is over, and its road opened, below this depth in cm for this long."""
PONDING_MOST = 300.0
"""[D] cm beyond which it is the sensor that is broken."""
PONDING_TOLD = 5.0
"""[D] cm by which a point with a level moves before the city hears of it again."""
ROAD_ANSWER = 2 * MINUTE
"""[D] A road that has not answered its command within this time is told again."""

# -- 地下车库 (DOMAIN §4 link 2) ------------------------------------------------------------------

GARAGE_RAIN = (Level.RED, Level.ORANGE)
GARAGE_METRES = 500.0
"""[D] In rain of these levels underground garages this near to a registered ponding point
had better close, before water stands there: a flooded ramp cannot be cleared any more."""

# -- 可燃气体 -------------------------------------------------------------------------------------

TUNNEL = "utility-tunnel"
ADJACENT = "adjacent-space"

GAS: dict[str, tuple[tuple[Level, float], ...]] = {
    TUNNEL: ((Level.RED, 35.0), (Level.ORANGE, 20.0)),
    ADJACENT: ((Level.RED, 50.0), (Level.ORANGE, 35.0), (Level.YELLOW, 20.0), (Level.BLUE, 10.0)),
}
"""%LEL. 综合管廊 [S: GB 50838, 天然气管道舱]: alarm and 事故通风 at 20, 紧急切断 at 35; the colours
are ours [D]: red is the last step that the standard knows. 燃气相邻地下空间 [D]."""
GAS_RISE = 10.0
GAS_RISE_IN = 10 * MINUTE
GAS_RISE_OVER = 5.0
GAS_RISE_LEVEL = Level.YELLOW
"""[D] In an adjacent space a rise by so many %LEL in this time is at least yellow, until the rise
is below the second figure. Yellow, for DOMAIN §3 gives the rise no colour: gas is entering, so
somebody must go there now (yellow), though nothing can burn yet (orange begins at 35)."""
GAS_SAMPLES = 3
"""[D] Two of a detector's last three samples decide: their median."""
GAS_SERIES = 64
"""[D] Samples kept for the rise: over 10 minutes of a detector that reports each 10 seconds."""
FULL_SCALE = 100.0
"""[D] %LEL that a detector can tell; more is beyond its range, and gas all the same."""
GAS_TOLD = 1.0
"""[D] %LEL by which a detector moves before its space hears of it again."""
GAS_RETURN = 2.0
"""[D] A level is over this many %LEL below its limit."""

GRAVE = 35.0
AROUND_METRES = 200.0
AROUND_NAMED = 3
"""[D] From this %LEL on, what lies within this distance is listed (DOMAIN §4 link 6); how many of
each kind an alert names."""

# -- 火灾 -----------------------------------------------------------------------------------------

FIRE_TOGETHER = 60 * SECOND
"""[D] Smoke and heat in one zone that begin within this time of each other are red at once."""
FIRE_ALARM = Level.YELLOW
FIRE_BOTH = Level.ORANGE
FIRE_AT_ONCE = Level.RED
"""[D] An alarm is not fire: 报警 → 确认 → 火警 → 119 [S]. Smoke and heat that began further apart
alarm together now: between the two. DOMAIN §3 marks the order S and names no standard."""

# -- 井盖 -----------------------------------------------------------------------------------------

MISSING = Level.ORANGE
TILTED = Level.YELLOW
WATERED = Level.BLUE
"""[P] 缺失 before 倾斜 before 井内积水. Missing is orange [D], not red: somebody may fall, so it is
guarded within 2 hours [P]; red is kept for what threatens many at once."""
TILT = 15.0
TILT_OVER = 13.0
"""Degrees: tilted above the first [P], no longer below the second [D]."""

# -- 大客流周边停车 (DOMAIN §4 link 5) ------------------------------------------------------------

VENUE_FULL = 0.80
VENUE_RELIEVED = 0.75
"""景区 ≥80 % of the approved maximum is 黄 [S: LB/T 068]. Nobody counts the visitors here: the
occupied share of the bays at the venue stands for it [D]."""
VENUE_LOTS = 3
"""[D] Fewer lots with data say nothing of a venue."""
VENUE_LOTS_MOST = 150
"""[D] The nearest lots that are kept for a venue: more tell an operator nothing."""
VENUE_METRES = 800.0
NEARBY_METRES = 2_500.0
NEARBY_LOTS = 3
"""[D] Lots of a venue lie within the first distance; lots with room are named up to the second."""

VENUES: dict[str, tuple[str, tuple[float, float], str]] = {
    "aoti": ("奥体中心", (123.4499, 41.7406), "地铁 2、9 号线奥体中心站"),
    "beiling": ("北陵公园", (123.4149, 41.8486), "地铁 2 号线北陵公园站"),
    "gugong": ("沈阳故宫", (123.4449, 41.7946), "地铁 1 号线中街站"),
}
"""[D] Venues by id: name, place, metro. WGS-84, converted from the GCJ-02 of a public map (DOMAIN
§5); a venue is larger than what is left of its error."""
