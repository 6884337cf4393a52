"""Which names are whose: a module's own, or those of the function around a place in the code."""

import ast
from collections.abc import Iterator

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Scope:
    """The names bound in a module or function; ``parent`` is the function around it."""

    def __init__(self, node: ast.Module | Function, parent: "Scope | None" = None) -> None:
        self.node = node
        self.parent = parent
        self.names = set(_parameters(node))
        self.shared: set[str] = set()
        for each in own(node):
            if isinstance(each, ast.Global):
                self.shared |= set(each.names)
            self.names |= set(_bound(each))
        self.names -= self.shared

    @property
    def is_module(self) -> bool:
        """Whether this is the module itself."""
        return self.parent is None

    @property
    def is_action(self) -> bool:
        """Whether it runs after the commit, where I/O is allowed: an async function, or in one."""
        asynchronous = isinstance(self.node, ast.AsyncFunctionDef)
        return asynchronous or (self.parent is not None and self.parent.is_action)

    def is_shared(self, name: str) -> bool:
        """Whether a name, used here, is the module's."""
        if self.is_module:
            return name in self.names
        if name in self.names:
            return False
        return self.parent is not None and self.parent.is_shared(name)

    def nodes(self) -> Iterator[ast.AST]:
        """Yield the nodes of this scope without those of the functions in it."""
        return own(self.node)


def scopes(tree: ast.Module) -> Iterator[Scope]:
    """Yield the module's scope and those of all its functions."""
    module = Scope(tree)
    yield module
    yield from _within(module)


def _within(scope: Scope) -> Iterator[Scope]:
    for node in own(scope.node):
        if isinstance(node, Function):
            inner = Scope(node, scope)
            yield inner
            yield from _within(inner)


def own(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what belongs to a module or function itself.

    A function in it is yielded, with its decorators and defaults; its body is another scope's.
    """
    body = [node.body] if isinstance(node, ast.Lambda) else getattr(node, "body", [])
    waiting: list[ast.AST] = list(reversed(body))
    while waiting:
        each = waiting.pop()
        yield each
        if isinstance(each, Function):
            outer = [*each.args.defaults, *each.args.kw_defaults]
            outer += getattr(each, "decorator_list", [])
            waiting += [found for found in outer if found is not None]
        else:
            waiting += reversed(list(ast.iter_child_nodes(each)))


def _parameters(node: ast.AST) -> list[str]:
    if not isinstance(node, Function):
        return []
    args = node.args
    every = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
    return [each.arg for each in every if each is not None]


def _bound(node: ast.AST) -> list[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Store()):
            return [name]
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            return [(each.asname or each.name).partition(".")[0] for each in names]
        case ast.ExceptHandler(name=str(name)):
            return [name]
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            return [name]
    return []


def dotted(node: ast.AST) -> str:
    """Return `a.b.c` of a name or attribute; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        head = dotted(node.value)
        return f"{head}.{node.attr}" if head else ""
    return ""
