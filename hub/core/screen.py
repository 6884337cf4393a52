"""The screen (一屏): the entities that scenarios show, each encoded once for everybody."""

from collections.abc import Callable

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import replace

from hub.core.devices import Devices
from hub.core.store import Store
from hub.model.device import Device
from hub.model.entity import Entity
from hub.model.instant import Instant, text
from hub.model.output import Shown

_TABLE = "entities"


class Picture(Struct, frozen=True):
    """What a handler shows: an entity without its version; ``device`` is the source it lives by."""

    layer: str
    name: str
    title: str
    data: Struct
    time: Instant
    at: tuple[float, float] | None = None
    district: str | None = None
    level: str | None = None
    quality: tuple[str, ...] = ()
    device: str = ""

    @property
    def id(self) -> str:
        """The entity's id."""
        return f"{self.layer}/{self.name}"


class Screen:
    """All entities of a partition. ``tell`` is called with each change."""

    def __init__(self, store: Store, devices: Devices, tell: Callable[[Shown], None]) -> None:
        self._store = store
        self._devices = devices
        self._tell = tell
        self._json = msgspec.json.Encoder().encode
        self._decode = msgspec.json.Decoder(Entity).decode
        self._entities: dict[str, Entity] = {}

    def show(self, picture: Picture) -> None:
        """Show a new state of an entity; it is stale as long as its device is."""
        device = self._devices.get(picture.device) if picture.device else None
        id_ = picture.id
        if device is not None and id_ not in device.entities:
            device.entities.append(id_)
            self._devices.touch(device.source)
        last = self._entity(id_)
        self._keep(
            Entity(
                id=id_,
                layer=picture.layer,
                v=1 if last is None else last.v + 1,
                at=picture.at,
                district=picture.district,
                level=picture.level,
                title=picture.title,
                time=text(picture.time),
                stale=device is not None and device.stale,
                quality=picture.quality,
                data=Raw(self._json(picture.data)),
            )
        )

    def hide(self, id_: str) -> None:
        """Take an entity off the screen."""
        last = self._entity(id_)
        if last is not None:
            del self._entities[id_]
            self._store.delete(_TABLE, id_)
            self._tell(Shown(id_, last.layer, last.district or "", last.at, None))

    def follow(self, device: Device) -> None:
        """Mark a device's entities as stale or fresh, as it is."""
        for id_ in device.entities:
            last = self._entity(id_)
            if last is not None and last.stale != device.stale:
                self._keep(replace(last, stale=device.stale, v=last.v + 1))

    def _entity(self, id_: str) -> Entity | None:
        entity = self._entities.get(id_)
        if entity is None:
            raw = self._store.get(_TABLE, id_)
            if raw is not None:
                entity = self._entities[id_] = self._decode(raw)
        return entity

    def _keep(self, entity: Entity) -> None:
        raw = self._json(entity)
        self._entities[entity.id] = entity
        self._store.put(_TABLE, entity.id, raw)
        self._tell(Shown(entity.id, entity.layer, entity.district or "", entity.at, raw))
