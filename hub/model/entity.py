"""Screen entities: everything on the screen, each a row of a declared layer."""

from msgspec import Raw, Struct


class Entity(Struct, frozen=True, tag="entity"):
    """The latest state of one thing on the screen.

    ``id`` is `{layer}/{name}`, ``v`` grows with each change, ``at`` is (lng, lat) WGS-84 or None,
    ``time`` the data's own time, ``stale`` tells that the value must not be shown, ``quality`` its
    flags, ``data`` the fields that the layer declares.
    """

    id: str
    layer: str
    v: int
    at: tuple[float, float] | None
    district: str | None
    level: str | None
    title: str
    time: str
    stale: bool
    quality: tuple[str, ...]
    data: Raw
