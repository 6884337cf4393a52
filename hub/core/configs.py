"""The scenarios' configuration: the defaults of their code, changed by events of the log."""

from msgspec import Struct

from hub.core.declaration import Declaration


class Configs:
    """What each scenario is configured to; None for one without configuration."""

    def __init__(self, declarations: list[Declaration]) -> None:
        self.reread(declarations)

    def reread(self, declarations: list[Declaration]) -> None:
        """Take the configurations of new code."""
        self._values = {
            each.name: None if each.config is None else each.config() for each in declarations
        }

    def of(self, scenario: str) -> Struct | None:
        """Return a scenario's configuration."""
        return self._values.get(scenario)
