"""The words in which scenarios propose a warning colour (建议等级): none of them issues one."""

from hub.model.alert import Level

COLOURS = {Level.RED: "红色", Level.ORANGE: "橙色", Level.YELLOW: "黄色", Level.BLUE: "蓝色"}
"""The warning colours as a person reads them."""


def proposal(level: Level, what: str) -> str:
    """Return the title of an alert: what it is, and the colour that is proposed."""
    return f"{what}，建议{COLOURS[level]}预警"
