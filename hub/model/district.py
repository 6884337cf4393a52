"""The 13 county-level districts (区县) of Shenyang, GB/T 2260 codes."""

from msgspec import Struct


class District(Struct, frozen=True):
    """One 区县: 6-digit code, Chinese and English name, and people in units of 万 (10,000)."""

    code: str
    name: str
    name_en: str
    people: int


DISTRICTS: tuple[District, ...] = (
    District("210102", "和平区", "Heping", 73),
    District("210103", "沈河区", "Shenhe", 78),
    District("210104", "大东区", "Dadong", 76),
    District("210105", "皇姑区", "Huanggu", 88),
    District("210106", "铁西区", "Tiexi", 134),
    District("210111", "苏家屯区", "Sujiatun", 52),
    District("210112", "浑南区", "Hunnan", 80),
    District("210113", "沈北新区", "Shenbei", 62),
    District("210114", "于洪区", "Yuhong", 107),
    District("210115", "辽中区", "Liaozhong", 40),
    District("210123", "康平县", "Kangping", 28),
    District("210124", "法库县", "Faku", 34),
    District("210181", "新民市", "Xinmin", 57),
)
CODES: frozenset[str] = frozenset(district.code for district in DISTRICTS)
