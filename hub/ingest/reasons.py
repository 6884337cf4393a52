"""Why a message is no event: the closed set of reasons, each the label of a counter."""

from enum import StrEnum


class Reason(StrEnum):
    """The reason of a dead letter that ingest writes; its detail says more to a person."""

    # The topic. The first four are raised by `hub.model.topic`.
    TOPIC_TOO_LONG = "topic-too-long"
    TOPIC_SHAPE = "topic-shape"
    UNKNOWN_DISTRICT = "unknown-district"
    TOPIC_LEVEL = "topic-level"
    TOPIC_NOT_UTF8 = "topic-not-utf8"
    # The payload as bytes.
    TOO_LARGE = "too-large"
    NOT_UTF8 = "not-utf8"
    TOO_DEEP = "too-deep"
    NOT_JSON = "not-json"
    # The payload as an event.
    NOT_AN_EVENT = "not-an-event"
    MISSING_FIELD = "missing-field"
    WRONG_FIELD = "wrong-field"
    UNKNOWN_VERSION = "unknown-version"
    TOPIC_MISMATCH = "topic-mismatch"
    BAD_TIME = "bad-time"
    BAD_PROPERTIES = "bad-properties"
    # What is not a reading.
    BAD_SENML = "bad-senml"
    BAD_CARD = "bad-card"
    BAD_STATUS = "bad-status"
    BAD_ACK = "bad-ack"
