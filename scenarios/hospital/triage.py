"""候诊时限: whether those who wait in an emergency department are seen in time."""

from hub.sdk import Context
from scenarios.hospital.levels import overdue
from scenarios.hospital.look import HOSPITALS, TRIAGE, hospital
from scenarios.hospital.readings import Wait
from scenarios.hospital.rules import TRIAGE_KEPT, TRIAGE_LEVELS, TRIAGE_MINUTES, TRIAGE_NAMES
from scenarios.hospital.state import HospitalState


def judge_triage(ctx: Context, house: HospitalState, waiting: dict[str, Wait]) -> None:
    """Raise the alert while a level waits too long; clear it when all kept theirs for a while."""
    waits = {
        int(level): wait.longestMinutes
        for level, wait in waiting.items()
        if level.isdecimal() and wait.count > 0
    }
    house.overdue = overdue(waits)
    if house.overdue:
        ctx.stop("calmed")
        house.triage, house.calming = True, False
        _alert(ctx, house)
    elif house.triage and not house.calming:
        house.calming = True
        ctx.start("calmed", TRIAGE_KEPT)


@hospital.timer("calmed")
def waits_in_order(ctx: Context, house: HospitalState) -> None:
    """All targets were kept for five minutes."""
    house.triage = house.calming = False
    ctx.clear_alert(TRIAGE, ctx.key)


def overdue_text(levels: tuple[int, ...]) -> str:
    """Return the overdue levels with their targets, most urgent first; empty for none."""
    return "、".join(f"{TRIAGE_NAMES[level]}（{_target(level)}）" for level in levels)


def _target(level: int) -> str:
    minutes = TRIAGE_MINUTES[level]
    return f"时限 {minutes} 分钟" if minutes else "应即刻就诊"


def _alert(ctx: Context, house: HospitalState) -> None:
    ctx.raise_alert(
        TRIAGE,
        ctx.key,
        TRIAGE_LEVELS[house.overdue[0]],
        f"{house.name}候诊超时",
        text=f"超时：{overdue_text(house.overdue)}",
        at=house.at,
        district=house.district,
        entity=f"{HOSPITALS.name}/{ctx.key}",
    )
