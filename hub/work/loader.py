"""Exchanges the code of one scenario while the others run, or says why it cannot."""

from collections import OrderedDict
from pathlib import Path

import structlog

from hub.core.declaration import Declaration
from hub.core.errors import BadScenario
from hub.core.registry import Registry
from hub.model.control import Reload
from hub.sdk.loading import folders, fresh, load

REMEMBERED = 64
"""Reloads whose result is kept: each partition asks for it, within seconds."""

log = structlog.get_logger()


class Loader:
    """The scenarios of a setting as they are loaded now."""

    def __init__(self, setting: str) -> None:
        self._setting = setting
        self._loaded = {folder: load(folder) for folder in folders(setting)}
        self._done: OrderedDict[str, list[Declaration] | BadScenario] = OrderedDict()

    @property
    def declarations(self) -> list[Declaration]:
        """All that is loaded."""
        return list(self._loaded.values())

    def reload(self, what: Reload) -> Registry:
        """Return all scenarios, one of them with its newest code; the same for the same key.

        Raise BadScenario when that code cannot be used: the old one is kept.
        """
        if what.key not in self._done:
            try:
                self._done[what.key] = self._load(what.scenario)
            except BadScenario as error:
                log.warning("reload.refused", scenario=what.scenario, error=str(error))
                self._done[what.key] = error
            while len(self._done) > REMEMBERED:
                self._done.popitem(last=False)
        found = self._done[what.key]
        if isinstance(found, BadScenario):
            raise found
        return Registry(found)

    def _load(self, scenario: str) -> list[Declaration]:
        folder = self._folder(scenario)
        declaration = fresh(folder)
        if declaration.name != scenario:
            problem = f"it declares {declaration.name!r}, not {scenario!r}"
            raise BadScenario(str(folder), problem, "Reload it by its own name.")
        found = {**self._loaded, folder: declaration}
        Registry(list(found.values()))  # it must get on with the others
        self._loaded = found
        log.info("reload", scenario=scenario, folder=str(folder))
        return self.declarations

    def _folder(self, scenario: str) -> Path:
        """Return the folder of a scenario: of a loaded one, or of one that is new."""
        for folder, declaration in self._loaded.items():
            if declaration.name == scenario:
                return folder
        for folder in folders(self._setting):
            if folder.name == scenario:
                return folder
        known = ", ".join(sorted(each.name for each in self.declarations))
        raise BadScenario(scenario, "there is no such scenario", f"Known: {known}.")
