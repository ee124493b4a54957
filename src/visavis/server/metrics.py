"""Figures for Prometheus, in a registry of each app's own; labels come from short lists that are ours."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from visavis.avatars.cache import Status

# Seconds; registrations and videos take long.
BUCKETS: Final = (0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300)


class Metrics:
    """What is counted; `text` is what Prometheus reads."""

    def __init__(self, cached: "Callable[[], Status]") -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._registry.register(_Cache(cached))
        self._requests = Counter(
            "visavis_requests",
            "Requests that were answered",
            ("method", "route", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "visavis_request_seconds", "From a request to the end of its answer", ("route",),
            buckets=BUCKETS, registry=self._registry,
        )  # fmt: skip

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request; method and route out of bounded sets."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    @property
    def text(self) -> bytes:
        return generate_latest(self._registry)


class _Cache(Collector):
    """The prepared faces, asked when Prometheus asks."""

    def __init__(self, cached: "Callable[[], Status]") -> None:
        self._cached = cached

    def collect(self) -> "Iterator[GaugeMetricFamily | CounterMetricFamily]":
        status = self._cached()
        for name, value in (
            ("entries", status.entries), ("bytes", status.bytes), ("disk_bytes", status.disk_bytes),
        ):  # fmt: skip
            yield GaugeMetricFamily(f"visavis_cache_{name}", f"Prepared faces: {name}", value)
        for name, value in (
            ("hits", status.hits), ("disk_hits", status.disk_hits),
            ("misses", status.misses), ("evictions", status.evictions),
        ):  # fmt: skip
            yield CounterMetricFamily(f"visavis_cache_{name}", f"Prepared faces: {name}", value)
