"""Running a replay in a terminal: bar, keys, figures, and what its outputs are held to."""

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import perf_counter
from typing import BinaryIO

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TimeRemainingColumn,
)
from rich.text import Text

from hub.archive.compare import Comparer, Comparison, Rules
from hub.archive.golden import Golden, decode_line, read_golden
from hub.archive.message import payload
from hub.archive.replay_core import CoreReport, Played, Recorded, Sink, replay_core
from hub.archive.replay_mqtt import ReplayReport, replay_mqtt
from hub.archive.replay_pace import Control, Pace
from hub.archive.replay_plan import Plan, Source
from hub.cli.compare import print_divergence
from hub.cli.keyboard import HELP, keyboard
from hub.cli.terminal import local, print_json, safe
from hub.model.event import Logged
from hub.model.instant import Instant


class Checks:
    """What is made of the golden lines of a run: a file, a comparison, both or nothing."""

    def __init__(self, against: Path | None, write: Path | None, held_to: Rules) -> None:
        self.wanted = bool(against or write)
        self.golden = Golden(self._take) if self.wanted else None
        self.culprit: Logged | None = None
        """The event that was worked when the lines parted."""
        self.against = against
        self._write = write
        self._file: BinaryIO | None = None
        self._comparer = Comparer(read_golden(against), held_to) if against else None

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Keep the file open that the lines go to."""
        if self._write is None:
            yield
            return
        with self._write.open("wb") as self._file:
            yield

    def result(self) -> Comparison | None:
        """Return how the comparison ended; None when there was none."""
        if self._comparer is None:
            return None
        self._comparer.take(None)
        return self._comparer.result

    def _take(self, raw: bytes) -> None:
        if self._file is not None:
            self._file.write(raw + b"\n")
        comparer = self._comparer
        if comparer is not None and comparer.result.equal and not comparer.take(decode_line(raw)):
            self.culprit = None if self.golden is None else self.golden.worked


def run_core(plan: Plan, speed: float | None, checks: Checks, *, as_json: bool) -> None:
    """Replay through the core and print the figures; exit 1 when the outputs part."""
    source, control = plan.prepare(), _control()
    sink = Sink(control, checks.golden)
    way = Recorded if plan.as_recorded else Played
    city = way(plan.registry(), plan.partitioning, sink, plan.verdicts())
    started = perf_counter()
    with ExitStack() as stack:
        stack.enter_context(checks.opened())
        show = stack.enter_context(_shown(source.total, control))
        pace = None if speed is None else Pace(speed, control)
        report = replay_core(source.log(), city, sink, pace=pace, control=control, progress=show)
    seconds = perf_counter() - started
    result = checks.result()
    if as_json:
        print_json(_figures(source, report, seconds, result))
    else:
        _tell(source, report, seconds, result, checks)
        print(f"digest {report.digest}")
    if result is not None and not result.equal:
        raise typer.Exit(1)


def run_mqtt(url: str, plan: Plan, speed: float | None, *, as_json: bool) -> None:
    """Replay over MQTT and print the figures; exit 1 when the broker did not take all."""
    source, control = plan.prepare(), _control()
    with _shown(source.total, control) as show:
        pace = Pace(speed, control)
        report = replay_mqtt(
            source.log(), url, show, pace=pace, control=control, times=source.times
        )
    if as_json:
        print_json(_sent(report))
    else:
        print(f"{report.sent} sent as an exercise, {report.acknowledged} acknowledged")
        if speed is not None:
            print(f"drift {report.drift:.4%}")
        for reason, count in sorted(report.left_out.items()):
            print(f"left out: {count} {safe(reason)}")
    if report.acknowledged < report.sent:
        raise typer.Exit(1)


def _sent(report: ReplayReport) -> dict[str, object]:
    return {
        "sent": report.sent,
        "acknowledged": report.acknowledged,
        "left_out": report.left_out,
        "drift": round(report.drift, 6),
        "stopped": report.stopped,
    }


def _figures(
    source: Source, report: CoreReport, seconds: float, result: Comparison | None
) -> dict[str, object]:
    injected = {} if source.injection is None else source.injection.struck
    figures: dict[str, object] = {
        "events": report.events,
        "seconds": round(seconds, 3),
        "outputs": report.outputs,
        "stopped": report.stopped,
        "drift": round(report.drift, 6),
        "faults": {str(number): count for number, count in injected.items()},
        "digest": report.digest,
    }
    if result is not None:
        figures |= {"equal": result.equal, "lines": result.lines, "divergence": result.divergence}
    return figures


def _tell(
    source: Source, report: CoreReport, seconds: float, result: Comparison | None, checks: Checks
) -> None:
    outputs = ", ".join(f"{number} {kind}" for kind, number in sorted(report.outputs.items()))
    rate = report.events / seconds if seconds else 0.0
    print(f"{report.events} events in {seconds:.1f} s ({rate:,.0f}/s): {outputs}")
    for number, count in (source.injection.struck if source.injection else {}).items():
        print(f"fault {number} struck {count} readings")
    if report.drift:
        print(f"drift {report.drift:.4%}")
    if report.stopped:
        print("stopped before the end: the digest is of what ran until then")
    if result is not None and result.equal:
        print(f"as expected: {result.lines} lines")
    elif result is not None:
        print_divergence(result, str(checks.against), "this run")
        if checks.culprit is not None:
            print(f"  the event: {safe(payload(checks.culprit.event).decode())}")


def _control() -> Control:
    control = Control()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: control.stop())
    return control


class _State(ProgressColumn):
    """Where the replay stands, and which keys steer it; drawn anew ten times a second."""

    def __init__(self, control: Control, *, keys: bool) -> None:
        super().__init__()
        self.time: Instant = 0
        self._control = control
        self._keys = keys

    def render(self, task: Task) -> Text:
        """Return the words."""
        if self._control.paused:
            return Text(
                f"paused at {local(self.time)} · {HELP}" if self.time else f"paused · {HELP}"
            )
        return Text(HELP if self._keys else task.description)


@contextmanager
def _shown(total: int, control: Control) -> Iterator[Callable[[int, Instant], None]]:
    with keyboard(control) as keys:
        state = _State(control, keys=keys)
        columns = (state, BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(file=sys.stderr), transient=True) as bar:
            task = bar.add_task("replay", total=total or None)

            def show(done: int, time: Instant) -> None:
                state.time = time
                bar.update(task, completed=done)

            yield show
