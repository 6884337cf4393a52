"""The screen (一屏): the entities that scenarios show, each encoded once for everybody."""

from collections.abc import Callable

import msgspec
from msgspec import Raw
from msgspec.structs import replace

from hub.core.charts import Charts
from hub.core.devices import Devices
from hub.core.effect import Picture
from hub.core.store import Store
from hub.model.device import Device
from hub.model.entity import Entity
from hub.model.instant import MILLISECOND, Instant, text
from hub.model.output import Shown

_TABLE = "entities"
_NEWEST = ("marks", "screen")


class Screen:
    """All entities of a partition. ``tell`` is called with each change."""

    def __init__(self, store: Store, devices: Devices, tell: Callable[[Shown], None]) -> None:
        self._store = store
        self._devices = devices
        self._tell = tell
        self._json = msgspec.json.Encoder().encode
        self._decode = msgspec.json.Decoder(Entity).decode
        self._entities: dict[str, Entity] = {}
        self._owners = devices.owners()
        self._charts = Charts(store)
        self._newest = int(store.get(*_NEWEST) or 0)
        store.before_take(self._flush)

    def show(self, picture: Picture, now: Instant) -> None:
        """Show a new state of an entity; it is stale as long as its device is.

        Shown once from a device's reading it lives by that device, whatever shows it later.
        """
        id_ = picture.id
        device = self._devices.get(picture.device or self._owners.get(id_, ""))
        if device is not None and id_ not in self._owners:
            self._owners[id_] = device.source
            device.entities.append(id_)
            self._devices.touch(device.source)
        if picture.lines:
            self._charts.add(id_, picture.lines, now)
        self._keep(
            Entity(  # in the order of its fields: by name it takes twice as long
                id_,
                picture.layer,
                self._version(now),
                picture.at,
                picture.district,
                picture.level,
                picture.title,
                text(picture.time),
                picture.stale or (device is not None and device.stale),
                picture.quality,
                Raw(picture.data),
            )
        )

    def hide(self, id_: str) -> None:
        """Take an entity off the screen."""
        self._charts.drop(id_)
        last = self._entity(id_)
        if last is not None:
            device = self._devices.get(self._owners.pop(id_, ""))
            if device is not None:
                device.entities.remove(id_)
                self._devices.touch(device.source)
            del self._entities[id_]
            self._store.delete(_TABLE, id_)
            self._tell(Shown(id_, last.layer, last.district or "", last.at, None))

    def follow(self, device: Device, now: Instant) -> None:
        """Mark a device's entities as stale or fresh, as it is."""
        for id_ in device.entities:
            last = self._entity(id_)
            if last is not None and last.stale != device.stale:
                self._keep(replace(last, stale=device.stale, v=self._version(now)))

    def _version(self, now: Instant) -> int:
        """Return a number above every earlier one of this partition, also over a removal."""
        self._newest = max(self._newest + 1, now // MILLISECOND)
        return self._newest

    def _flush(self) -> None:
        if self._newest:
            self._store.put(*_NEWEST, str(self._newest).encode())

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
