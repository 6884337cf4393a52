"""The rule on order: a set has none, so nothing may be made in a set's order.

Two processes iterate a set of texts differently (hash seed): alerts would come in another order,
lists would differ, sums of floats in the last digit.
"""

import ast
from collections.abc import Iterator

from hub.sdk.lint.imports import Found
from hub.sdk.lint.scope import Function, Scope

_REMEDY = (
    "go through sorted(...) of it, or use dict.fromkeys(...), which keeps the order of arrival"
)
_KEEPS_ORDER = frozenset({"list", "tuple", "enumerate", "iter", "zip", "map", "filter", "reversed"})
_SETS = frozenset({"set", "frozenset"})
_GIVES_SET = frozenset({"union", "intersection", "difference", "symmetric_difference", "copy"})
_NO_MATTER = frozenset({"sorted", "set", "frozenset", "any", "all", "len", "min", "max"})
"""Calls whose answer is the same in any order."""
_OPERATORS = ast.BitOr | ast.BitAnd | ast.Sub | ast.BitXor


class Sets:
    """Knows which expressions are sets: by literals, calls and annotations of the scenario."""

    def __init__(self, trees: list[ast.Module]) -> None:
        self._fields = {
            each.target.id
            for tree in trees
            for found in ast.walk(tree)
            if isinstance(found, ast.ClassDef)
            for each in found.body
            if isinstance(each, ast.AnnAssign)
            and isinstance(each.target, ast.Name)
            and _is_set_type(each.annotation)
        }

    def check(self, scope: Scope) -> Iterator[Found]:
        """Yield the places of a scope that take a set's order."""
        names = self._names(scope)
        for node in scope.nodes():
            for line, taken in self._taken(node):
                if self._is_set(taken, names):
                    yield line, f"takes the order of the set {ast.unparse(taken)}", _REMEDY

    def _names(self, scope: Scope) -> set[str]:
        """Return the names that are sets here; those of the scopes around included."""
        outer = self._names(scope.parent) if scope.parent is not None else set()
        names = {name for name in outer if name not in scope.names}
        if isinstance(scope.node, Function):
            args = scope.node.args
            every = [*args.posonlyargs, *args.args, *args.kwonlyargs]
            names |= {each.arg for each in every if _is_set_type(each.annotation)}
        for node in scope.nodes():
            match node:
                case ast.AnnAssign(target=ast.Name(id=name), annotation=kind) if _is_set_type(kind):
                    names.add(name)
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    (names.add if self._is_set(value, names) else names.discard)(name)
                case ast.NamedExpr(target=ast.Name(id=name), value=value):
                    if self._is_set(value, names):
                        names.add(name)
        return names

    def _taken(self, node: ast.AST) -> Iterator[tuple[int, ast.expr]]:
        """Yield what a node goes through in order."""
        match node:
            case ast.For(iter=taken):
                yield node.lineno, taken
            case ast.ListComp(generators=generators) | ast.DictComp(generators=generators):
                yield from ((node.lineno, each.iter) for each in generators)
            case ast.Call(func=ast.Name(id=name), args=args) if name in _KEEPS_ORDER:
                yield from ((node.lineno, each) for each in args)
            case ast.Call(func=ast.Attribute(attr="join"), args=[ast.GeneratorExp() as each]):
                yield from ((node.lineno, part.iter) for part in each.generators)
            case ast.Call(func=ast.Attribute(attr="join" | "extend"), args=[taken]):
                yield node.lineno, taken
            case ast.Call(func=ast.Attribute(value=taken, attr="pop"), args=[]):
                yield node.lineno, taken
            case ast.Call(func=ast.Name(id=name), args=[ast.GeneratorExp() as each, *_]) if (
                name not in _NO_MATTER and not (name == "sum" and _counts(each.elt))
            ):
                yield from ((node.lineno, part.iter) for part in each.generators)
            case ast.Call(func=ast.Name(id="sum"), args=[taken, *_]):
                yield node.lineno, taken
            case ast.Starred(value=taken) | ast.YieldFrom(value=taken):
                yield node.lineno, taken

    def _is_set(self, node: ast.expr, names: set[str]) -> bool:  # noqa: PLR0911 one row a kind
        match node:
            case ast.Set() | ast.SetComp():
                return True
            case ast.Call(func=ast.Name(id=name)):
                return name in _SETS
            case ast.Call(func=ast.Attribute(value=value, attr=method)) if method in _GIVES_SET:
                return self._is_set(value, names)
            case ast.Name(id=name):
                return name in names
            case ast.Attribute(attr=name):
                return name in self._fields
            case ast.BinOp(left=left, op=op, right=right) if isinstance(op, _OPERATORS):
                return any(self._is_set(each, names) or _is_keys(each) for each in (left, right))
            case ast.IfExp(body=body, orelse=orelse):
                return self._is_set(body, names) or self._is_set(orelse, names)
        return False


def _is_set_type(annotation: ast.expr | None) -> bool:
    match annotation:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in ("set", "frozenset", "Set", "AbstractSet", "MutableSet")
        case ast.Subscript(value=value):
            return _is_set_type(value)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _is_set_type(left) or _is_set_type(right)
    return False


def _is_keys(node: ast.expr) -> bool:
    """Whether it is `x.keys()`: an operation of it with anything is a set."""
    match node:
        case ast.Call(func=ast.Attribute(attr="keys"), args=[]):
            return True
    return False


def _counts(node: ast.expr) -> bool:
    """Whether each summand is an integer whatever comes: a comparison or a number."""
    return isinstance(node, ast.Compare | ast.BoolOp) or (
        isinstance(node, ast.Constant) and isinstance(node.value, int)
    )
