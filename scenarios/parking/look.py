"""How 好停车 looks on the screen."""

from hub.sdk import Band, Chart, Config, Field, Scenario
from scenarios.parking import rules
from scenarios.parking.messages import AreaView, LotView, SignView


class Limits(Config, frozen=True):
    """Occupancies that may be changed while the city runs; defaults and sources in `rules`.

    A lot that is ``saturated`` is so until it is below ``relieved``.
    """

    saturated: float = rules.SATURATED
    relieved: float = rules.RELIEVED

    def __post_init__(self) -> None:
        """Refuse limits between which a lot would flap, or that none can reach."""
        if not 0 < self.relieved <= self.saturated <= 1:
            raise ValueError("0 < relieved ≤ saturated ≤ 1, as shares: 0.95 is 95 %")


parking = Scenario(
    "parking",
    title="好停车",
    title_en="Parking",
    description="停车场余位分级、商圈饱和预警、诱导屏引导到 "
    f"{rules.GUIDE_METRES:.0f} 米内有空位的停车场",
    config=Limits,
)

LOTS = parking.layer(
    "lot",
    "停车场",
    "Car parks",
    data=LotView,
    fields=(
        Field("availableSpotNumber", "空余泊位", "Free bays", "个"),
        Field("totalSpotNumber", "总泊位", "Bays", "个"),
        Field("occupiedSpotNumber", "在停车辆", "Cars", "辆"),
        Field("occupancy", "占用率", "Occupancy", kind="percent"),
        Field("area", "商圈", "Area", kind="text"),
        Field("simulated", "模拟数据", "Simulated", kind="boolean"),
    ),
    levels=(
        Band("free", "空闲", "Free"),
        Band("tight", "紧张", "Tight"),
        Band("scarce", "紧缺", "Scarce", "yellow"),
        Band("full", "满位", "Full", "orange"),
    ),
    charts=(Chart("occupancy", "占用率 24 小时", "Occupancy, 24 h", fields=("occupancy",)),),
)

AREAS = parking.layer(
    "area",
    "商圈",
    "Shopping areas",
    data=AreaView,
    geometry="none",
    fields=(
        Field("saturated", "饱和停车场占比", "Saturated lots", kind="percent"),
        Field("free", "空余泊位", "Free bays", "个"),
        Field("lots", "停车场", "Car parks", "座"),
        Field("silent", "无数据", "Without data", "座"),
    ),
    levels=(
        Band("normal", "正常", "Normal"),
        Band("saturated", "饱和", "Saturated", "yellow"),
    ),
    charts=(Chart("free", "空余泊位 24 小时", "Free bays, 24 h", fields=("free",)),),
)

SIGNS = parking.layer(
    "sign",
    "诱导屏",
    "Guidance signs",
    symbol="square",
    data=SignView,
    fields=(
        Field("lines", "显示内容", "Lines", kind="text"),
        Field("answer", "回执", "Answer", kind="text"),
    ),
    levels=(
        Band("shown", "已显示", "Shown"),
        Band("sent", "已下发", "Sent", "blue"),
        Band("refused", "未执行", "Refused", "yellow"),
    ),
)

SATURATED = parking.alert("saturated", "商圈饱和")

parking.tile("free", "剩余泊位", "Free bays", LOTS, "sum", unit="个", field="availableSpotNumber")
parking.tile("full", "满位停车场", "Full car parks", LOTS, "count", unit="座", levels=("full",))
parking.tile(
    "saturated",
    "饱和商圈",
    "Saturated areas",
    AREAS,
    "count",
    unit="个",
    levels=("saturated",),
    above=1,
)
