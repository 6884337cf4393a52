"""What is wrong with a message.

Rejected
├── BadTopic      the topic is not of the grammar
└── BadMessage    the payload is not an event
"""


class Rejected(ValueError):
    """A message the hub cannot take as an event; it becomes a dead letter with this reason.

    ``reason`` is one of a small closed set (a metric label), ``detail`` is for a person.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class BadTopic(Rejected):
    """The topic is not `city/{district}/{domain}/{device}/{event}`."""


class BadMessage(Rejected):
    """The payload is not a CloudEvent, card, status or answer that fits its topic."""
