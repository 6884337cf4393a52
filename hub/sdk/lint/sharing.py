"""The rule on memory: what is remembered is in a State, never in a module.

A module's variable is lost at a restart, is another one in another process, and is not rolled
back when a handler fails.
"""

import ast
from collections.abc import Iterator

from hub.sdk.lint.imports import Found
from hub.sdk.lint.scope import Function, Scope, dotted

_REMEDY = "keep it in a State: it is committed with the event, survives a restart, is rolled back"
_CHANGES = frozenset({
    "add", "append", "appendleft", "clear", "difference_update", "discard", "extend",
    "extendleft", "insert", "intersection_update", "pop", "popitem", "popleft", "remove", "reverse",
    "rotate", "setdefault", "sort", "subtract", "symmetric_difference_update", "update",
})  # fmt: skip
_LITERALS = ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp


def check(scope: Scope) -> Iterator[Found]:
    """Yield the places in functions that change what belongs to the module."""
    if isinstance(scope.node, Function):
        defaults = [*scope.node.args.defaults, *scope.node.args.kw_defaults]
        for default in defaults:
            if isinstance(default, _LITERALS):
                yield default.lineno, "has a default that all calls share", _REMEDY
    if scope.is_module:
        return
    for node in scope.nodes():
        if isinstance(node, ast.Global):
            yield node.lineno, f"makes {', '.join(node.names)} global", _REMEDY
        for target in _changed(node):
            name = dotted(target).partition(".")[0]
            if name and scope.is_shared(name):
                yield target.lineno, f"changes {name}, which is the module's", _REMEDY


def _changed(node: ast.AST) -> list[ast.expr]:
    """Return what a statement or call changes in place."""
    match node:
        case ast.Call(func=ast.Attribute(value=value, attr=method)) if method in _CHANGES:
            return [_root(value)]
        case ast.Assign(targets=targets) | ast.Delete(targets=targets):
            return [
                _root(each) for each in targets if isinstance(each, ast.Subscript | ast.Attribute)
            ]
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
            return [_root(target)] if isinstance(target, ast.Subscript | ast.Attribute) else []
    return []


def _root(node: ast.expr) -> ast.expr:
    """Return the name at the root of `a.b[c].d`."""
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return node
