"""The scenarios' configuration: the defaults of their code, changed by events of the log."""

from typing import Any

import msgspec
from msgspec import Struct

from hub.core.declaration import Declaration
from hub.core.errors import BadConfig, BadScenario
from hub.core.store import Store

_TABLE = "configs"


class Configs:
    """What each scenario is configured to; None for one without configuration."""

    def __init__(self, store: Store, declarations: list[Declaration]) -> None:
        self._store = store
        self._values: dict[str, Struct | None] = {}
        self._types: dict[str, type[Struct] | None] = {}
        self.reread(declarations)

    def of(self, scenario: str) -> Struct | None:
        """Return a scenario's configuration."""
        return self._values.get(scenario)

    def check(self, declarations: list[Declaration]) -> None:
        """Raise BadScenario when what was configured does not fit the code of a scenario."""
        for each in declarations:
            self._read(each.name, each.config)

    def reread(self, declarations: list[Declaration]) -> None:
        """Take the configurations of new code; raise BadScenario as `check` does."""
        self._types = {each.name: each.config for each in declarations}
        self._values = {name: self._read(name, type_) for name, type_ in self._types.items()}

    def configure(self, scenario: str, values: dict[str, Any]) -> None:
        """Change fields of a scenario's configuration; raise BadConfig when they do not fit."""
        type_ = self._types.get(scenario)
        if type_ is None:
            raise BadConfig(f"scenario {scenario!r} has no configuration")
        known = {field.name for field in msgspec.structs.fields(type_)}
        for name in sorted(values):
            if name not in known:
                raise BadConfig(f"{name!r} is none of {', '.join(sorted(known))}")
        changed = {**self._changed(scenario), **values}
        self._values[scenario] = _made(type_, changed)
        self._store.put(_TABLE, scenario, msgspec.json.encode(changed, order="deterministic"))

    def _changed(self, scenario: str) -> dict[str, Any]:
        """Return what differs from the defaults of the code."""
        raw = self._store.get(_TABLE, scenario)
        return {} if raw is None else msgspec.json.decode(raw, type=dict[str, Any])

    def _read(self, scenario: str, type_: type[Struct] | None) -> Struct | None:
        if type_ is None:
            return None
        try:
            return _made(type_, self._changed(scenario))
        except BadConfig as error:
            problem = f"it is configured to what {type_.__name__} does not take: {error}"
            raise BadScenario(scenario, problem, "Let the field take it again.") from error


def _made(type_: type[Struct], values: dict[str, Any]) -> Struct:
    try:
        return msgspec.convert(values, type_, strict=True)
    except (msgspec.ValidationError, ArithmeticError, LookupError, ValueError) as error:
        raise BadConfig(str(error)) from error
