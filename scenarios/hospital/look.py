"""How 好就医 looks on the screen."""

from hub.sdk import Band, Chart, Field, Scenario
from scenarios.hospital.rules import ANSWER_SECONDS, PARK_METRES, SHARE, TURNOUT_SECONDS
from scenarios.hospital.views import (
    AmbulanceView,
    ArrivalView,
    DemandView,
    DispatchView,
    HospitalView,
    ParkView,
)

hospital = Scenario(
    "hospital",
    title="好就医",
    title_en="Hospitals",
    description="急诊拥挤度（NEDOCS）与分流建议、床位、候诊时限、120 出车与到院时间、低温急诊预测",
)

ANSWERED = f"{ANSWER_SECONDS:.0f} 秒接听率"
ROLLED = f"{TURNOUT_SECONDS / 60:.0f} 分钟出车率"

HOSPITALS = hospital.layer(
    "hospital",
    "医院",
    "Hospitals",
    symbol="cross",
    data=HospitalView,
    fields=(
        Field("nedocs", "急诊拥挤度", "NEDOCS"),
        Field("patients", "急诊在院", "In the ED", "人"),
        Field("edBeds", "急诊床位", "ED beds", "张"),
        Field("boarding", "待入院滞留", "Boarding", "人"),
        Field("waiting", "候诊", "Waiting", "人"),
        Field("overdue", "候诊超时", "Overdue triage", kind="text"),
        Field("bedOccupancy", "床位使用率", "Bed occupancy", kind="percent"),
        Field("bedState", "床位状态", "Beds", kind="text"),
        Field("icuFree", "ICU 空床", "Free ICU beds", "张"),
        Field("centres", "五大中心", "Centres", kind="text"),
    ),
    levels=(
        Band("calm", "不忙", "Not busy"),
        Band("busy", "忙", "Busy"),
        Band("very-busy", "很忙", "Very busy", "blue"),
        Band("crowded", "拥挤", "Crowded", "yellow"),
        Band("severe", "严重拥挤", "Severely crowded", "orange"),
        Band("danger", "危险", "Dangerous", "red"),
    ),
    charts=(
        Chart("nedocs", "急诊拥挤度 24 小时", "NEDOCS, 24 h", fields=("nedocs",)),
        Chart(
            "waiting",
            "候诊与滞留 24 小时",
            "Waiting, boarding, 24 h",
            fields=("waiting", "boarding"),
        ),
        Chart("beds", "床位使用率 24 小时", "Bed occupancy, 24 h", fields=("bedOccupancy",)),
    ),
)

AMBULANCES = hospital.layer(
    "ambulance",
    "救护车",
    "Ambulances",
    symbol="arrow",
    data=AmbulanceView,
    fields=(
        Field("speed", "车速", "Speed", "km/h"),
        Field("call", "任务", "Call", kind="text"),
        Field("hospital", "医院", "Hospital", kind="text"),
    ),
    levels=(
        Band("idle", "待命", "Idle"),
        Band("at-hospital", "在院", "At hospital"),
        Band("dispatched", "已派出", "Dispatched", "blue"),
        Band("on-scene", "在现场", "On scene", "blue"),
        Band("transporting", "转运中", "Transporting", "blue"),
    ),
)

DISPATCH = hospital.layer(
    "centre",
    "120 指挥中心",
    "120 dispatch centres",
    data=DispatchView,
    fields=(
        Field("waiting", "待派", "Waiting", "起"),
        Field("answered", ANSWERED, f"Answered within {ANSWER_SECONDS:.0f} s", "%"),
        Field("turnout", ROLLED, f"Turnout within {TURNOUT_SECONDS / 60:.0f} min", "%"),
        Field("calls", "近 1 小时呼叫", "Calls, last hour", "起"),
        Field("turnouts", "近 1 小时出车", "Turnouts, last hour", "次"),
    ),
    levels=(
        Band("normal", "正常", "Normal"),
        Band("low", "未达标", "Below target", "yellow"),
    ),
    charts=(
        Chart(
            "shares", "接听与出车 24 小时", "Calls, turnouts, 24 h", fields=("answered", "turnout")
        ),
        Chart("waiting", "待派 24 小时", "Waiting, 24 h", fields=("waiting",)),
    ),
)

ARRIVALS = hospital.layer(
    "arrival",
    "救护车到达时间",
    "Ambulance arrivals",
    data=ArrivalView,
    geometry="none",
    fields=(
        Field("minutes", "预计到达", "Arrives in", "分钟"),
        Field("late", "比原预计晚", "Later by", "分钟"),
        Field("to", "前往", "To", kind="text"),
        Field("call", "任务", "Call", kind="text"),
        Field("cause", "原因", "Cause", kind="text"),
    ),
    levels=(
        Band("on-time", "正常", "On time"),
        Band("late", "延迟", "Late", "yellow"),
        Band("cut-off", "无路可通", "No open road", "orange"),
    ),
)

PARKS = hospital.layer(
    "parking",
    "医院停车",
    "Hospital parking",
    data=ParkView,
    geometry="none",
    fields=(
        Field("full", "已满停车场", "Full car parks", kind="text"),
        Field(
            "room", f"{PARK_METRES:.0f} 米内有空位", f"Room within {PARK_METRES:.0f} m", kind="text"
        ),
    ),
    levels=(
        Band("normal", "正常", "Normal"),
        Band("full", "已满", "Full", "blue"),
    ),
)

DEMAND = hospital.layer(
    "demand",
    "急诊需求预测",
    "ED demand forecast",
    data=DemandView,
    geometry="none",
    fields=(
        Field("extra", "未来 24 小时就诊增加", "More visits, next 24 h", kind="percent"),
        Field("temperature", "气温", "Temperature", "℃"),
        Field("stations", "气象站", "Stations", "个"),
    ),
    levels=(
        Band("usual", "平常", "Usual"),
        Band("raised", "偏高", "Raised", "blue"),
    ),
)

CROWDED = hospital.alert("crowded", "急诊拥挤")
DIVERSION = hospital.alert("diversion", "分流建议")
TRIAGE = hospital.alert("triage", "候诊超时")
BEDS = hospital.alert("beds", "床位紧张")
ICU = hospital.alert("icu", "ICU 床位紧张")
TURNOUT = hospital.alert("turnout", "出车超时")
ANSWER = hospital.alert("answer", "接听超时")
LATE = hospital.alert("late", "救护车延迟")
PARKING = hospital.alert("parking", "医院停车已满")
AIR = hospital.alert("air", "空气重污染急诊提示")
COLD = hospital.alert("cold", "低温急诊需求")

hospital.tile(
    "crowded", "拥挤急诊", "Crowded EDs", HOSPITALS, "count", unit="家",
    levels=("crowded", "severe", "danger"), above=1,
)  # fmt: skip
hospital.tile("waiting", "120 待派", "120 waiting", DISPATCH, "sum", unit="起", field="waiting")
hospital.tile(
    "under-way", "120 在途", "120 under way", AMBULANCES, "count", unit="辆",
    levels=("dispatched", "on-scene", "transporting"),
)  # fmt: skip
hospital.tile(
    "turnout",
    ROLLED,
    f"Turnout within {TURNOUT_SECONDS / 60:.0f} min",
    DISPATCH,
    "mean",
    unit="%",
    field="turnout",
    below=round(100 * SHARE),
)
hospital.tile(
    "online", "急救车在线", "Ambulances online", AMBULANCES, "count", unit="辆",
    levels=tuple(level.name for level in AMBULANCES.levels),
)  # fmt: skip
