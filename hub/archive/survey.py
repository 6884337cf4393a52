"""Watching the readings of a feed go by: duplicates, gaps, stuck and silent devices, checks."""

from msgspec import Struct, field

from hub.archive.mapping import Check, Mapping
from hub.archive.reading import Reading
from hub.archive.report import SHOWN, Gap, ImportReport, Silent, Stuck
from hub.model.instant import SECOND, Duration, Instant, text


class _Run(Struct):
    """Consecutive readings of one device that say the same."""

    data: bytes
    since: Instant
    until: Instant
    readings: int = 1


class _Watched(Struct):
    """One device: its last time, what it said at that time, and its present run."""

    period: Duration | None
    said: set[bytes]
    run: _Run
    last: Instant
    readings: int = 0
    gaps: int = field(default=0)


class Survey:
    """Sees every reading in log order and writes what it finds into a report.

    Late readings are counted, and measured neither for gaps nor for runs.
    """

    def __init__(self, mapping: Mapping, report: ImportReport) -> None:
        self._mapping = mapping
        self._report = report
        self._devices: dict[str, _Watched] = {}
        self._first: Instant | None = None
        self._last: Instant = 0
        periods = [mapping.period(place) for place in mapping.devices.values()]
        known = [period for period in [*periods, mapping.period(None)] if period]
        self._feed_gap = round(min(known) * mapping.report.gap) if known else None
        self._longest: Duration = 0
        report.checks = dict.fromkeys(mapping.checks, 0)
        report.gaps.feed_over = (self._feed_gap or 0) / SECOND

    def see(self, reading: Reading) -> int:
        """Return the reading's number within its device, from 1; 0 for a repeat to be dropped."""
        device = self._devices.get(reading.device)
        if device is None:
            device = self._devices[reading.device] = self._watch(reading)
        elif reading.time >= device.last and not self._follow(device, reading):
            self._report.duplicates += 1
            return 0
        self._feed(reading.time)
        for name, check in self._mapping.checks.items():
            if _holds(check, reading):
                self._report.checks[name] += 1
        device.readings += 1
        return device.readings

    def close(self) -> None:
        """Finish the report: the runs still going on, who was silent, first and last time."""
        report = self._report
        report.devices = len(self._devices)
        for name, device in self._devices.items():
            self._judge(name, device)
            if self._over(device.period, self._last - device.last):
                report.silent.append(Silent(name, text(device.last)))
        for key in self._mapping.devices:
            if (name := self._mapping.device_id(key)) not in self._devices:
                report.silent.append(Silent(name, None))
        if self._first is not None:
            report.first, report.last = text(self._first), text(self._last)

    def _watch(self, reading: Reading) -> _Watched:
        period = self._mapping.period(self._mapping.devices.get(reading.key))
        run = _Run(reading.data, reading.time, reading.time)
        return _Watched(period, {reading.data}, run, reading.time)

    def _follow(self, device: _Watched, reading: Reading) -> bool:
        """Measure a reading against the one before; False when it repeats one of the same time."""
        if reading.time == device.last:
            if reading.data in device.said:
                return False
            self._report.conflicts += 1
        else:
            device.said.clear()
        device.said.add(reading.data)
        silence = reading.time - device.last
        gap = self._over(device.period, silence)
        if gap:
            self._report.gaps.devices += 1
            if silence > self._longest:
                self._longest = silence
                since, until = text(device.last), text(reading.time)
                self._report.gaps.longest = Gap(reading.device, since, until, silence / SECOND)
        if gap or reading.data != device.run.data:
            self._judge(reading.device, device)
            device.run = _Run(reading.data, reading.time, reading.time)
        else:
            device.run.until = reading.time
            device.run.readings += 1
        device.last = reading.time
        return True

    def _feed(self, time: Instant) -> None:
        if self._first is None:
            self._first = self._last = time
        if self._feed_gap is not None and time - self._last > self._feed_gap:
            self._report.gaps.feed += 1
        self._first = min(self._first, time)
        self._last = max(self._last, time)

    def _over(self, period: Duration | None, silence: Duration) -> bool:
        return period is not None and silence > period * self._mapping.report.gap

    def _judge(self, name: str, device: _Watched) -> None:
        """Report the device's run when it is long enough to call the device stuck."""
        run = device.run
        if device.period is None or run.until - run.since < (
            device.period * self._mapping.report.stuck
        ):
            return
        self._report.stuck += 1
        if len(self._report.stuck_first) < SHOWN:
            said = run.data.decode("utf-8", "replace")
            self._report.stuck_first.append(
                Stuck(name, text(run.since), text(run.until), run.readings, said)
            )


def _holds(check: Check, reading: Reading) -> bool:
    """Tell whether the reading is beyond the bound; a missing field is not."""
    bound = check.above if check.above is not None else check.below
    limit = reading.values.get(bound) if isinstance(bound, str) else bound
    value = reading.values.get(check.field)
    if value is None or limit is None or isinstance(value, str) or isinstance(limit, str):
        return False
    return value > limit if check.above is not None else value < limit
