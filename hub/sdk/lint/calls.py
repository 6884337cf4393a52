"""The rules on what is called: no clock, no chance, no I/O, nothing that differs by process."""

import ast
from collections.abc import Iterator

from hub.sdk.lint.imports import Found
from hub.sdk.lint.scope import Scope, dotted

_CLOCK = "use ctx.now (log time) or ctx.time (the data's own)"
_CHANCE = "draw from Random(text of ctx.cause): the same event, the same draw"
_IO = "a handler has no I/O: ctx.do(...) runs an async action after the commit"
_SHOW = "print and logging are I/O: ctx.count(name) counts, cityhub tail and explain show the rest"
_UNSTABLE = "its answer differs between two processes: use the value itself"
_HIDDEN = "the lint cannot see what it runs: write it out"
_WAIT = "a handler does not wait: ctx.start(name, after) runs a timer later"

_BUILT_IN = {
    **dict.fromkeys(("open", "input"), _IO),
    **dict.fromkeys(("print", "breakpoint"), _SHOW),
    **dict.fromkeys(("eval", "exec", "compile", "__import__", "globals", "vars"), _HIDDEN),
    **dict.fromkeys(("hash", "id"), _UNSTABLE),
}
_MODULES = {
    "time": _CLOCK,
    "random": _CHANCE,
    "secrets": _CHANCE,
    "uuid": _CHANCE,
    "os": _IO,
    "sys": _IO,
    "io": _IO,
    "socket": _IO,
    "subprocess": _IO,
    "shutil": _IO,
    "tempfile": _IO,
    "urllib": _IO,
    "http": _IO,
    "requests": _IO,
    "httpx": _IO,
    "sqlite3": _IO,
    "pathlib": _IO,
    "threading": _IO,
    "multiprocessing": _IO,
    "logging": _SHOW,
    "structlog": _SHOW,
    "asyncio": _WAIT,
    "importlib": _HIDDEN,
}
_NOW = frozenset({"now", "utcnow", "today"})
_DATES = frozenset({"datetime", "date", "datetime.datetime", "datetime.date"})


def check(scope: Scope, origins: dict[str, str]) -> Iterator[Found]:
    """Yield the calls that a scenario may not make; ``origins`` maps names to what they import."""
    if scope.is_action:
        return
    for node in scope.nodes():
        if isinstance(node, ast.Call):
            remedy, name = _call(scope, node, origins)
            if remedy:
                yield node.lineno, f"calls {name}()", remedy
        elif isinstance(node, ast.Attribute):
            name = _origin(node, origins)
            if name in ("os.environ", "sys.argv", "sys.stdout", "sys.stderr", "sys.stdin"):
                yield (
                    node.lineno,
                    f"uses {name}",
                    "declare a Config: it is in the log, and changes live",
                )


def origins(tree: ast.Module) -> dict[str, str]:
    """Return what each imported name of a module stands for."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                whole = alias.name if alias.asname else alias.name.partition(".")[0]
                found[alias.asname or whole] = whole
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return found


def _call(scope: Scope, node: ast.Call, known: dict[str, str]) -> tuple[str, str]:
    name = dotted(node.func)
    if name in _BUILT_IN and not _is_own(scope, name):
        return _BUILT_IN[name], name
    whole = _origin(node.func, known)
    head, _, tail = whole.rpartition(".")
    if tail in _NOW and head in _DATES:
        return _CLOCK, whole
    if whole == "random.Random":
        return ("" if node.args or node.keywords else _CHANCE), whole
    top = whole.partition(".")[0]
    if top in _MODULES and name.partition(".")[0] in known:
        return _MODULES[top], whole
    return "", name


def _is_own(scope: Scope, name: str) -> bool:
    """Whether the code has a function of its own by the name of a built-in one."""
    return name in scope.names or (scope.parent is not None and _is_own(scope.parent, name))


def _origin(node: ast.AST, known: dict[str, str]) -> str:
    head, dot, rest = dotted(node).partition(".")
    return f"{known.get(head, head)}{dot}{rest}"
