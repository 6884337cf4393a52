"""The rule on imports: the SDK, modules without effects, and the scenario's own files."""

import ast
from collections.abc import Iterator

from hub.sdk.lint.scope import Scope, dotted

PURE_MODULES = frozenset({
    "__future__", "abc", "array", "base64", "bisect", "cmath", "collections", "copy",
    "dataclasses", "datetime", "decimal", "enum", "fractions", "functools", "graphlib",
    "hashlib", "heapq", "itertools", "json", "math", "msgspec", "numbers", "operator", "random",
    "re", "statistics", "string", "struct", "textwrap", "types", "typing", "unicodedata",
})  # fmt: skip
"""What a scenario may import beside the SDK: no I/O, no clock, no machine; and msgspec.

`datetime` and `random` are here for dates and for `Random(seed)`; their clock and their chance
are found by name.
"""

_SDK = "use what hub.sdk exports; the rest of the hub changes without notice"
_OTHER = (
    "declare your own Payload with the fields you need: two scenarios may read one type differently"
)
_IO = (
    "a handler has no I/O: do it in an async action (@scenario.action), imported inside it or "
    "used only there"
)
_LIBRARY = (
    "use hub.sdk, msgspec or a pure module of the standard library; libraries go into actions"
)
_EFFECTS = frozenset({
    "aiohttp", "asyncio", "ctypes", "fileinput", "glob", "http", "httpx", "io", "logging",
    "multiprocessing", "os", "pathlib", "paho", "redis", "requests", "secrets", "select", "shutil",
    "signal", "smtplib", "socket", "sqlite3", "ssl", "structlog", "subprocess", "sys", "tempfile",
    "threading", "time", "urllib", "uuid", "websockets",
})  # fmt: skip

Found = tuple[int, str, str]
"""(line, problem, remedy)."""


def check(scope: Scope, own: tuple[str, ...], in_actions: frozenset[str]) -> Iterator[Found]:
    """Yield the imports of a scope that a scenario may not have.

    ``own`` are the names its own package may have; ``in_actions`` the names that only actions use.
    """
    if scope.is_action:
        return
    for node in scope.nodes():
        for name, bound in _imported(node):
            remedy = _remedy(name, own)
            if remedy and bound not in in_actions:
                yield getattr(node, "lineno", 0), f"imports {name}", remedy


def used_in_actions_only(every: list[Scope]) -> frozenset[str]:
    """Return the names that async functions use and nothing else does."""
    inside: set[str] = set()
    outside: set[str] = set()
    for scope in every:
        used = {
            dotted(node) for node in scope.nodes() if isinstance(node, ast.Name | ast.Attribute)
        }
        heads = {name.partition(".")[0] for name in used if name}
        (inside if scope.is_action else outside).update(heads)
    return frozenset(inside - outside)


def _imported(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield (dotted name, name it is bound to)."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.name, alias.asname or alias.name.partition(".")[0]
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            head = "." * node.level + (node.module or "")
            yield f"{head}.{alias.name}" if node.level else head, alias.asname or alias.name


def _remedy(name: str, own: tuple[str, ...]) -> str:
    top = name.partition(".")[0]
    if name.startswith(".."):
        return _OTHER
    mine = name.startswith((".", *(f"{package}." for package in own)))
    if mine or name in own or name == "hub.sdk" or top in PURE_MODULES:
        return ""
    if top == "hub":
        return _SDK
    if top == "scenarios" or top.startswith("cityhub_scenario_"):
        return _OTHER
    return _IO if top in _EFFECTS else _LIBRARY
