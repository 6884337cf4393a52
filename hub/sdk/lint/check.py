"""The lint of a scenario's folder: each rule on each scope of each file."""

import ast
import re
from pathlib import Path

from hub.sdk.lint import calls, imports, sharing
from hub.sdk.lint.order import Sets
from hub.sdk.lint.problem import Problem
from hub.sdk.lint.scope import scopes

ALLOWED = re.compile(r"#\s*lint: allow, \S")
"""At the end of a line: the author knows better, and says why."""


def lint(folder: Path) -> list[Problem]:
    """Return what is wrong with a scenario's code, in order of file and line; its tests are free.

    Files are named by their path below the folder's parent. A line with `# lint: allow, reason`
    is passed over.
    """
    files = [
        file for file in sorted(folder.rglob("*.py")) if not _is_test(file.relative_to(folder))
    ]
    sources = {
        str(file.relative_to(folder.parent)): file.read_text("utf-8", "replace") for file in files
    }
    return lint_source(sources, folder.name)


def lint_source(sources: dict[str, str], name: str) -> list[Problem]:
    """Return what is wrong with the files of the scenario in a folder called ``name``."""
    found: set[Problem] = set()
    trees: dict[str, ast.Module] = {}
    for file, source in sources.items():
        try:
            trees[file] = ast.parse(source, file)
        except (SyntaxError, ValueError) as error:
            line, why = getattr(error, "lineno", None) or 1, getattr(error, "msg", str(error))
            found.add(Problem(file, line, "syntax", f"is no Python: {why}", "Correct it."))
    sets = Sets(list(trees.values()))
    own = (f"scenarios.{name}", f"cityhub_scenario_{name}")
    for file, tree in trees.items():
        lines = sources[file].splitlines()
        found |= {each for each in _file(file, tree, own, sets) if not _allowed(lines, each)}
    return sorted(found)


def _file(file: str, tree: ast.Module, own: tuple[str, ...], sets: Sets) -> list[Problem]:
    every = list(scopes(tree))
    known, in_actions = calls.origins(tree), imports.used_in_actions_only(every)
    return [
        Problem(file, line, rule, problem, f"{remedy[0].upper()}{remedy[1:]}.")
        for scope in every
        for rule, part in (
            ("import", imports.check(scope, own, in_actions)),
            ("call", calls.check(scope, known)),
            ("memory", sharing.check(scope)),
            ("order", sets.check(scope)),
        )
        for line, problem, remedy in part
    ]


def _allowed(lines: list[str], problem: Problem) -> bool:
    return bool(ALLOWED.search(lines[problem.line - 1]))


def _is_test(file: Path) -> bool:
    return file.name.startswith("test_") or file.name == "conftest.py" or "tests" in file.parts
