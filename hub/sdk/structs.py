"""What a scenario's own messages, states and configuration are made of."""

from msgspec import Struct


class Payload(Struct, frozen=True):
    """The data of a type of event: a frozen, checked message. Subclass it with typed fields.

    It is a view: declare only the fields you need, whatever else the data has.
    """


class State(Struct):
    """What a scenario remembers of a key. Subclass it; every field needs a default."""


class Config(Struct, frozen=True):
    """What an operator may change of a scenario. Subclass it; every field needs a default."""
