"""What a check of `cityhub doctor` found."""

from enum import StrEnum

from msgspec import Struct


class Verdict(StrEnum):
    """How it is: `warn` works but is worth a look, `fail` keeps the city from working."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Finding(Struct, frozen=True):
    """One line of the report; whatever is not ok has a remedy."""

    name: str
    verdict: Verdict
    detail: str
    remedy: str = ""


def ok(name: str, detail: str) -> Finding:
    """Return what is as it should be."""
    return Finding(name, Verdict.OK, detail)


def warn(name: str, detail: str, remedy: str) -> Finding:
    """Return what works but is worth a look."""
    return Finding(name, Verdict.WARN, detail, remedy)


def fail(name: str, detail: str, remedy: str) -> Finding:
    """Return what keeps the city from working."""
    return Finding(name, Verdict.FAIL, detail, remedy)
