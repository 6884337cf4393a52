"""Ports: the one asked for or a clear error, else the next free one."""

import socket

from hub.cli.errors import CommandFailed

TRIES = 50
"""Ports looked at before giving up."""


def is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Return whether nothing listens on a port: it can be bound."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def choose(port: int, setting: str, *, asked: bool, taken: set[int]) -> int:
    """Return ``port``, or the next free one when nobody ``asked`` for this very one."""
    for candidate in range(port, port + (1 if asked else TRIES)):
        if candidate not in taken and is_free(candidate):
            taken.add(candidate)
            return candidate
    if asked:
        raise CommandFailed(
            f"port {port} is in use", f"end what listens there, or set {setting} to another port"
        )
    raise CommandFailed(
        f"ports {port} to {port + TRIES - 1} are in use", f"set {setting} to a free port"
    )
