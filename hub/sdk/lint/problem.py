"""One thing that the lint found."""

from msgspec import Struct


class Problem(Struct, frozen=True, order=True):
    """Where it is, which rule it breaks, what is wrong and what to do instead."""

    file: str
    line: int
    rule: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.problem}. {self.remedy}"
