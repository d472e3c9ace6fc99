"""Metrics for Prometheus: requests, stages of queries, the index and the catalogue."""

import os
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from db import albums
from indexer.home import Home
from service.answers.live_index import LiveIndex
from service.answers.timing import Stage
from sleeve.errors import SleeveError

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The variable that names the folder in which several workers count together; set before they start."""

_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The counts of this process, or of all workers if they share a folder."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "sleeve_requests", "Requests answered.", ("method", "route", "status"), registry=self._registry
        )
        self._durations = Histogram(
            "sleeve_request_duration_seconds",
            "Time from a request's head to the end of its answer.",
            ("method", "route"),
            buckets=_BUCKETS_S,
            registry=self._registry,
        )
        stages = Histogram(
            "sleeve_stage_duration_seconds",
            "Time in one stage of a query.",
            ("stage",),
            buckets=_BUCKETS_S,
            registry=self._registry,
        )
        self._stages = {stage: stages.labels(stage) for stage in Stage}
        if SHARED_FOLDER not in os.environ:
            ProcessCollector(registry=self._registry)

    def request(self, method: str, route: str, status: int, duration_s: float) -> None:
        """Count a request that has ended."""
        self._requests.labels(method, route, str(status)).inc()
        self._durations.labels(method, route).observe(duration_s)

    def timed(self, stage: Stage) -> AbstractContextManager[object]:
        """Time a stage of a query."""
        return self._stages[stage].time()

    def exposition(self, home: Home, live_index: LiveIndex) -> bytes:
        """Everything, in Prometheus' text format."""
        current = CollectorRegistry()
        current.register(_Fixed(_catalogue_numbers(home, live_index)))
        if SHARED_FOLDER in os.environ:
            MultiProcessCollector(current)  # type: ignore[no-untyped-call]
            return generate_latest(current)
        return generate_latest(current) + generate_latest(self._registry)


class _Fixed(Collector):
    """Numbers that were looked up for one answer."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = tuple(metrics)

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def _catalogue_numbers(home: Home, live_index: LiveIndex) -> Iterator[Metric]:
    """What is known: nothing without a database, and only the catalogue's size before the first index."""
    ready = 0.0
    try:
        with home.database.reading() as session:
            counts = albums.counts(session)
        yield GaugeMetricFamily("sleeve_albums", "Albums in the catalogue.", counts.albums)
        yield GaugeMetricFamily("sleeve_covers", "Covers in the catalogue.", counts.covers)
        version = live_index.current().version
        drift = home.versions.drift(version)
        age_s = (datetime.now(UTC) - version.record.created_at).total_seconds()
        yield GaugeMetricFamily("sleeve_index_age_seconds", "Time since the live index was built.", age_s)
        yield GaugeMetricFamily("sleeve_index_vectors", "Vectors in it when it was built.", version.record.count)
        yield GaugeMetricFamily("sleeve_delta_vectors", "Newer vectors, searched as well.", drift.delta)
        yield GaugeMetricFamily("sleeve_tombstones", "Vectors in it that were removed.", drift.tombstones)
        ready = 1.0
    except SleeveError:
        pass
    yield GaugeMetricFamily("sleeve_ready", "1 if the database and an index can be used.", ready)
