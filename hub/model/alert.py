"""Alerts (预警): identity, level, and the two states an operator tells apart."""

from enum import StrEnum

from msgspec import Struct


class Level(StrEnum):
    """Warning colour, most serious first: 红橙黄蓝. Never mixed with event grade or response."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    BLUE = "blue"

    @property
    def rank(self) -> int:
        """0 for red to 3 for blue: sorts most serious first."""
        return _RANKS[self]


_RANKS = {Level.RED: 0, Level.ORANGE: 1, Level.YELLOW: 2, Level.BLUE: 3}


class Signal(Struct, frozen=True, omit_defaults=True):
    """A scenario's word on one identity (scenario, kind, place): raised, changed or cleared."""

    scenario: str
    kind: str
    place: str
    active: bool
    kind_title: str = ""
    level: Level = Level.BLUE
    title: str = ""
    text: str = ""
    at: tuple[float, float] | None = None
    district: str | None = None
    entity: str | None = None
    exercise: bool = False

    @property
    def identity(self) -> str:
        """What makes two signals the same alert; an exercise never touches a real one."""
        played = "~exercise" if self.exercise else ""
        return f"{self.scenario}/{self.kind}/{self.place}{played}"


class Acknowledgement(Struct, frozen=True):
    """受理: who took note, when (RFC 3339), and the 意见."""

    by: str
    at: str
    opinion: str


class Answer(StrEnum):
    """The three answers of 研判: 真实, 误报, 待核."""

    REAL = "real"
    FALSE = "false"
    PENDING = "pending"


class Assessment(Struct, frozen=True):
    """研判: who judged the alert, when (RFC 3339), the answer, and the 意见."""

    by: str
    at: str
    answer: Answer
    opinion: str


class Shelving(Struct, frozen=True):
    """搁置: who put the alert aside, when, until when (RFC 3339), and why."""

    by: str
    at: str
    until: str
    opinion: str


class Alert(Struct, frozen=True, tag="alert"):
    """One occurrence of an identity, as the screen and the API show it.

    What software raises is a proposal; ``assessment`` is a person's judgement of it. ``version``
    counts what a decision depends on (raise, level, clear, each decision), not each new wording, so
    that an operator's action is not refused because a figure moved. ``exercise`` is CAP 1.2
    `status` Exercise: played, never to be taken for real.
    """

    id: str
    scenario: str
    kind: str
    kind_title: str
    place: str
    occurrence: int
    previous: str | None
    level: Level
    title: str
    text: str
    at: tuple[float, float] | None
    district: str | None
    entity: str | None
    raised: str
    updated: str
    cleared: str | None = None
    acknowledged: Acknowledgement | None = None
    assessment: Assessment | None = None
    shelved: Shelving | None = None
    notes: tuple[Acknowledgement, ...] = ()
    version: int = 1
    exercise: bool = False

    @property
    def closed(self) -> bool:
        """Cleared and acknowledged: nothing is left to do."""
        return self.cleared is not None and self.acknowledged is not None
