"""Names and positions that no data source gives: districts, places, rivers of Shenyang."""

from dataclasses import dataclass

from geo.datum import Position


@dataclass(frozen=True, slots=True)
class District:
    """A county-level area (县级行政区).

    Attributes:
        code: six-digit code of administrative divisions (GB/T 2260).
        name: Chinese name.
        name_en: English name.
        centre_gcj02: seat of the district as web maps give it, in **GCJ-02**.
    """

    code: str
    name: str
    name_en: str
    centre_gcj02: Position


@dataclass(frozen=True, slots=True)
class Place:
    """A place that helps to find one's way on the map.

    Attributes:
        name: Chinese name.
        name_en: English name.
        kind: `commerce`, `landmark`, `station`, `airport`, `stadium`, `park`, `square`,
            `street` or `quarter`.
        at: WGS-84, good to some hundred metres: enough for a label, not for a route.
    """

    name: str
    name_en: str
    kind: str
    at: Position


@dataclass(frozen=True, slots=True)
class River:
    """A river, told from its neighbours by a point it passes.

    Attributes:
        name: Chinese name.
        name_en: English name.
        passes: a WGS-84 point it flows by.
    """

    name: str
    name_en: str
    passes: Position


DISTRICTS = (
    District("210102", "和平区", "Heping District", (123.407, 41.788)),
    District("210103", "沈河区", "Shenhe District", (123.446, 41.796)),
    District("210104", "大东区", "Dadong District", (123.470, 41.809)),
    District("210105", "皇姑区", "Huanggu District", (123.406, 41.822)),
    District("210106", "铁西区", "Tiexi District", (123.351, 41.788)),
    District("210111", "苏家屯区", "Sujiatun District", (123.342, 41.666)),
    District("210112", "浑南区", "Hunnan District", (123.459, 41.742)),
    District("210113", "沈北新区", "Shenbei New District", (123.521, 42.052)),
    District("210114", "于洪区", "Yuhong District", (123.311, 41.796)),
    District("210115", "辽中区", "Liaozhong District", (122.731, 41.513)),
    District("210123", "康平县", "Kangping County", (123.353, 42.742)),
    District("210124", "法库县", "Faku County", (123.417, 42.507)),
    District("210181", "新民市", "Xinmin City", (122.829, 41.997)),
)

PLACES = (
    Place("中街", "Zhongjie", "commerce", (123.458, 41.802)),
    Place("沈阳故宫", "Mukden Palace", "landmark", (123.451, 41.797)),
    Place("太原街", "Taiyuan Street", "commerce", (123.399, 41.795)),
    Place("沈阳站", "Shenyang Railway Station", "station", (123.396, 41.795)),
    Place("沈阳北站", "Shenyang North Railway Station", "station", (123.434, 41.818)),
    Place("奥体中心", "Olympic Sports Center", "stadium", (123.456, 41.743)),
    Place("桃仙机场", "Taoxian Airport", "airport", (123.483, 41.640)),
    Place("北陵公园", "Beiling Park", "park", (123.421, 41.851)),
    Place("铁西广场", "Tiexi Square", "square", (123.374, 41.790)),
    Place("三好街", "Sanhao Street", "street", (123.417, 41.771)),
    Place("市府广场", "Shifu Square", "square", (123.431, 41.806)),
    Place("青年大街", "Qingnian Street", "street", (123.433, 41.773)),
    Place("长白岛", "Changbai Island", "quarter", (123.405, 41.745)),
)

RIVERS = (
    River("辽河", "Liao River", (122.94, 42.00)),  # at Juliuhe, where the railway crosses it
    River("浑河", "Hun River", (123.405, 41.745)),  # at Changbai Island, which it surrounds
)
