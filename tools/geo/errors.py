"""What can go wrong while the map data is made."""

from pathlib import Path


class GeoError(Exception):
    """The map data could not be made."""


class SourceMissingError(GeoError):
    """A source file is not on this machine.

    Attributes:
        path: where it was looked for.
        remedy: the command that brings it.
    """

    def __init__(self, path: Path, remedy: str) -> None:
        """Say what is missing and how to get it."""
        super().__init__(f"{path} is missing; get it with: {remedy}")
        self.path = path
        self.remedy = remedy


class SourceShapeError(GeoError):
    """A source file does not hold what this script was written for.

    Attributes:
        source: the file or data set.
        detail: what was expected and what was found.
    """

    def __init__(self, source: str, detail: str) -> None:
        """Say which source disappoints, and how."""
        super().__init__(f"{source}: {detail}")
        self.source = source
        self.detail = detail


class CoverageError(GeoError):
    """The districts no longer fit together without gap or overlap.

    Attributes:
        step: the step of the work after which it was noticed.
    """

    def __init__(self, step: str) -> None:
        """Say after which step the partition was broken."""
        super().__init__(f"the districts overlap or leave gaps after: {step}")
        self.step = step
