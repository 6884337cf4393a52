"""A rule's run that failed: what it takes to run it again, kept beside its dead letter."""

from msgspec import Struct

from hub.core.effect import Run


class Rerun(Struct, frozen=True):
    """A ``run`` for a ``key``, ordered by the rule of that name.

    A timer may have ordered it, and then no event of the log says what it was about.
    """

    rule: str
    key: str
    run: Run
