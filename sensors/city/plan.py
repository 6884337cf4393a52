"""How devices are laid out: a standard number of a kind around anchors, repeated where more."""

from collections.abc import Iterator, Sequence
from functools import cache

from msgspec import Struct

from sensors.city.geo import Point, repeated, within
from sensors.city.noise import mix
from sensors.city.place import Place, places


class Slot(Struct, frozen=True):
    """Where the ``index``-th device of a kind stands, near which place, in which repetition."""

    index: int
    place: Place
    copy: int
    at: Point
    salt: int


def hospital_places() -> tuple[Place, ...]:
    """Return the hospitals among the places, in their fixed order."""
    return tuple(place for place in places() if place.hospital)


@cache
def urban_places() -> tuple[Place, ...]:
    """Return the places that are not in the four outlying counties."""
    outlying = {"210115", "210123", "210124", "210181"}
    return tuple(place for place in places() if place.district not in outlying)


def layout(  # noqa: PLR0917 the callers read as a table
    seed: int, kind: int, count: int, standard: int, anchors: Sequence[Place], radius: float = 0.0
) -> Iterator[Slot]:
    """Yield ``count`` places for devices of a kind (its number is the salt).

    The first ``standard`` go around the anchors in turn, within their radius (or ``radius``);
    the next ones repeat them around the repetitions of the anchors.
    """
    for index in range(count):
        copy, local = divmod(index, standard)
        place = anchors[local % len(anchors)]
        salt = mix(seed, kind, index)
        centre = repeated((place.lng, place.lat), seed, copy)
        yield Slot(index, place, copy, within(centre, radius or place.radius, salt), salt)
