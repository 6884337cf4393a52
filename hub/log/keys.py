"""The names of all Redis keys. One hash tag a partition: a commit is one transaction on Cluster."""

from dataclasses import dataclass

NAMESPACE = "cityhub"
CLOCK = f"{NAMESPACE}:clock"
LAYOUT = f"{NAMESPACE}:layout"
VITALS = f"{NAMESPACE}:vitals"


@dataclass(frozen=True)
class Keys:
    """The keys of one partition."""

    partition: str

    def _key(self, name: str) -> str:
        return f"{NAMESPACE}:{{{self.partition}}}:{name}"

    @property
    def log(self) -> str:
        """Stream: one entry a batch of events, id `{last ordinal}-0`."""
        return self._key("log")

    @property
    def head(self) -> str:
        """Hash: `ordinal`, `time`, `epoch`, and `from:{partition}` of forwarded events."""
        return self._key("head")

    @property
    def work(self) -> str:
        """Hash: the worker's read `offset` and its last `out` ordinal."""
        return self._key("work")

    @property
    def out(self) -> str:
        """Stream: the outputs of a commit an entry, id `{out ordinal}-{input ordinal}`."""
        return self._key("out")

    @property
    def readers(self) -> str:
        """Hash: how far each reader beside the worker has kept the log, `{reader}` to ordinal."""
        return self._key("readers")

    @property
    def holders(self) -> str:
        """Hash: how far each reader of the outputs has come, `{holder}` to output ordinal."""
        return self._key("holders")

    @property
    def jobs(self) -> str:
        """Hash: the id of a job that waits to what is known of it."""
        return self._key("jobs")

    @property
    def deaths(self) -> str:
        """Hash: `{ordinal}|{number}|{handler}` of a call to how often the worker died in it."""
        return self._key("deaths")

    def lease(self, role: str) -> str:
        """String with expiry: the holder of a role."""
        return self._key(f"lease:{role}")

    def fence(self, role: str) -> str:
        """Counter: the newest fencing token of a role."""
        return self._key(f"fence:{role}")

    def table(self, name: str) -> str:
        """Hash: one table of the core."""
        return self._key(f"t:{name}")
