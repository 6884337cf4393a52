"""`/metrics`: what all processes say of themselves, for Prometheus."""

from collections.abc import Iterable

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from hub.log.vitals import Vitals
from hub.serve.serving import Serving

router = APIRouter()


@router.get("/metrics", tags=["health"])
async def metrics(request: Request) -> Response:
    """Return every process's counters and gauges in Prometheus's text format."""
    registry: CollectorRegistry = request.app.state.metrics
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def registry(serving: Serving) -> CollectorRegistry:
    """Return the registry of one process, apart from any other of this interpreter."""
    registry = CollectorRegistry()
    registry.register(serving.delay)
    registry.register(Hub(serving))
    return registry


class Hub(Collector):
    """Collects the last answers of Status: nothing is asked of Redis for a scrape."""

    def __init__(self, serving: Serving) -> None:
        self._serving = serving

    def describe(self) -> Iterable[Metric]:
        """Return nothing: what there is depends on who reports."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Yield the families of all processes."""
        status = self._serving.status
        processes = [status.vitals, *status.others]
        yield from _processes(processes)
        yield from _counted({each.name: each.counters for each in processes}, "process")
        yield from _gauges(processes)
        yield from _counted(status.counters, "partition", "work")
        yield from self._lags()

    def _lags(self) -> Iterable[Metric]:
        head = CounterMetricFamily("cityhub_log_events", "Events appended", labels=["partition"])
        behind = GaugeMetricFamily(
            "cityhub_work_behind_events", "Events appended and not worked", labels=["partition"]
        )
        for name, lag in self._serving.status.lags.items():
            head.add_metric([name], lag.head)
            behind.add_metric([name], lag.head - lag.offset)
        yield from (head, behind)


def _processes(processes: list[Vitals]) -> Iterable[Metric]:
    well = GaugeMetricFamily("cityhub_ok", "1 when a process does its work", labels=["process"])
    memory = GaugeMetricFamily("cityhub_memory_bytes", "Resident memory", labels=["process"])
    cpu = CounterMetricFamily("cityhub_cpu_seconds", "CPU used", labels=["process"])
    seen = GaugeMetricFamily("cityhub_reported_seconds", "Unix time", labels=["process"])
    for each in processes:
        well.add_metric([each.name], each.ok)
        memory.add_metric([each.name], each.memory)
        cpu.add_metric([each.name], each.cpu)
        seen.add_metric([each.name], each.at / 1e6)
    yield from (well, memory, cpu, seen)


def _counted(tables: dict[str, dict[str, float]], owner: str, prefix: str = "") -> Iterable[Metric]:
    """Yield counters `name` and `name|label=value`: one family for a name and label."""
    families: dict[tuple[str, str], CounterMetricFamily] = {}
    for who, counters in tables.items():
        for key, value in sorted(counters.items()):
            name, label, which = _split(key)
            family = families.get((name, label))
            if family is None:
                labels = [owner, label] if label else [owner]
                full = _name(prefix, name, f"by_{label}" if label else "")
                family = families[name, label] = CounterMetricFamily(full, name, labels=labels)
            family.add_metric([who, which] if label else [who], value)
    yield from families.values()


def _gauges(processes: list[Vitals]) -> Iterable[Metric]:
    families: dict[str, GaugeMetricFamily] = {}
    for each in processes:
        for key, value in sorted(each.gauges.items()):
            name, label, which = _split(key)
            full = _name("", name, f"by_{label}" if label else "")
            labels = ["process", label] if label else ["process"]
            family = families.setdefault(full, GaugeMetricFamily(full, name, labels=labels))
            family.add_metric([each.name, which] if label else [each.name], value)
    yield from families.values()


def _split(key: str) -> tuple[str, str, str]:
    name, _, rest = key.partition("|")
    label, _, value = rest.partition("=")
    return name, label, value


def _name(*parts: str) -> str:
    words = "_".join(("cityhub", *(part for part in parts if part)))
    return "".join(c if c.isascii() and c.isalnum() else "_" for c in words)
