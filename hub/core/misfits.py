"""Which scenarios cannot go on from what is stored: a worker begins without these."""

from hub.core.changes import Cell
from hub.core.configs import Configs
from hub.core.errors import BadScenario
from hub.core.registry import Registry
from hub.core.schemas import Schemas
from hub.core.store import Store


def misfits(registry: Registry, cells: dict[Cell, bytes]) -> dict[str, str]:
    """Return the scenarios whose code cannot read its states or its configuration, and why."""
    store = Store(cells)
    schemas, configs = Schemas(store), Configs(store, [])
    found: dict[str, str] = {}
    for declaration in registry.declarations:
        try:
            configs.check([declaration])
            for name, type_ in registry.states.items():
                if name.partition(".")[0] == declaration.name:
                    schemas.check(declaration.name, type_)
        except BadScenario as error:
            found[declaration.name] = str(error)
    return found
