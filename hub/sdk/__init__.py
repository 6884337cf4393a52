"""What a scenario author imports. One name each for what a scenario is made of."""

from hub.core.context import Context
from hub.core.declaration import Chart, Layer, Tile
from hub.core.declaration import FieldSpec as Field
from hub.core.declaration import LevelSpec as Band
from hub.core.window import Stats, Window
from hub.model.alert import Level
from hub.model.command import Ack
from hub.model.device import Card
from hub.model.district import DISTRICTS
from hub.model.event import Gone, Silence
from hub.model.instant import DAY, HOUR, MINUTE, SECOND, Duration, Instant
from hub.model.output import Job
from hub.sdk.nearest import Nearest
from hub.sdk.place import cell, cells_around, metres
from hub.sdk.scenario import Scenario
from hub.sdk.structs import Config, Payload, State
from hub.sdk.window import Sums
from hub.sdk.words import COLOURS, proposal

__all__ = [
    "COLOURS",
    "DAY",
    "DISTRICTS",
    "HOUR",
    "MINUTE",
    "SECOND",
    "Ack",
    "Band",
    "Card",
    "Chart",
    "Config",
    "Context",
    "Duration",
    "Field",
    "Gone",
    "Instant",
    "Job",
    "Layer",
    "Level",
    "Nearest",
    "Payload",
    "Scenario",
    "Silence",
    "State",
    "Stats",
    "Sums",
    "Tile",
    "Window",
    "cell",
    "cells_around",
    "metres",
    "proposal",
]
