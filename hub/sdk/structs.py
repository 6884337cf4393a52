"""What a scenario's own messages, states and configuration are made of."""

from typing import Any, ClassVar

from msgspec import Struct

from hub.model.instant import Duration


class Payload(Struct, frozen=True):
    """The data of a type of event: a frozen, checked message. Subclass it with typed fields.

    It is a view: declare only the fields you need, whatever else the data has.
    """


class State(Struct):
    """What a scenario remembers of a key. Subclass it; every field needs a default.

    With a TTL it is forgotten when no handler was given it for so long, in log time. A field that
    is new needs nothing but its default; for another shape raise VERSION and write `migrate`.
    """

    TTL: ClassVar[Duration | None] = None
    VERSION: ClassVar[int] = 1

    @classmethod
    def migrate(cls, version: int, old: dict[str, Any]) -> "State":
        """Return a state of this VERSION made of the fields of one of an older ``version``."""
        words = f"{cls.__name__}.migrate does not say how to read version {version}: {sorted(old)}"
        raise NotImplementedError(words)


class Config(Struct, frozen=True):
    """What an operator may change of a scenario. Subclass it; every field needs a default."""
