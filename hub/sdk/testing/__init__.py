"""The test kit: a city in one object, without broker, Redis, waiting or asyncio."""

from hub.sdk.testing.errors import Diverged, KitError, NotGolden
from hub.sdk.testing.kit import Kit
from hub.sdk.testing.seen import Command, Emitted, Shown

__all__ = ["Command", "Diverged", "Emitted", "Kit", "KitError", "NotGolden", "Shown"]
