"""学校: those in heavily polluted air are on the map with what they are advised."""

from msgspec import Struct, field

from hub.sdk import Context, Gone, State
from scenarios.ecology.look import SCHOOLS, ecology
from scenarios.ecology.messages import At, Heavy, School
from scenarios.ecology.views import SchoolView

ADVICE = "停止户外活动"


class Place(Struct, frozen=True, array_like=True):
    """A school as a district keeps it."""

    name: str
    at: At


class SchoolState(State):
    """A school: the district it was told to, so that one that moves leaves the old one."""

    district: str = ""


class DistrictState(State):
    """A district's schools, and its air while that is heavily polluted."""

    schools: dict[str, Place] = field(default_factory=dict)
    heavy: Heavy | None = None


@ecology.on_card("School")
def school_found(ctx: Context, school: SchoolState) -> None:
    """Tell the city of a school."""
    card = ctx.card
    if card is not None and card.at is not None:
        school.district = ctx.district
        ctx.emit("ecology.school", School(ctx.key, card.name, ctx.district, card.at))


@ecology.on_gone("School")
def school_gone(ctx: Context, _: Gone, school: SchoolState) -> None:
    """Tell the city that a school is no longer there."""
    ctx.emit("ecology.school", School(ctx.key, "", school.district, None))


@ecology.on("ecology.school", key=lambda school: school.district)
def registered(ctx: Context, said: School, district: DistrictState) -> None:
    """Keep a school in its district; a new one hears of the air at once."""
    if said.at is None:
        district.schools.pop(said.school, None)
        ctx.hide(SCHOOLS, said.school)
        return
    district.schools[said.school] = Place(said.name, said.at)
    if district.heavy is not None:
        _show(ctx, district.heavy, said.school, district.schools[said.school])


@ecology.on("ecology.heavy", key=lambda heavy: heavy.district)
def air_told(ctx: Context, heavy: Heavy, district: DistrictState) -> None:
    """Advise the schools of a district, or take the advice back."""
    district.heavy = heavy if heavy.active else None
    for school, place in sorted(district.schools.items()):
        if heavy.active:
            _show(ctx, heavy, school, place)
        else:
            ctx.hide(SCHOOLS, school)


def _show(ctx: Context, heavy: Heavy, school: str, place: Place) -> None:
    view = SchoolView(ADVICE, heavy.aqi, heavy.primary)
    ctx.show(
        SCHOOLS, school, place.name, view, at=place.at, district=heavy.district, level="indoors"
    )
