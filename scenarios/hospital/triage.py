"""候诊时限: whether those who wait in an emergency department are seen in time."""

from collections.abc import Iterable

from hub.sdk import Context
from scenarios.hospital.levels import overdue
from scenarios.hospital.look import HOSPITALS, TRIAGE
from scenarios.hospital.readings import Wait
from scenarios.hospital.rules import (
    TRIAGE_HELD,
    TRIAGE_KEPT,
    TRIAGE_LEVELS,
    TRIAGE_MINUTES,
    TRIAGE_NAMES,
)
from scenarios.hospital.state import HospitalState


def judge_triage(ctx: Context, house: HospitalState, waiting: dict[str, Wait]) -> None:
    """Raise the alert for the levels that stay overdue; each is late until it kept its target."""
    waits = {
        int(level): wait.longestMinutes
        for level, wait in waiting.items()
        if level.isdecimal() and wait.count > 0
    }
    house.overdue = {level: house.overdue.get(level, ctx.now) for level in overdue(waits)}
    for level, since in house.overdue.items():
        if level in house.late or ctx.now - since >= TRIAGE_HELD[level]:
            house.late[level] = ctx.now
    house.late = {level: at for level, at in house.late.items() if ctx.now - at < TRIAGE_KEPT}
    if house.late:
        _alert(ctx, house, sorted(house.late))
    else:
        ctx.clear_alert(TRIAGE, ctx.key)


def overdue_text(levels: Iterable[int]) -> str:
    """Return the overdue levels with their targets, most urgent first; empty for none."""
    return "、".join(f"{TRIAGE_NAMES[level]}（{_target(level)}）" for level in levels)


def _target(level: int) -> str:
    minutes = TRIAGE_MINUTES[level]
    return f"时限 {minutes} 分钟" if minutes else "应即刻就诊"


def _alert(ctx: Context, house: HospitalState, late: list[int]) -> None:
    ctx.raise_alert(
        TRIAGE,
        ctx.key,
        TRIAGE_LEVELS[late[0]],
        f"{house.name}候诊超时",
        text=f"超时：{overdue_text(late)}",
        at=house.at,
        district=house.district,
        entity=f"{HOSPITALS.name}/{ctx.key}",
    )
