"""What can go wrong at the log.

LogError
├── Fenced         another process holds the lease now; this one must stop writing
├── OffsetMoved    the commit does not start where the last one ended
├── LogFull        Redis is at its memory limit: nothing is stored, so nothing may be acknowledged
├── OldFormat      the data was written by another format of the hub
└── OtherPartitions  the log was created with other partitions
"""


class LogError(Exception):
    """The root of this package's errors; ``partition`` says where."""

    def __init__(self, partition: str, message: str) -> None:
        super().__init__(f"{partition}: {message}")
        self.partition = partition


class Fenced(LogError):
    """A newer fencing token exists: ``token`` is the one that was refused."""

    def __init__(self, partition: str, role: str, token: int) -> None:
        super().__init__(partition, f"fenced off: token {token} of {role} is no longer the newest")
        self.role = role
        self.token = token


class OffsetMoved(LogError):
    """The stored read offset is neither the start nor the end of this commit."""

    def __init__(self, partition: str, expected: int, detail: str) -> None:
        super().__init__(partition, f"expected offset {expected}: {detail}")
        self.expected = expected


class LogFull(LogError):
    """Redis refused a write for lack of memory; raise `maxmemory` or shorten what is kept."""

    def __init__(self, partition: str) -> None:
        super().__init__(
            partition,
            "Redis is at its memory limit (maxmemory, noeviction): nothing is acknowledged until "
            "there is room; raise maxmemory or lower CITYHUB_LOG_EVENTS",
        )


class OldFormat(LogError):
    """The stored data has another format, ``found``; `cityhub reset` begins anew."""

    def __init__(self, partition: str, found: str, expected: str) -> None:
        super().__init__(
            partition,
            f"data format {found}, this hub reads {expected}; run the hub that wrote it, "
            "or `cityhub reset` to begin anew",
        )
        self.found = found


class OtherPartitions(LogError):
    """The log was created with the district groups ``found``; they are fixed from then on."""

    def __init__(self, partition: str, found: str) -> None:
        super().__init__(
            partition,
            f"this log was created with the district groups {found}; set CITYHUB_GROUPS to match, "
            "or `cityhub reset` to begin anew",
        )
        self.found = found
