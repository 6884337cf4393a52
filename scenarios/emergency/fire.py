"""火灾: an alarm is not fire. Smoke and heat in one zone within 60 seconds are red at once."""

from msgspec import field
from msgspec.structs import replace

from hub.sdk import SECOND, Context, Gone, Level, Silence, State, proposal
from scenarios.emergency.look import FIRE_ALERT, FIRE_ZONES, emergency
from scenarios.emergency.messages import FireAlarm
from scenarios.emergency.readings import Heat, Smoke
from scenarios.emergency.rules import FIRE_ALARM, FIRE_AT_ONCE, FIRE_BOTH, FIRE_TOGETHER
from scenarios.emergency.views import FireView
from scenarios.emergency.words import shown, text

_TOGETHER = f"{FIRE_TOGETHER // SECOND} 秒"
_SAYS = {
    FIRE_ALARM: "报警不等于火警，请视频或现场确认；确认为火警后转 119",
    FIRE_BOTH: f"感烟、感温均在报警（先后超过 {_TOGETHER}），请立即确认；确认为火警后转 119",
    FIRE_AT_ONCE: f"感烟、感温 {_TOGETHER}内相继报警，建议立即转 119，同时视频或现场确认",
}


class FireDetector(State):
    """A smoke or heat detector: what its zone was told."""

    told: FireAlarm | None = None


class ZoneState(State):
    """A zone: its detectors that alarm or were lost, and whether it is red until all are quiet.

    ``smoke`` and ``heat`` are when the last alarm of each kind began, 0 for never.
    """

    detectors: dict[str, FireAlarm] = field(default_factory=dict)
    smoke: int = 0
    heat: int = 0
    at_once: bool = False


def together(smoke: int, heat: int) -> bool:
    """Return whether smoke and heat began within FIRE_TOGETHER; 0 for what never did."""
    return bool(smoke and heat) and abs(smoke - heat) <= FIRE_TOGETHER


def fire_level(*, smoke: bool, heat: bool, at_once: bool) -> Level | None:
    """Return the level of a zone by what alarms now, and whether it escalated."""
    if not smoke and not heat:
        return None
    if at_once:
        return FIRE_AT_ONCE
    return FIRE_BOTH if smoke and heat else FIRE_ALARM


# -- a detector -----------------------------------------------------------------------------------


@emergency.on("city.fire.smoke")
def smoke(ctx: Context, reading: Smoke, detector: FireDetector) -> None:
    """Take what a smoke detector says."""
    _says(ctx, detector, heat=False, alarm=reading.alarm)


@emergency.on("city.fire.heat")
def heat(ctx: Context, reading: Heat, detector: FireDetector) -> None:
    """Take what a heat detector says; how hot it is decides nothing here."""
    _says(ctx, detector, heat=True, alarm=reading.alarm)


@emergency.on_stale("SmokeDetector", "HeatDetector")
def fire_detector_silent(ctx: Context, _: Silence, detector: FireDetector) -> None:
    """A detector that is cut off ends no alarm: perhaps it burns there."""
    if detector.told is not None:
        _tell(ctx, detector, replace(detector.told, silent=True))


@emergency.on_fresh("SmokeDetector", "HeatDetector")
def fire_detector_back(ctx: Context, _: Silence, detector: FireDetector) -> None:
    """A detector that reports on change is heard again by its connection."""
    if detector.told is not None:
        _tell(ctx, detector, replace(detector.told, silent=False))


@emergency.on_gone("SmokeDetector", "HeatDetector")
def fire_detector_gone(ctx: Context, _: Gone, detector: FireDetector) -> None:
    """A detector was taken out of service."""
    if detector.told is not None:
        _tell(ctx, detector, replace(detector.told, alarm=False, gone=True))
    detector.told = None


def _says(ctx: Context, detector: FireDetector, *, heat: bool, alarm: bool) -> None:
    card, last = ctx.card, detector.told
    facts = card.attributes if card else {}
    began = last.began if last is not None else 0
    if alarm and (last is None or not last.alarm):
        began = min(ctx.time, ctx.now)
    news = FireAlarm(
        detector=ctx.key,
        heat=heat,
        zone=str(facts.get("zone") or ctx.key),
        building=str(facts.get("building") or ""),
        name=card.name if card else ctx.key,
        at=card.at if card else None,
        district=ctx.district,
        alarm=alarm,
        began=began,
    )
    if last is not None and zone_key(last) != zone_key(news):
        _tell(ctx, detector, replace(last, alarm=False, gone=True))
    _tell(ctx, detector, news)


def _tell(ctx: Context, detector: FireDetector, news: FireAlarm) -> None:
    if news != detector.told:
        detector.told = news
        ctx.emit("emergency.fire-alarm", news, district=news.district)


# -- its zone -------------------------------------------------------------------------------------


def zone_key(alarm: FireAlarm) -> str:
    """Return the name of a zone: zones of two buildings may be called alike."""
    return f"{alarm.building}.{alarm.zone}" if alarm.building else alarm.zone


@emergency.on("emergency.fire-alarm", key=zone_key)
def zone(ctx: Context, news: FireAlarm, zone: ZoneState) -> None:
    """Judge a zone by all of its detectors."""
    zone.detectors.pop(news.detector, None)
    if not news.gone:
        zone.detectors[news.detector] = news
    if news.alarm and news.heat:
        zone.heat = max(zone.heat, news.began)
    elif news.alarm:
        zone.smoke = max(zone.smoke, news.began)
    known = [zone.detectors[name] for name in sorted(zone.detectors)]
    alarms = [each for each in known if each.alarm]
    zone.at_once = bool(alarms) and (zone.at_once or together(zone.smoke, zone.heat))
    level = fire_level(
        smoke=any(not each.heat for each in alarms),
        heat=any(each.heat for each in alarms),
        at_once=zone.at_once,
    )
    _show(ctx, level, known, alarms)
    if level is None:
        ctx.clear_alert(FIRE_ALERT, ctx.key)
    else:
        _alert(ctx, level, alarms)


def _show(
    ctx: Context, level: Level | None, known: list[FireAlarm], alarms: list[FireAlarm]
) -> None:
    if not known:
        ctx.hide(FIRE_ZONES, ctx.key)
        return
    heat = sum(each.heat for each in alarms)
    silent = sum(each.silent for each in known)
    state = "正常" if level is None else "待确认"
    view = FireView(len(alarms) - heat, heat, silent, state)
    ctx.show(
        FIRE_ZONES,
        ctx.key,
        (alarms or known)[0].name,
        view,
        at=known[0].at,
        district=known[0].district,
        level=shown(level),
        quality=("detectors-silent",) if silent else (),
    )


def _alert(ctx: Context, level: Level, alarms: list[FireAlarm]) -> None:
    silent = sum(each.silent for each in alarms)
    ctx.raise_alert(
        FIRE_ALERT,
        ctx.key,
        level,
        proposal(level, f"{alarms[0].name}报警"),
        text=text(
            _SAYS[level],
            f"{len(alarms)} 个探测器报警",
            f"{silent} 个报警探测器离线，保持预警" if silent else "",
        ),
        at=alarms[0].at,
        district=alarms[0].district,
        entity=f"{FIRE_ZONES.name}/{ctx.key}",
    )
