"""The catalogue: what the scenarios declare, as of their newest code."""

from collections.abc import Sequence

import structlog

from hub.core.declaration import Declaration
from hub.core.errors import BadScenario
from hub.core.notice import SCENARIOS
from hub.model.control import Reload
from hub.serve.screen import Change, Screen
from hub.serve.tiles import Tiles
from hub.work.loader import Loader

log = structlog.get_logger()

ROW = f"{SCENARIOS.name}/"


class Catalogue:
    """The declarations; those of a scenario change when the worker has reloaded it."""

    def __init__(self, setting: str, declarations: Sequence[Declaration], tiles: Tiles) -> None:
        self.declarations = tuple(declarations)
        self._setting = setting
        self._tiles = tiles
        self._loader: Loader | None = None

    def note(self, change: Change, screen: Screen) -> bool:
        """Follow the worker's reloads among what changed; return whether anything is new."""
        names = [name for name in change.before if name.startswith(ROW)]
        for name in names:
            row = screen.rows.get(name)
            if row is not None:
                self._reload(name.removeprefix(ROW), row.json.hex())
        return bool(names)

    def _reload(self, scenario: str, key: str) -> None:
        try:
            if self._loader is None:
                self._loader = Loader(self._setting)
            registry = self._loader.reload(Reload(scenario, key))
        except BadScenario as error:  # the worker could load it: another disk, or changed since
            log.warning("catalogue.stale", scenario=scenario, error=str(error))
            return
        self.declarations = tuple(registry.declarations)
        self._tiles.use(tile for each in self.declarations for tile in each.tiles)
