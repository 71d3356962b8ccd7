"""Metrics: what a service has done so far, in numbers that cost nothing to keep."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

LATENCY_EDGES = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"Upper ends of the histogram's bins, in seconds."


@dataclass(slots=True)
class Metrics:
    """Counters of one service. Belongs to one event loop."""

    requests: Counter[tuple[str, int]] = field(default_factory=Counter)
    "By route and HTTP status."
    latencies: dict[str, list[int]] = field(default_factory=dict)
    "By route: how many requests fell into each bin of `LATENCY_EDGES`, the last one open."
    seconds: Counter[str] = field(default_factory=Counter)
    "By route: all seconds together."
    rows: int = 0
    "Rows that were answered, those of repeated questions included."
    repeated_rows: int = 0
    "Rows that were answered from the ledger, or with another request."
    abstained_rows: int = 0
    "Rows on which the model abstained."
    labels: int = 0
    "Labels that were taken."

    def request(self, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        self.requests[route, status] += 1
        bins = self.latencies.get(route)
        if bins is None:
            bins = self.latencies[route] = [0] * (len(LATENCY_EDGES) + 1)
        bins[bisect_left(LATENCY_EDGES, seconds)] += 1
        self.seconds[route] += seconds  # type: ignore[assignment] # a Counter of seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What else is told of a service, at the moment when it is asked."""

    counters: Mapping[str, tuple[str, float]]
    "Help and value by name, of what only grows."
    gauges: Mapping[str, tuple[str, float]]
    "Help and value by name, of what goes up and down."
    facts: Mapping[str, str]
    "What answers: labels of the metric `luthier_in_service`."


def metrics_text(metrics: Metrics, moment: Moment) -> bytes:
    """The page that Prometheus reads."""
    registry = CollectorRegistry()
    registry.register(_Page([*_counted(metrics), *_of_moment(moment)]))
    return generate_latest(registry)


class _Page(Collector):
    """Families of metrics that are complete already."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = tuple(families)

    def collect(self) -> Iterator[Metric]:
        yield from self._families


def _counted(metrics: Metrics) -> Iterator[Metric]:
    requests = CounterMetricFamily("luthier_requests", "Requests by route and HTTP status.", labels=["route", "status"])
    for (route, status), count in sorted(metrics.requests.items()):
        requests.add_metric([route, str(status)], count)
    yield requests
    latencies = HistogramMetricFamily("luthier_request_seconds", "Time from a request's headers to its answer.", labels=["route"])
    for route, bins in sorted(metrics.latencies.items()):
        latencies.add_metric([route], _cumulative(bins), metrics.seconds[route])
    yield latencies
    for name, told, value in (
        ("luthier_rows", "Rows that were answered.", metrics.rows),
        ("luthier_repeated_rows", "Rows that had been answered before, under the same id.", metrics.repeated_rows),
        ("luthier_abstained_rows", "Rows on which the model abstained.", metrics.abstained_rows),
        ("luthier_labels", "Labels that were taken.", metrics.labels),
    ):
        yield CounterMetricFamily(name, told, value=value)


def _of_moment(moment: Moment) -> Iterator[Metric]:
    for name, (told, value) in moment.counters.items():
        yield CounterMetricFamily(name, told, value=value)
    for name, (told, value) in moment.gauges.items():
        yield GaugeMetricFamily(name, told, value=value)
    facts = GaugeMetricFamily("luthier_in_service", "What answers, as labels; the value is always 1.", labels=list(moment.facts))
    facts.add_metric(list(moment.facts.values()), 1)
    yield facts


def _cumulative(bins: list[int]) -> list[tuple[str, float]]:
    total, ends = 0, (*(str(edge) for edge in LATENCY_EDGES), "+Inf")
    buckets: list[tuple[str, float]] = []
    for end, count in zip(ends, bins, strict=True):
        total += count
        buckets.append((end, total))
    return buckets
