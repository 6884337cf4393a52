"""How 智慧生态 looks on the screen."""

from hub.sdk import Band, Chart, Config, Field, Scenario
from scenarios.ecology.rules import RETURN, STATIONS_SHARE, Grade
from scenarios.ecology.views import CityView, SchoolView, StationView


class AirConfig(Config, frozen=True):
    """What may be changed while the city runs; defaults and sources in `rules`."""

    margin: int = RETURN
    stations: float = STATIONS_SHARE


ecology = Scenario(
    "ecology",
    title="智慧生态",
    title_en="Ecology",
    description="空气质量指数（HJ 633-2026）与首要污染物，小时与 24 小时；重污染时提示学校和急诊",
    config=AirConfig,
)

TITLES: dict[Grade, str] = {
    Grade.GOOD: "优",
    Grade.FAIR: "良",
    Grade.LIGHT: "轻度污染",
    Grade.MODERATE: "中度污染",
    Grade.HEAVY: "重度污染",
    Grade.SEVERE: "严重污染",
}
_BANDS = (
    Band(Grade.GOOD, TITLES[Grade.GOOD], "Good"),
    Band(Grade.FAIR, TITLES[Grade.FAIR], "Fair"),
    Band(Grade.LIGHT, TITLES[Grade.LIGHT], "Lightly polluted", "blue"),
    Band(Grade.MODERATE, TITLES[Grade.MODERATE], "Moderately polluted", "yellow"),
    Band(Grade.HEAVY, TITLES[Grade.HEAVY], "Heavily polluted", "orange"),
    Band(Grade.SEVERE, TITLES[Grade.SEVERE], "Severely polluted", "red"),
)
_INDEX = (
    Field("aqi", "AQI", "AQI"),
    Field("primary", "首要污染物", "Primary pollutant", kind="text"),
    Field("dayAqi", "24 小时 AQI", "AQI, 24 h"),
    Field("dayPrimary", "24 小时首要污染物", "Primary, 24 h", kind="text"),
)
_AQI_CHART = Chart("aqi", "AQI 24 小时", "AQI, 24 h", fields=("aqi", "dayAqi"))

STATIONS = ecology.layer(
    "station",
    "空气质量站",
    "Air quality stations",
    symbol="square",
    data=StationView,
    fields=(
        *_INDEX,
        Field("pm25", "PM2.5", "PM2.5", "µg/m³"),
        Field("pm10", "PM10", "PM10", "µg/m³"),
        Field("o3", "O₃", "O₃", "µg/m³"),
        Field("no2", "NO₂", "NO₂", "µg/m³"),
        Field("so2", "SO₂", "SO₂", "µg/m³"),
        Field("co", "CO", "CO", "mg/m³"),
    ),
    levels=_BANDS,
    charts=(
        _AQI_CHART,
        Chart("dust", "颗粒物 24 小时", "Dust, 24 h", fields=("pm25", "pm10")),
        Chart("gases", "气体 24 小时", "Gases, 24 h", fields=("o3", "no2", "so2")),
    ),
)

CITY = ecology.layer(
    "city",
    "全市空气质量",
    "The city's air",
    data=CityView,
    geometry="none",
    fields=(
        *_INDEX,
        Field("stations", "有效站点", "Stations", "个"),
        Field("heavy", "重污染区", "Heavily polluted", kind="text"),
    ),
    levels=_BANDS,
    charts=(_AQI_CHART,),
)

SCHOOLS = ecology.layer(
    "school",
    "重污染提示学校",
    "Schools told of heavy pollution",
    symbol="triangle",
    data=SchoolView,
    fields=(
        Field("advice", "建议", "Advice", kind="text"),
        Field("aqi", "AQI", "AQI"),
        Field("primary", "首要污染物", "Primary pollutant", kind="text"),
    ),
    levels=(Band("indoors", "停止户外活动", "Stay indoors", "orange"),),
)

POLLUTED = ecology.alert("air", "空气污染")

ecology.tile("aqi", "AQI", "AQI", CITY, "max", field="aqi")
ecology.tile("worst", "最差站点 AQI", "Worst station's AQI", STATIONS, "max", field="aqi")
ecology.tile("day", "24 小时 AQI", "AQI, 24 h", CITY, "max", field="dayAqi")
ecology.tile(
    "schools", "停止户外活动学校", "Schools told to stay indoors", SCHOOLS, "count", unit="所",
    levels=("indoors",),
)  # fmt: skip
