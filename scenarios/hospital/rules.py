"""The rules of 好就医: every threshold once, with its source. Change them here.

Marks: [S] a standard or a paper, [P] practice, [D] our default.
"""

from enum import StrEnum

from hub.sdk import HOUR, MINUTE, Level

# -- crowding of an emergency department ----------------------------------------------------------


class Crowding(StrEnum):
    """The band of a NEDOCS score, the calmest first."""

    CALM = "calm"
    BUSY = "busy"
    VERY_BUSY = "very-busy"
    CROWDED = "crowded"
    SEVERE = "severe"
    DANGER = "danger"


BUSY = 21.0
VERY_BUSY = 61.0
CROWDED = 101.0
SEVERE = 141.0
DANGER = 180.0
"""[S: Weiss 2004] A band begins at this score, 危险 above it; below `BUSY` nothing is 忙."""
CROWDING_HYSTERESIS = 10.0
"""[D] A band is left for a calmer one only when the score is this far below where it begins: one
patient on a ventilator less is 13.4 points."""
CROWDED_FOR = 15 * MINUTE
"""[D, as DOMAIN §3] Each score 拥挤 or worse for this long: the hospital is told."""
CROWDING_LEVELS = {
    Crowding.CROWDED: Level.YELLOW,
    Crowding.SEVERE: Level.ORANGE,
    Crowding.DANGER: Level.RED,
}
"""[D] 拥挤 is for the hospital alone to see to: yellow. From 严重拥挤 others have to act (120, the
wards): orange, which sounds. 危险 cannot take the next level-1 patient safely: red."""
CROWDING_TOLD = 5.0
"""[D] The city hears of a hospital again when its score moved by this much within a band."""

# -- 分流建议 -------------------------------------------------------------------------------------

DIVERT_BANDS = (Crowding.SEVERE, Crowding.DANGER)
"""[D, as DOMAIN §3] 120 is advised from a score of 141 on, at once: 严重拥挤 and 危险."""
DIVERT_FIRST = Level.ORANGE
DIVERT_TOLD = Level.YELLOW
"""[D] An advice sounds while the hospital itself has not been told yet (a score that jumps has its
15 minutes before it); once its own alert stands, which is orange, one cause sounds once."""
DIVERT_HOSPITALS = 3
"""[D] Hospitals with room that an advice names, nearest first."""
DIVERT_LEVELS = (3, 4)
"""[P, as DOMAIN §3] Triage levels that may be led elsewhere. Levels 1 and 2 never are."""
FIVE_CENTRES = ("胸痛", "卒中", "创伤", "危重孕产妇", "危重新生儿")
"""[P, as DOMAIN §3] 五大中心: their patients are never led elsewhere."""

# -- beds -----------------------------------------------------------------------------------------


class Beds(StrEnum):
    """How full a hospital's wards are, the calmest first."""

    ROOM = "room"
    WARN = "warn"
    TIGHT = "tight"
    FULL = "full"


BEDS_WARN = 0.85
BEDS_TIGHT = 0.93
BEDS_FULL = 0.97
"""[P, as DOMAIN §3] Share of occupied beds from which wards are 预警, 紧张, 满."""
BEDS_HYSTERESIS = 0.01
"""[D] As for crowding: what a ward round of discharges must free before the level falls."""
BEDS_LEVELS = {Beds.WARN: Level.BLUE, Beds.TIGHT: Level.YELLOW, Beds.FULL: Level.ORANGE}
"""[D] One colour a level."""
ICU_FREE = 0.10
ICU_RELIEVED = 0.12
"""[P] ICU beds are short at this share of free ones or less; [D] no longer above the second."""

# -- triage ---------------------------------------------------------------------------------------

TRIAGE_MINUTES = {1: 0, 2: 10, 3: 30, 4: 120}
"""[S, as DOMAIN §3: triage; it names no standard] Longest wait by level: 濒危 at once, 危重 10,
急症 30, 非急症 60 to 120 minutes; of these [D] the 120."""
TRIAGE_NAMES = {1: "一级濒危", 2: "二级危重", 3: "三级急症", 4: "四级非急症"}
TRIAGE_LEVELS = {1: Level.ORANGE, 2: Level.YELLOW, 3: Level.BLUE, 4: Level.BLUE}
"""[D] The colour follows the most urgent level that waits too long. Only 濒危 sounds: the rest is
for the department to see to."""
TRIAGE_HELD = {1: 2 * MINUTE, 2: 10 * MINUTE, 3: 30 * MINUTE, 4: 60 * MINUTE}
"""[D] How long a level must be overdue, in every reading, before it is told: about as long again as
its target. One who waits too long is the department's affair; a level that stays late is not."""
TRIAGE_KEPT = 10 * MINUTE
"""[D] A level is late no more when it kept its target for this long."""

# -- 120 ------------------------------------------------------------------------------------------

ANSWER_SECONDS = 10.0
TURNOUT_SECONDS = 180.0
"""[S, as DOMAIN §3: 120; it names no standard] A call is answered within 10 s, an ambulance rolls
within 3 minutes of its dispatch."""
SHARE = 0.95
"""[S, ibid.] Share of calls and of turnouts within their time."""
SHARE_AGAIN = 0.96
"""[D] A share that fell below is in order again from here."""
SHARE_SPAN = HOUR
SHARE_STEP = 5 * MINUTE
"""[D] Shares are of the last hour, in steps of 5 minutes."""
SHARE_LEAST = 20
"""[D] Fewer calls or turnouts than this in the hour say nothing about a share."""
DISPATCH_LEVEL = Level.YELLOW
"""[D] Both shares are the dispatch centre's own to see to."""
WAITING_MOST = 500
"""[D] Calls without a turnout that are remembered: an hour has some 70 calls."""
WAITING_FOR = {1: 2 * HOUR, 2: 2 * HOUR, 3: 5 * MINUTE, 4: 5 * MINUTE}
"""[D] How long a call counts as waiting (待派) by triage level, when no ambulance rolls for it. Of
1,600 calls a day only 450 need one, and no call says so: levels 3 and 4 soon count as advice, a
repeat or taken back; levels 1 and 2 are never overlooked."""

# -- arrival times --------------------------------------------------------------------------------

LATER = 3 * MINUTE
"""[D] The hospital is told when an ambulance comes this much later than it was told last."""
SLOWEST = 20.0
"""[D] km/h: with blue light an ambulance gets through a standstill at this speed."""
UNKNOWN_SPEED = 30.0
"""[D] km/h on a section that has not reported."""
CONGESTED = 0.5
"""[D] A section is congested below this share of its free-flow speed."""
FLOW_TOLD = 0.2
"""[D] The city hears of a section again when its speed moved by this share of free flow."""
LATER_NO_MORE = LATER // 2
"""[D] An ambulance is late no more when it comes less than this after the first promise."""
ROADS_MOST = 2_000
RUNS_MOST = 500
"""[D] Sections and runs on the schematic graph: a route over 2,000 takes some 5 ms. Shenyang has
some 100 ambulances."""

# -- links ----------------------------------------------------------------------------------------

SERVES_METRES = 300.0
"""[D] A car park that serves a hospital lies within this distance of it."""
PARK_FULL = 0.95
PARK_RELIEVED = 0.93
"""[D, as 好停车] A hospital's car park is full from the first occupancy until below the second."""
PARK_METRES = 800.0
PARK_LOTS = 3
"""[D, as DOMAIN §4 link 3] Car parks with room that are named: within which distance, how many."""

DEMAND_BELOW = 7.0
DEMAND_STEP = 0.0243
"""[P] Each ℃ below 7 ℃ adds 2.43 % emergency visits."""
DEMAND_UP = 0.20
DEMAND_DOWN = 0.18
"""[D] Visits forecast this far above usual are told, until they are below the second figure."""
COLDEST, HOTTEST = -60.0, 60.0
"""[D] A temperature beyond these is a broken sensor's."""
TEMPERATURE_TOLD = 0.5
"""[D] ℃ by which a station's temperature moves before the city hears of it again."""
