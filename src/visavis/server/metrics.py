"""Figures for Prometheus, in a registry of each app's own; labels come from short lists that are ours."""

from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

from visavis.conversation.tally import BOUNDS

if TYPE_CHECKING:
    from visavis.avatars.cache import Status
    from visavis.conversation.lobby import Figures

# Seconds; registrations and videos take long.
BUCKETS: Final = (0.005, 0.02, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300)


# Seconds that somebody is connected.
LONG: Final = (1, 10, 60, 300, 1200, 3600)

# How WebSockets end (RFC 6455, section 7.4), and how they are refused; clients can make up others.
CODES: Final = frozenset({1000, 1001, 1005, 1006, 1008, 1009, 1011, 1012, 1013, 401, 403, 404, 421, 429, 503})


class Metrics:
    """What is counted; `text` is what Prometheus reads."""

    def __init__(self, cached: "Callable[[], Status]", conversations: "Callable[[], Figures]") -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._registry.register(_Cache(cached))
        self._registry.register(_Conversations(conversations))
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

        self._connections = Counter(
            "visavis_connections", "WebSockets that have ended", ("route", "close"), registry=self._registry
        )
        self._connected = Histogram(
            "visavis_connection_seconds", "How long a WebSocket was open", ("route",),
            buckets=LONG, registry=self._registry,
        )  # fmt: skip

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """One request; method and route out of bounded sets."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def connection(self, route: str, code: int, seconds: float) -> None:
        """One WebSocket that has ended; code: it was closed with, or the status that it was refused with."""
        known = str(code) if code in CODES else "other"
        self._connections.labels(route, known).inc()
        self._connected.labels(route).observe(seconds)

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


class _Conversations(Collector):
    """Who talks, and how well it goes, asked when Prometheus asks."""

    def __init__(self, conversations: "Callable[[], Figures]") -> None:
        self._conversations = conversations

    def collect(self) -> "Iterator[GaugeMetricFamily | CounterMetricFamily | HistogramMetricFamily]":
        figures = self._conversations()
        done = figures.performed
        for name, told, value in (
            ("places", "How many can talk at once", figures.places),
            ("talking", "How many talk", figures.talking),
            ("parked", "Sessions that wait for clients who were lost", figures.parked),
        ):
            yield GaugeMetricFamily(f"visavis_{name}", told, value)
        for name, told, value in (
            ("sessions", "Conversations that began", figures.entered),
            ("resumed", "Clients that came back to their conversation", figures.resumed),
            ("refused", "Clients that found no place", figures.refused),
            ("lost", "Clients that gave no sign of life", figures.silent),
            ("withdrawn", "Conversations ended because a consent was taken back", figures.withdrawn),
            ("replies", "Replies that began", done.replies),
            ("interruptions", "Replies that were interrupted", done.interruptions),
            ("failures", "Replies that failed", done.failures),
            ("moments", "Moments given to clients, one for each picture", done.moments),
            ("pictures_late", "Moments of speech whose picture was not there", done.late),
            ("moments_starved", "Moments of silence within replies", done.starved),
        ):
            yield CounterMetricFamily(f"visavis_{name}", told, value)
        below = accumulate(figures.counts)
        buckets = [(bound, float(next(below))) for bound in map(str, BOUNDS)]
        buckets.append(("+Inf", float(sum(figures.counts))))
        first = HistogramMetricFamily(
            "visavis_first_sound_seconds", "From the end of what is answered to the first moment of the reply"
        )
        first.add_metric([], buckets, figures.seconds)
        yield first
