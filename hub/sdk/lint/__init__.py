"""The lint of scenarios: what would make a replay another city is refused before it runs.

A scenario is a function of its events, its state, its config and `ctx.now`; what hangs on
anything else (a clock, chance, a file, the order of a set, a module's variable) cannot be
replayed, restarted or moved. The lint reads the code and runs none of it.
"""

from hub.sdk.lint.check import lint, lint_source
from hub.sdk.lint.problem import Problem

__all__ = ["Problem", "lint", "lint_source"]
