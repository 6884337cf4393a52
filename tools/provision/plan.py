"""The order of the steps."""

from pathlib import Path

from provision.errors import SetupError
from provision.node import build_page, ensure_node, install_packages
from provision.python import Environment
from provision.system import find_program, require_redis, require_test_programs


def prepare(root: Path, purpose: str) -> None:
    """Make the checkout ready for `purpose`: "run", "test" which adds to it, or "geo" alone.

    Raises SetupError, with cause and remedy, at the first step that cannot be done.
    """
    if purpose == "geo":
        _own_environment(root, "geo")
        return
    testing = purpose == "test"
    if testing:
        require_test_programs(root)
    require_redis()
    venv = Environment(root)
    venv.create()
    _install_packages(venv, testing=testing)
    venv.install_project()
    if testing:
        ensure_node(venv)  # linters and unit tests of the page run without a build
        parser = venv.root / "tests/asyncapi"
        # Its one install script reports to a stranger; the parser works without it.
        install_packages(venv, parser, "the AsyncAPI parser", "--ignore-scripts")
    build_page(venv)
    # The tests hold the embedded broker to the same contract as mosquitto.
    if testing or find_program("mosquitto") is None:
        _embedded_broker(venv)


def _install_packages(venv: Environment, *, testing: bool) -> None:
    runtime, dev = (venv.root / f"requirements/{name}.txt" for name in ("runtime", "dev"))
    if testing:
        venv.install(dev)
    elif not venv.covers(dev):  # dev holds all of runtime, at the same versions
        venv.install(runtime)


def _embedded_broker(venv: Environment) -> None:
    """Set up the broker for a machine without mosquitto, in an environment of its own."""
    npm_folder = venv.root / "hub/broker/embedded"
    if (venv.root / "requirements/broker.txt").is_file():
        _own_environment(venv.root, "broker")
    elif npm_folder.is_dir():
        ensure_node(venv)
        install_packages(venv, npm_folder, "the embedded MQTT broker", "--omit=dev")
    else:
        raise SetupError(
            "no mosquitto on PATH, and this checkout has no embedded broker.",
            "install mosquitto (Debian: apt-get install mosquitto; macOS: brew install it).",
        )


def _own_environment(root: Path, name: str) -> None:
    """Install packages that would not agree with the project's into `.venv-{name}`."""
    environment = Environment(root, f".venv-{name}")
    environment.create()
    environment.install(root / f"requirements/{name}.txt")
