"""What can go wrong in the machine.

CoreError
├── BadScenario      a declaration is wrong: found when it is loaded, with file, handler and remedy
├── BadConfig        values that a scenario's configuration does not take
└── Cascade          an event derived more events than a cause may: a loop
"""


class CoreError(Exception):
    """The root of this package's errors."""


class BadScenario(CoreError):
    """A scenario cannot be loaded: ``where`` names it, ``problem`` and ``remedy`` say the rest."""

    def __init__(self, where: str, problem: str, remedy: str) -> None:
        super().__init__(f"{where}: {problem}. {remedy}")
        self.where = where
        self.problem = problem
        self.remedy = remedy


class BadConfig(CoreError):
    """A scenario's configuration does not take these values: the text says which and why."""


class Cascade(CoreError):
    """More than ``limit`` events were derived from one cause."""

    def __init__(self, cause: str, limit: int) -> None:
        super().__init__(f"{cause} derived more than {limit} events: a loop of derived events?")
        self.cause = cause
        self.limit = limit
