"""How a quarantine shows on the screen: an alert, and a row that names the handler."""

import msgspec
from msgspec import Struct

from hub.core.declaration import Declaration, FieldSpec, Layer, LevelSpec
from hub.core.devices import HUB
from hub.core.effect import Effect, Hide, Picture
from hub.core.quarantine import FAILURES, Standing
from hub.model.alert import Level, Signal
from hub.model.instant import Instant, text
from hub.model.limits import SAID_CHARACTERS

KIND = "quarantine"


class View(Struct, frozen=True):
    """What the screen shows of a quarantined scenario."""

    scenario: str
    handler: str
    reason: str
    detail: str
    position: str


LAYER = Layer(
    f"{HUB}.{KIND}",
    "隔离的场景",
    "Quarantined scenarios",
    data=View,
    fields=(
        FieldSpec("handler", "处理函数", "Handler", kind="text"),
        FieldSpec("reason", "原因", "Reason", kind="text"),
        FieldSpec("detail", "详情", "Detail", kind="text"),
        FieldSpec("position", "位置", "Position", kind="text"),
    ),
    levels=(LevelSpec("quarantined", "已隔离", "Quarantined", "orange"),),
    geometry="none",
)


class Code(Struct, frozen=True):
    """What the screen shows of a scenario's code."""

    scenario: str
    reloaded: str


SCENARIOS = Layer(
    f"{HUB}.scenario",
    "场景代码",
    "Scenario code",
    data=Code,
    fields=(FieldSpec("reloaded", "更新于", "Reloaded", kind="time"),),
    geometry="none",
)
"""Its rows tell every `serve` that a scenario may look different from now on."""

OWN = Declaration(
    HUB, "城枢", "CityHub", "中枢自身的状态", layers=(LAYER, SCENARIOS), alerts={KIND: "场景隔离"}
)
"""What the hub itself shows, declared as a scenario does."""


def reloaded(scenario: str, title: str, now: Instant) -> Picture:
    """Return the row that tells of new code."""
    data = msgspec.json.encode(Code(scenario, text(now)))
    return Picture(layer=SCENARIOS.name, name=scenario, title=title, data=data, time=now)


def notice(
    scenario: str, title: str, partition: str, standing: Standing, now: Instant, *, entered: bool
) -> list[Effect]:
    """Return what the screen shows of a quarantine: an alert, and a row with the handler."""
    row = Picture(
        layer=LAYER.name,
        name=f"{scenario}@{partition}",
        title=title,
        data=msgspec.json.encode(
            View(scenario, standing.handler, standing.reason, standing.detail, standing.position)
        ),
        time=now,
        level="quarantined",
    )
    if not entered:
        return [Signal(HUB, KIND, scenario, active=False), Hide(row.id)]
    words = f"{standing.handler} 在 60 秒内失败 {FAILURES} 次: {standing.detail}"
    what = "已隔离"
    if standing.away:
        what = "无法载入"
        words = f"其间的事件不会补做; 修复后: cityhub scenario reload {scenario}. {standing.detail}"
    alert = Signal(
        scenario=HUB,
        kind=KIND,
        place=scenario,
        active=True,
        kind_title="场景隔离",
        level=Level.ORANGE,
        title=f"场景“{title}”{what}",
        text=words[:SAID_CHARACTERS],
        entity=row.id,
    )
    return [alert, row]
