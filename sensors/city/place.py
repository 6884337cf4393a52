"""Where the car parks are: 商圈 and other places, hospitals, neighbourhoods. WGS-84, ±1 km.

The 商圈 are known in GCJ-02; here they are shifted by one fixed vector. Over the whole municipality
that is within 70 m of the exact conversion, well below the ±1 km of the places themselves.
"""

from functools import cache

from msgspec import Struct

from hub.model.district import DISTRICTS
from sensors.city.kind import Kind

_GCJ_SHIFT_LNG = 0.0061
_GCJ_SHIFT_LAT = 0.0024

STANDARD_LOTS = 343
"""Connected car parks of Shenyang (DOMAIN §5); a larger city repeats them further out."""


class Place(Struct, frozen=True):
    """A place that car parks stand around.

    ``lots`` names the kinds in order, ``radius`` is in metres, ``peak`` the expected weekday peak
    as a share of the bays, ``area`` tells a 商圈 (its car parks share guidance signs).
    """

    id: str
    name: str
    district: str
    lng: float
    lat: float
    lots: tuple[Kind, ...]
    radius: float
    peak: float
    area: bool
    hospital: bool = False


_LETTERS = {
    "S": Kind.SHOPPING,
    "O": Kind.OFFICE,
    "H": Kind.HOME,
    "C": Kind.HOSPITAL,
    "T": Kind.STATION,
    "V": Kind.SCENIC,
}

# id, name, district, GCJ-02 lng and lat, kinds, radius (m), peak
_AREAS = (
    ("zhongjie", "中街", "210103", 123.458, 41.802, "SSSSSSSSSSSSOO", 520, 1.05),
    ("taiyuanjie", "太原街", "210102", 123.399, 41.795, "SSSSSSSSSSSSSO", 500, 1.02),
    ("tiexi", "铁西广场", "210106", 123.374, 41.790, "SSSSSSSSSOOO", 480, 0.97),
    ("sanhaojie", "三好街", "210102", 123.417, 41.771, "OOOOOOOOSS", 450, 0.98),
    ("shifu", "市府广场", "210103", 123.431, 41.806, "OOOOOOOOOS", 450, 1.03),
    ("qingnian", "青年大街", "210102", 123.433, 41.773, "OOOOOOOOOOSS", 600, 0.97),
    ("changbai", "长白岛", "210102", 123.405, 41.745, "HHHHSSSS", 650, 0.93),
    ("aoti", "奥体中心", "210112", 123.456, 41.743, "SSSSSSOOOO", 600, 0.93),
    ("beizhan", "沈阳北站", "210103", 123.434, 41.818, "TTTTTOOOSS", 450, 0.98),
    ("shenyangzhan", "沈阳站", "210102", 123.396, 41.795, "TTTTTSSS", 380, 1.0),
    ("gugong", "沈阳故宫", "210103", 123.451, 41.797, "VVVVSS", 400, 1.0),
    ("beiling", "北陵公园", "210105", 123.421, 41.851, "VVVVHH", 550, 0.95),
    ("taoxian", "桃仙机场", "210112", 123.483, 41.640, "TTTTT", 500, 0.93),
)

# name, district, lng and lat (taken as WGS-84)
_HOSPITALS = (
    ("中国医大一院", "210102", 123.408, 41.795),
    ("盛京医院南湖", "210102", 123.423, 41.774),
    ("盛京医院滑翔", "210106", 123.368, 41.763),
    ("北部战区总医院", "210103", 123.445, 41.772),
    ("辽宁省人民医院", "210103", 123.439, 41.779),
    ("市第四人民医院", "210105", 123.401, 41.822),
    ("奉天医院", "210106", 123.370, 41.788),
    ("市第五人民医院", "210106", 123.352, 41.794),
    ("辽宁中医附院", "210105", 123.423, 41.828),
    ("医大四院", "210105", 123.433, 41.837),
    ("市第一人民医院", "210104", 123.471, 41.812),
    ("市第六人民医院", "210102", 123.395, 41.775),
    ("市儿童医院", "210105", 123.444, 41.837),
    ("省肿瘤医院", "210104", 123.480, 41.790),
    ("市胸科医院", "210104", 123.474, 41.825),
)

# Real neighbourhoods at approximate places: name, district, lng, lat (WGS-84)
_NEIGHBOURHOODS = (
    ("南湖", "210102", 123.411, 41.766),
    ("浑河湾", "210102", 123.391, 41.757),
    ("五爱", "210103", 123.457, 41.789),
    ("文化东路", "210103", 123.452, 41.770),
    ("泉园", "210103", 123.475, 41.775),
    ("东塔", "210104", 123.493, 41.790),
    ("望花", "210104", 123.478, 41.850),
    ("榆林", "210104", 123.500, 41.840),
    ("小北", "210104", 123.452, 41.815),
    ("塔湾", "210105", 123.372, 41.832),
    ("陵东", "210105", 123.445, 41.855),
    ("黄河大街", "210105", 123.406, 41.828),
    ("重工街", "210106", 123.330, 41.790),
    ("兴华街", "210106", 123.366, 41.792),
    ("启工街", "210106", 123.341, 41.797),
    ("保工街", "210106", 123.352, 41.785),
    ("张士", "210106", 123.265, 41.760),
    ("苏家屯站前", "210111", 123.335, 41.660),
    ("雪松路", "210111", 123.345, 41.668),
    ("五三", "210112", 123.425, 41.735),
    ("浑南新市府", "210112", 123.450, 41.675),
    ("全运村", "210112", 123.480, 41.690),
    ("道义", "210113", 123.395, 41.920),
    ("虎石台", "210113", 123.505, 41.945),
    ("新城子", "210113", 123.530, 42.050),
    ("于洪广场", "210114", 123.302, 41.790),
    ("丁香湖", "210114", 123.335, 41.845),
    ("沙岭", "210114", 123.225, 41.790),
    ("平罗", "210114", 123.250, 41.915),
    ("辽中城区", "210115", 122.725, 41.512),
    ("康平城区", "210123", 123.350, 42.740),
    ("法库城区", "210124", 123.411, 42.5045),
    ("新民城区", "210181", 122.823, 41.995),
)
_STREET_KINDS = "HHOHSHOHHSOH"
_HOSPITAL_KINDS = "CC"
_HOSPITAL_RADIUS, _HOSPITAL_PEAK = 220, 0.97
_STREET_RADIUS, _STREET_PEAK = 900, 0.88


@cache
def places() -> tuple[Place, ...]:
    """Return all places of the standard city: 商圈 first, then hospitals, then neighbourhoods."""
    areas = tuple(
        Place(
            id=name_id,
            name=name,
            district=district,
            lng=round(lng - _GCJ_SHIFT_LNG, 4),
            lat=round(lat - _GCJ_SHIFT_LAT, 4),
            lots=_kinds(letters),
            radius=radius,
            peak=peak,
            area=True,
        )
        for name_id, name, district, lng, lat, letters, radius, peak in _AREAS
    )
    hospitals = tuple(
        Place("", name, district, lng, lat, _kinds(_HOSPITAL_KINDS), _HOSPITAL_RADIUS,
              _HOSPITAL_PEAK, area=False, hospital=True)
        for name, district, lng, lat in _HOSPITALS
    )  # fmt: skip
    placed = sum(len(place.lots) for place in areas + hospitals)
    return areas + hospitals + _neighbourhoods(STANDARD_LOTS - placed)


def _neighbourhoods(lots: int) -> tuple[Place, ...]:
    """Spread ``lots`` over the neighbourhoods, each district by its people."""
    result: list[Place] = []
    people = sum(district.people for district in DISTRICTS)
    given = counted = 0
    for district in DISTRICTS:
        counted += district.people
        share = round(lots * counted / people) - given
        given += share
        streets = [street for street in _NEIGHBOURHOODS if street[1] == district.code]
        for index, (name, code, lng, lat) in enumerate(streets):
            count = share * (index + 1) // len(streets) - share * index // len(streets)
            kinds = _kinds((_STREET_KINDS * (count // len(_STREET_KINDS) + 1))[:count])
            result.append(
                Place("", name, code, lng, lat, kinds, _STREET_RADIUS, _STREET_PEAK, area=False)
            )
    return tuple(result)


def _kinds(letters: str) -> tuple[Kind, ...]:
    return tuple(_LETTERS[letter] for letter in letters)
