"""A device that is no car park: its identity, its place, its card."""

import sys
from typing import Protocol

from hub.model.device import Card, Reporting
from hub.model.instant import SECOND, Duration
from sensors.city.geo import Point, district_at

Attributes = dict[str, str | int | float | bool | None]


class Member(Protocol):
    """What a series and a gateway know of a device."""

    @property
    def id(self) -> str:
        """Its name in the topic."""

    @property
    def domain(self) -> str:
        """Its domain in the topic."""

    @property
    def district(self) -> str:
        """Its district's code."""

    @property
    def gateway(self) -> str:
        """Whose connection it speaks through."""

    @property
    def salt(self) -> int:
        """What tells its chances from others'."""

    def card(self, period: Duration) -> Card:
        """Return its card, when it reports every ``period``."""


class Device:
    """A device as it stands on a plan: nothing of it changes.

    ``changes`` tells that it reports on change. It speaks through its district's gateway.
    """

    __slots__ = (
        "at", "attributes", "changes", "district", "domain", "gateway", "id", "kind", "name",
        "salt",
    )  # fmt: skip

    def __init__(
        self,
        *,
        id: str,  # noqa: A002 the field's word
        domain: str,
        kind: str,
        name: str,
        at: Point,
        salt: int,
        attributes: Attributes | None = None,
        changes: bool = False,
        district: str = "",
    ) -> None:
        self.id = id
        self.domain = domain
        self.kind = kind
        self.name = name
        self.at = at
        self.salt = salt
        self.attributes = attributes or {}
        self.changes = changes
        self.district = sys.intern(district or district_at(at))
        self.gateway = sys.intern(f"gw-{self.district}")

    def card(self, period: Duration) -> Card:
        """Return its card."""
        return Card(
            name=self.name,
            kind=self.kind,
            lng=self.at[0],
            lat=self.at[1],
            reporting=Reporting() if self.changes else Reporting("periodic", period / SECOND),
            via=self.gateway,
            attributes={**self.attributes, "simulated": True},
        )
