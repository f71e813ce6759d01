"""Numbers for Prometheus, counted as plain integers and put into its format only when it asks; no HTTP here.

The hot path costs an addition: no locks, no label look-ups. Labels are bounded: routes are templates, and a label that
has taken more values than it may counts the rest as `other`.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
OTHER = "other"
# Enough for every route, method and status; a scraper pays for each.
MOST_SERIES = 500
REQUEST_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
FIRST_TOKEN_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)

Labels = tuple[str, ...]
Rows = Mapping[Labels, float]


class Tally:
    """A number that only grows, for each combination of its labels."""

    def __init__(self, name: str, says: str, labels: Sequence[str], *, most: int = MOST_SERIES) -> None:
        self.name, self.says, self.labels = name, says, tuple(labels)
        self._most = most
        self._counts: dict[Labels, float] = {}

    def add(self, *labels: str, by: float = 1) -> None:
        """Count `by` more; the labels in the order in which they were declared."""
        if labels not in self._counts and len(self._counts) >= self._most:
            labels = (OTHER,) * len(self.labels)
        self._counts[labels] = self._counts.get(labels, 0) + by

    def of(self, *labels: str) -> float:
        """How much was counted under these labels."""
        return self._counts.get(labels, 0)

    def collect(self) -> Metric:
        """As Prometheus wants it."""
        family = CounterMetricFamily(self.name, self.says, labels=self.labels)
        for labels, count in self._counts.items():
            family.add_metric(labels, count)
        return family


class Spread:
    """How long things took, in fixed buckets, for each combination of its labels."""

    def __init__(self, name: str, says: str, labels: Sequence[str], bounds: Sequence[float]) -> None:
        self.name, self.says, self.labels, self.bounds = name, says, tuple(labels), tuple(bounds)
        self._seen: dict[Labels, tuple[list[int], list[float]]] = {}

    def add(self, value: float, *labels: str) -> None:
        """One more took `value` seconds."""
        if labels not in self._seen and len(self._seen) >= MOST_SERIES:
            labels = (OTHER,) * len(self.labels)
        counts, total = self._seen.setdefault(labels, ([0] * (len(self.bounds) + 1), [0.0]))
        counts[bisect_left(self.bounds, value)] += 1
        total[0] += value

    def collect(self) -> Metric:
        """As Prometheus wants it: cumulative buckets."""
        family = HistogramMetricFamily(self.name, self.says, labels=self.labels)
        for labels, (counts, total) in self._seen.items():
            family.add_metric(labels, self._cumulative(counts), total[0])
        return family

    def _cumulative(self, counts: list[int]) -> list[tuple[str, float]]:
        running, buckets = 0, list[tuple[str, float]]()
        for bound, count in zip((*map(str, self.bounds), "+Inf"), counts, strict=True):
            running += count
            buckets.append((bound, running))
        return buckets


class _Watched(NamedTuple):
    """Something that somebody else keeps."""

    family: type[GaugeMetricFamily | CounterMetricFamily]
    name: str
    says: str
    labels: Labels
    read: Callable[[], float | Rows]

    def collect(self) -> Metric:
        """As Prometheus wants it."""
        found = self.read()
        family = self.family(self.name, self.says, labels=self.labels)
        for labels, value in (found if isinstance(found, Mapping) else {(): found}).items():
            family.add_metric(labels, value)
        return family


class Metrics(Collector):
    """Every number of this process. Hot ones are attributes that their owner adds to; others have a `Tally`."""

    def __init__(self) -> None:
        self.streams_open = 0
        self.sockets_open = 0
        self.readers_let_go = 0
        self.requests = Tally("palaver_http_requests", "Requests answered.", ("method", "route", "status"))
        self.request_seconds = Spread(
            "palaver_http_request_seconds", "Time until an answer began.", ("method", "route"), REQUEST_SECONDS
        )
        self.runs = Tally("palaver_runs", "Runs that are over, by how they ended.", ("finish_reason",))
        self.upstream_errors = Tally("palaver_upstream_errors", "Failed calls of models.", ("provider", "code"))
        self.first_token_seconds = Spread(
            "palaver_first_token_seconds", "Time until a model said something.", ("provider",), FIRST_TOKEN_SECONDS
        )
        self.embedded_tokens = Tally("palaver_embedded_tokens", "Tokens of texts made into vectors.", ("provider",))
        self.sockets_refused = Tally("palaver_sockets_refused", "Sockets closed at their handshake.", ("code",))
        self._watched: list[_Watched] = []
        self._registry = CollectorRegistry()
        for collector in (PlatformCollector, ProcessCollector, GCCollector):
            collector(registry=self._registry)
        self._registry.register(self)

    def watch(self, name: str, says: str, read: Callable[[], float | Rows], labels: Labels = ()) -> None:
        """Show what somebody else keeps and what goes up and down; it is read when Prometheus asks.

        With `labels`, a number for each combination of them, of which whoever keeps them bounds how many there are.
        """
        self._watched.append(_Watched(GaugeMetricFamily, name, says, labels, read))

    def watch_growing(self, name: str, says: str, read: Callable[[], float | Rows], labels: Labels = ()) -> None:
        """The same for what only grows."""
        self._watched.append(_Watched(CounterMetricFamily, name, says, labels, read))

    def render(self) -> bytes:
        """Everything, in the text format whose content type is `CONTENT_TYPE`."""
        return generate_latest(self._registry)

    def describe(self) -> Iterator[Metric]:
        """Nothing beforehand: names are fixed above."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Called by the registry when Prometheus asks."""
        yield CounterMetricFamily("palaver_readers_let_go", "Readers ended for being too slow.", self.readers_let_go)
        yield GaugeMetricFamily("palaver_streams_open", "Event streams open now.", self.streams_open)
        yield GaugeMetricFamily("palaver_sockets_open", "WebSockets open now.", self.sockets_open)
        for series in (
            self.requests,
            self.request_seconds,
            self.runs,
            self.upstream_errors,
            self.first_token_seconds,
            self.embedded_tokens,
            self.sockets_refused,
        ):
            yield series.collect()
        for watched in self._watched:
            yield watched.collect()
