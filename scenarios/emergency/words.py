"""The words that the alerts of 应急 share. All of them propose; none claims to be issued."""

from collections.abc import Iterable

from hub.sdk import DISTRICTS, Level

JUDGED = "响应级别与对外发布由人工决定"
"""Ends every text: a person judges (研判), and issues what is to be issued."""

_NAMES = {district.code: district.name for district in DISTRICTS}


def text(*parts: str) -> str:
    """Return the parts that are not empty as sentences, and who decides."""
    return "。".join([part for part in parts if part] + [JUDGED])


def district_name(code: str) -> str:
    """Return a district's Chinese name, or its code when nobody knows it."""
    return _NAMES.get(code, code)


def worst(levels: Iterable[Level | None]) -> Level | None:
    """Return the most serious of the levels; None for none."""
    return min((level for level in levels if level), key=lambda level: level.rank, default=None)


def shown(level: Level | None) -> str:
    """Return the name of a layer's level."""
    return "normal" if level is None else level.value
