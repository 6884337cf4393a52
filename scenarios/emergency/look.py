"""How 应急 looks on the screen: layers, alerts, tiles. What is in order is quiet."""

from hub.sdk import HOUR, Band, Chart, Config, Field, Level, Scenario
from scenarios.emergency import rules
from scenarios.emergency.views import (
    AroundView,
    CoverView,
    DetectorView,
    DistrictRainView,
    FireView,
    GarageView,
    PondingView,
    RainView,
    RoadView,
    SpaceView,
    VenueView,
)


class Depths(Config, frozen=True):
    """Depths in cm that may be changed while the city runs; defaults and sources in `rules`.

    A road is closed from ``closed`` on; a point is over when it was below ``calm`` for long enough.
    """

    closed: float = dict(rules.PONDING)[Level.ORANGE]
    calm: float = rules.PONDING_CALM

    def __post_init__(self) -> None:
        """Refuse depths out of order: water that closes a road is neither a notice nor 危险."""
        notice, danger = (dict(rules.PONDING)[level] for level in (Level.BLUE, Level.RED))
        if not 0 < self.calm <= notice < self.closed < danger:
            raise ValueError(f"0 < calm ≤ {notice:g} < closed < {danger:g}, in cm")

    def reached(self, depth: float) -> Level | None:
        """Return the level whose depth is reached."""
        return next((level for level, _ in rules.PONDING if depth >= self.of(level)), None)

    def of(self, level: Level) -> float:
        """Return the depth from which a level is."""
        return self.closed if level is Level.ORANGE else dict(rules.PONDING)[level]


emergency = Scenario(
    "emergency",
    title="应急",
    title_en="Emergency",
    description="暴雨、积水封路、燃气、火灾、井盖的分级建议与周边分析；由人研判和发布",
    config=Depths,
)

NORMAL = Band("normal", "正常", "Normal")
BLUE = Band("blue", "蓝色", "Blue", "blue")
YELLOW = Band("yellow", "黄色", "Yellow", "yellow")
ORANGE = Band("orange", "橙色", "Orange", "orange")
RED = Band("red", "红色", "Red", "red")

_NOTICE, _DANGER = (dict(rules.PONDING)[level] for level in (Level.BLUE, Level.RED))
_HOURS = (
    Field("hour", "1 小时降雨", "Rain, 1 h", "mm"),
    Field("three", "3 小时降雨", "Rain, 3 h", "mm"),
)

RAIN_GAUGES = emergency.layer(
    "rain",
    "雨量站",
    "Rain gauges",
    symbol="triangle",
    data=RainView,
    fields=(
        *_HOURS,
        Field("six", "6 小时降雨", "Rain, 6 h", "mm"),
        Field("twelve", "12 小时降雨", "Rain, 12 h", "mm"),
    ),
    levels=(NORMAL, BLUE, YELLOW, ORANGE, RED),
    charts=(Chart("rain", "降雨 24 小时", "Rain, 24 h", fields=("hour", "three")),),
)

DISTRICT_RAIN = emergency.layer(
    "rain-district",
    "区县暴雨",
    "District rain",
    data=DistrictRainView,
    geometry="none",
    fields=(
        Field("gauge", "最大雨量站", "Worst gauge", kind="text"),
        *_HOURS,
        Field("twelve", "12 小时降雨", "Rain, 12 h", "mm"),
        Field("gauges", "达到条件的雨量站", "Gauges at a level", "个"),
        Field("silent", "无数据", "Without data", "个"),
    ),
    levels=(BLUE, YELLOW, ORANGE, RED),
)

PONDING_POINTS = emergency.layer(
    "ponding",
    "积水点",
    "Ponding points",
    symbol="triangle",
    data=PondingView,
    fields=(
        Field("depth", "积水深度", "Depth", "cm"),
        Field("road", "所在路段", "Road", kind="text"),
        Field("closed", "达到封路条件", "Closes the road", kind="boolean"),
    ),
    levels=(
        NORMAL,
        Band("blue", "提示", "Notice", "blue"),
        Band("orange", "封路", "Road closed", "orange"),
        Band("red", "危险", "Danger", "red"),
    ),
    charts=(Chart("depth", "积水深度 24 小时", "Depth, 24 h", fields=("depth",)),),
)

ROADS = emergency.layer(
    "road",
    "封闭道路",
    "Closed roads",
    data=RoadView,
    fields=(
        Field("depth", "最大积水深度", "Deepest water", "cm"),
        Field("points", "积水点", "Ponding points", "个"),
        Field("silent", "无数据积水点", "Points without data", "个"),
        Field("answer", "指令回执", "Answer", kind="text"),
    ),
    levels=(
        Band("opening", "恢复通行中", "Opening", "blue"),
        Band("closed", "封闭", "Closed", "orange"),
    ),
)

GARAGES = emergency.layer(
    "garage",
    "建议关闭的地下车库",
    "Garages advised to close",
    data=GarageView,
    fields=(
        Field("distance", "最近积水点", "Nearest water", "m"),
        Field("points", "附近积水点", "Water near it", kind="text"),
        Field("advice", "建议", "Advice", kind="text"),
    ),
    levels=(ORANGE, RED),
)

_LEL_CHART = Chart("lel", "浓度 6 小时", "Concentration, 6 h", fields=("lel",), span=6 * HOUR)
"""A leak is a matter of hours: 4 minutes a point."""

DETECTORS = emergency.layer(
    "gas",
    "燃气探测器",
    "Gas detectors",
    symbol="triangle",
    data=DetectorView,
    fields=(
        Field("lel", "浓度", "Concentration", "%LEL"),
        Field("space", "空间", "Space", kind="text"),
        Field("environment", "环境", "Environment", kind="text"),
    ),
    levels=(NORMAL, BLUE, YELLOW, ORANGE, RED),
    charts=(_LEL_CHART,),
)

SPACES = emergency.layer(
    "gas-space",
    "燃气监测空间",
    "Gas spaces",
    data=SpaceView,
    geometry="none",
    fields=(
        Field("lel", "最高浓度", "Highest", "%LEL"),
        Field("alarming", "报警探测器", "Detectors in alarm", "台"),
        Field("detectors", "探测器", "Detectors", "台"),
        Field("silent", "无数据", "Without data", "台"),
        Field("rising", "快速上升", "Rising fast", kind="boolean"),
    ),
    levels=(NORMAL, BLUE, YELLOW, ORANGE, RED),
    charts=(_LEL_CHART,),
)

SURROUNDINGS = emergency.layer(
    "surroundings",
    "周边分析",
    "Surroundings",
    data=AroundView,
    fields=(
        Field("cause", "起因", "Cause", kind="text"),
        Field("radius", "半径", "Radius", "m"),
        Field("lots", "停车场", "Car parks", kind="text"),
        Field("schools", "学校", "Schools", kind="text"),
        Field("hospitals", "医院", "Hospitals", kind="text"),
        Field("lifts", "电梯", "Lifts", kind="text"),
        Field("units", "建议派单", "Units to task", kind="text"),
    ),
    levels=(ORANGE, RED),
)

FIRE_ZONES = emergency.layer(
    "fire",
    "火灾报警分区",
    "Fire zones",
    data=FireView,
    fields=(
        Field("state", "状态", "State", kind="text"),
        Field("smoke", "感烟报警", "Smoke alarms", "个"),
        Field("heat", "感温报警", "Heat alarms", "个"),
        Field("silent", "离线", "Offline", "个"),
    ),
    levels=(NORMAL, YELLOW, ORANGE, RED),
)

COVERS = emergency.layer(
    "manhole",
    "异常井盖",
    "Manholes",
    data=CoverView,
    fields=(
        Field("state", "状态", "State", kind="text"),
        Field("tilt", "倾角", "Tilt", "°"),
    ),
    levels=(BLUE, YELLOW, ORANGE),
)

VENUE_LAYER = emergency.layer(
    "venue",
    "场馆周边停车",
    "Parking at venues",
    data=VenueView,
    fields=(
        Field("occupancy", "周边停车占用率", "Bays occupied", kind="percent"),
        Field("lots", "停车场", "Car parks", "座"),
        Field("room", "有空位", "Room at", kind="text"),
        Field("metro", "地铁", "Metro", kind="text"),
    ),
    levels=(NORMAL, YELLOW),
    charts=(
        Chart("occupancy", "停车占用率 24 小时", "Bays occupied, 24 h", fields=("occupancy",)),
    ),
)

RAIN_ALERT = emergency.alert("rain", "暴雨")
PONDING_ALERT = emergency.alert("ponding", "道路积水")
ROAD_ALERT = emergency.alert("road", "封路未执行")
GARAGE_ALERT = emergency.alert("garage", "地下车库")
GAS_ALERT = emergency.alert("gas", "可燃气体")
AROUND_ALERT = emergency.alert("surroundings", "周边分析")
FIRE_ALERT = emergency.alert("fire", "火灾报警")
MANHOLE_ALERT = emergency.alert("manhole", "井盖")
VENUE_ALERT = emergency.alert("venue", "大客流停车")

emergency.tile(
    "rain", "降雨 1 小时最大", "Rain, 1 h max", RAIN_GAUGES, "max", unit="mm", field="hour"
)
emergency.tile(
    "ponding",
    f"积水 {_NOTICE:.0f} 厘米以上",
    f"Water ≥{_NOTICE:.0f} cm",
    PONDING_POINTS,
    "count",
    unit="处",
    levels=("blue", "orange", "red"),
    above=1,
)
emergency.tile(
    "deep",
    f"积水 {_DANGER:.0f} 厘米以上",
    f"Water ≥{_DANGER:.0f} cm",
    PONDING_POINTS,
    "count",
    unit="处",
    levels=("red",),
)
emergency.tile(
    "closed", "封闭道路", "Closed roads", ROADS, "count", unit="条", levels=("closed",), above=1
)
emergency.tile(
    "gas", "燃气报警", "Gas alarms", SPACES, "count", unit="处",
    levels=("blue", "yellow", "orange", "red"), above=1,
)  # fmt: skip
emergency.tile(
    "fire", "火灾报警", "Fire alarms", FIRE_ZONES, "count", unit="处",
    levels=("yellow", "orange", "red"), above=1,
)  # fmt: skip
