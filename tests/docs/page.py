"""A page of documentation whose code blocks are run, top to bottom, in a folder of its own.

What stands before a block, alone on its line, says what it is:

    <!-- file: noise/scenario.py -->    the block is the whole file
    <!-- change: noise/scenario.py -->  Python: its definitions take the place of those of the same
                                        name in the file, new ones before the next that does, or
                                        at its end; what it imports at
                                        the top
    <!-- fails -->                      sh: the last command must fail
    <!-- not run: it needs a city -->   the block is only read; the reason is for the next writer

Without a word a `python` block is run as it stands, in one namespace for the page; an `sh` block
runs line by line and each command must succeed; a `text` block after it is what it must print:
each line, in this order, `…` standing for anything. `json` and `jsonl` blocks must be valid.
"""

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Struct

_FENCE = re.compile(r"^```(\w*)\s*$")
_WORD = re.compile(r"^<!-- (file|change|fails|not run)(?:: (.+?))? -->$")
ANYTHING = "…"
"""In expected output: whatever stands here."""
SECONDS = 120
"""Most time a command of a page may take on a busy machine."""


class Block(Struct, frozen=True):
    """One fenced block: its language, text, the line it begins at, and what was said before it."""

    language: str
    text: str
    line: int
    word: str = ""
    of: str = ""


def blocks(text: str) -> Iterator[Block]:
    """Yield the blocks of a page."""
    language, word, of, begin = "", "", "", 0
    body: list[str] | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        fence = _FENCE.match(line)
        if body is not None and line == "```":
            yield Block(language, "\n".join(body) + "\n", begin, word, of)
            body, word, of = None, "", ""
        elif body is not None:
            body.append(line)
        elif fence:
            body, language, begin = [], fence.group(1), number
        elif said := _WORD.match(line):
            word, of = said.group(1), said.group(2) or ""
        elif line.strip():
            word, of = "", ""


class Runner:
    """Runs the blocks of a page in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._printed = ""
        self._names: dict[str, object] = {"__name__": "page"}
        self._kinds: dict[str, Callable[[Block], object]] = {
            "python": self._python,
            "sh": self._shell,
            "text": self._expect,
            "json": lambda block: json.loads(block.text),
            "jsonl": lambda block: [json.loads(line) for line in block.text.splitlines()],
        }

    def run(self, block: Block) -> None:
        """Run one block; AssertionError or its own error when it is wrong."""
        if block.word == "not run":
            assert block.of, f"line {block.line}: say why the block is not run"
            return
        assert block.language in self._kinds, (
            f"line {block.line}: a block of {block.language or 'no language'}: nothing can check it"
        )
        if block.word == "file":
            self._write(block.of, block.text)
        elif block.word == "change":
            file = self._folder / block.of
            self._write(block.of, changed(file.read_text("utf-8"), block.text))
        if block.word not in ("file", "change") or block.language in ("json", "jsonl"):
            self._kinds[block.language](block)

    def _write(self, name: str, text: str) -> None:
        file = self._folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")

    def _python(self, block: Block) -> None:
        # The page's code, run as the page says: that is the test.
        code = compile("\n" * block.line + block.text, "the page", "exec", dont_inherit=True)
        exec(code, self._names)  # noqa: S102

    def _shell(self, block: Block) -> None:
        commands = block.text.replace("\\\n", " ").splitlines()
        printed = []
        for index, command in enumerate(commands):
            if not command.strip() or command.startswith("#"):
                continue
            done = self._command(command)
            last = index == len(commands) - 1
            if block.word == "fails" and last:
                assert done.returncode != 0, f"{command} did not fail:\n{done.stdout}"
            else:
                assert done.returncode == 0, f"{command} failed:\n{done.stdout}"
            printed.append(done.stdout)
        self._printed = "".join(printed)

    def _command(self, command: str) -> subprocess.CompletedProcess[str]:
        env = {name: value for name, value in os.environ.items() if name.startswith("LC_")}
        env |= {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(self._folder),
            "COLUMNS": "100",
            "CITYHUB_DATA_DIR": str(self._folder / ".cityhub"),
        }
        return subprocess.run(
            ["bash", "-c", command], cwd=self._folder, env=env, text=True, timeout=SECONDS,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip

    def _expect(self, block: Block) -> None:
        missing = lacking(block.text, self._printed)
        assert not missing, f"line {block.line}: not printed: {missing}\n{self._printed}"


def lacking(expected: str, printed: str) -> str:
    """Return the first line that was expected and not printed in this order; empty when all were.

    White space is folded: tables are as wide as the terminal.
    """
    rest = iter([" ".join(line.split()) for line in printed.splitlines()])
    for line in expected.splitlines():
        folded = " ".join(line.split())
        if folded in ("", ANYTHING):
            continue
        pattern = re.compile(".*".join(re.escape(part) for part in folded.split(ANYTHING)))
        if not any(pattern.search(have) for have in rest):
            return line
    return ""


def changed(old: str, new: str) -> str:
    """Return a module in which definitions took the place of those of the same name.

    What is new stands before the next one that took a place, as it does in ``new``, else at the
    end.
    """
    lines, tree = old.splitlines(), ast.parse(old)
    places = {name: node for node in tree.body for name in _names(node)}
    edits: list[tuple[int, int, list[str]]] = []
    begun: int | None = None  # the line at which what is new begins
    for node in ast.parse(new).body:
        text = new.splitlines()[_first(node) - 1 : node.end_lineno]
        known = next((places[name] for name in _names(node) if name in places), None)
        if isinstance(node, ast.Import | ast.ImportFrom):
            edits.append(_imported(tree, node, text))
        elif known is None:
            begun = begun or _first(node)
        else:
            fresh = [] if begun is None else [*_lines(new, begun, _first(node)), "", ""]
            edits.append((_first(known), known.end_lineno or 0, [*fresh, *text]))
            begun = None
    ends = [] if begun is None else ["", "", *_lines(new, begun, len(new.splitlines()) + 1)]
    for first, last, text in sorted(edits, key=lambda edit: (-edit[0], -edit[1])):
        lines[first - 1 : last] = text
    return "\n".join([*lines, *ends]) + "\n"


def _imported(tree: ast.Module, node: ast.stmt, text: list[str]) -> tuple[int, int, list[str]]:
    """Return the edit that brings names in: beside others of the same module, else at the top."""
    head = next(n for n in tree.body if isinstance(n, ast.Import | ast.ImportFrom))
    same = [n for n in tree.body if isinstance(n, ast.ImportFrom) and n.module == _module(node)]
    if not same or not isinstance(node, ast.ImportFrom):
        return _first(head), _first(head) - 1, text
    names = dict.fromkeys(ast.unparse(alias) for n in (same[0], node) for alias in n.names)
    line = f"from {node.module} import {', '.join(names)}"
    return _first(same[0]), same[0].end_lineno or 0, [line]


def _lines(text: str, first: int, end: int) -> list[str]:
    """Return the lines from ``first`` to before ``end``, without the empty ones at their end."""
    return "\n".join(text.splitlines()[first - 1 : end - 1]).rstrip().splitlines()


def _names(node: ast.stmt) -> list[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
    return []


def _module(node: ast.stmt) -> str | None:
    return node.module if isinstance(node, ast.ImportFrom) else None


def _first(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(each.lineno for each in decorators)])
