"""Loads the scenarios, and exchanges the code of one while the others run, or says why it cannot.

One that cannot be loaded keeps no other from running.
"""

import re
from collections import OrderedDict
from pathlib import Path

import structlog

from hub.core.declaration import Declaration
from hub.core.errors import BadScenario
from hub.core.registry import Registry
from hub.model.control import Reload
from hub.sdk.loading import FILE, folders, fresh, load

REMEMBERED = 64
"""Reloads whose result is kept: each partition asks for it, within seconds."""

_NAME = re.compile(r"""\bScenario\(\s*(?:name\s*=\s*)?["']([^"']+)["']""")

log = structlog.get_logger()


class Loader:
    """The scenarios of a setting as they are loaded now.

    ``broken`` are those that could not be loaded at first, by name, and why.
    """

    def __init__(self, setting: str) -> None:
        self._setting = setting
        self._loaded: dict[Path, Declaration] = {}
        self._failed: dict[str, Path] = {}
        self.broken: dict[str, str] = {}
        for folder in folders(setting):
            try:
                declaration = load(folder)
                Registry([*self.declarations, declaration])  # it must get on with the others
            except BadScenario as error:
                self._fail(folder, error)
            else:
                self._loaded[folder] = declaration
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

    def _fail(self, folder: Path, error: BadScenario) -> None:
        log.error("scenario not loaded", folder=str(folder), error=str(error))
        taken = {*self.broken, *(each.name for each in self.declarations)}
        names = (_name(folder), folder.name, str(folder))
        name = next((each for each in names if each not in taken), str(folder))
        self._failed[name] = folder
        self.broken[name] = str(error)

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
        if scenario in self._failed:
            return self._failed[scenario]
        for folder in folders(self._setting):
            if folder.name == scenario:
                return folder
        known = ", ".join(sorted({*self._failed, *(each.name for each in self.declarations)}))
        raise BadScenario(scenario, "there is no such scenario", f"Known: {known}.")


def _name(folder: Path) -> str:
    """Return the name that code which cannot be loaded gives its scenario, else the folder's."""
    try:
        found = _NAME.search((folder / FILE).read_text("utf-8", "replace"))
    except OSError:
        found = None
    return folder.name if found is None else found[1]
