"""``sleeve index --ray``: every node of a Ray cluster is a worker; then this home's index is built.

Ray only starts the workers and says which are gone. Who works on which covers is in the database, as for workers
without Ray, so both may work on one catalogue (docs/adr/0041-several-machines.md).
"""

import logging
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from db import cover_links, leases, texts, vectors
from db.records import BundleRecord
from indexer.home import Home
from indexer.jobs.bring_up_to_date import IndexReport
from indexer.jobs.index import index
from indexer.jobs.share import share
from indexer.progress import Progress, Silent
from indexer.vector_index import IndexKind
from sleeve.errors import BundleError, ClusterError, MissingExtraError, SettingsError, SleeveError, first_line
from sleeve.settings import Settings, read_settings
from sleeve.vocabulary import Fingerprint

CONNECT_S = 10.0
"""How long a cluster may take to answer at all; Ray itself would wait for minutes."""

STARTS = 3
"""How often a worker is started on a node on which it dies."""

_LOOK_EVERY_S = 2.0
_STAGES = ("Embedding on the cluster", "Comparing covers on the cluster", "Reading covers on the cluster")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ClusterReport:
    """What became of the covers that waited while the cluster worked, and the index that was built here after it.

    Attributes:
        left: covers without a vector.
        lost: workers that died or went with their nodes; others did what they had not stored.
    """

    embedded: int
    compared: int
    read: int
    left: int
    nodes: int
    lost: int
    index: IndexReport


def index_on_ray(
    home: Home, progress: Progress, address: str, *, rebuild: bool = False, kind: IndexKind | None = None
) -> ClusterReport:
    """Have covers embedded, compared and read on every node of a cluster, and bring this home's index up to date.

    Args:
        address: of the cluster's head, ``host:port``, or ``auto`` for the cluster that this machine belongs to.

    Raises:
        SettingsError: the catalogue is in SQLite, which other machines cannot reach.
        MissingExtraError: Ray is not installed.
        ClusterError: the cluster does not answer, or no node can work.
        SleeveError: as for ``index``.
    """
    if home.database.url.get_backend_name() == "sqlite":
        raise SettingsError("a cluster needs a database that its nodes reach; name a PostgreSQL in SLEEVE_DATABASE_URL")
    cluster = _Cluster(home, home.register(home.bundle()))
    before = cluster.waiting()
    with _connected(address) as ray:
        cluster.work(ray, progress)
    after = cluster.waiting()
    run = index(home, progress, rebuild=rebuild, kind=kind, tries_again=False)
    embedded, read = before.embedding - after.embedding, before.reading - after.reading
    compared = before.comparing + embedded - after.comparing
    return ClusterReport(embedded, compared, read, after.embedding, cluster.nodes, cluster.lost, run)


class Worker:
    """A worker on a node: an actor of Ray.

    Args:
        settings: what has to be the same on every node. The home and the credentials of object storage are the node's.
    """

    def __init__(self, settings: dict[str, Any], bundle: Fingerprint, threads: int) -> None:
        self._settings = read_settings().model_copy(update={**settings, "threads": threads})
        self._bundle = bundle

    def work(self) -> Mapping[str, int]:
        """Do what waits until nothing is left; what others have taken is waited for. Returns where covers are that the
        node cannot see, and how many."""
        with Home(self._settings) as home:
            home.set_up()
            bundle = home.shelf.of(self._bundle)
            if bundle is None:
                raise BundleError("it does not have the bundle; SLEEVE_BUNDLE may name a folder that every node has")
            if home.register(bundle).fingerprint != self._bundle:
                raise BundleError(f"its processor makes other vectors with the bundle {bundle.manifest.name}")
        # Whatever index this node had, and of whatever bundle.
        with Home(self._settings.model_copy(update={"bundle": bundle.address})) as home:
            while (done := share(home, Silent())).is_something:
                pass
        return done.elsewhere


@dataclass(frozen=True, slots=True)
class _Waiting:
    """How many covers wait to be embedded, compared and read, and whether a worker has or may take one of them."""

    embedding: int
    comparing: int
    reading: int
    is_work: bool


@dataclass(slots=True)
class _Cluster:
    """The workers on the nodes of a cluster."""

    home: Home
    bundle: BundleRecord
    lost: int = 0
    _starts: dict[str, int] = field(default_factory=dict)
    _ended: set[str] = field(default_factory=set)
    _running: dict[Any, tuple[str, Any]] = field(default_factory=dict)
    """The node and the actor of each result that is still to come."""

    @property
    def nodes(self) -> int:
        """On how many nodes a worker was started."""
        return len(self._starts)

    def waiting(self) -> _Waiting:
        """What waits by now."""
        tasks = vectors.embedding(self.bundle), cover_links.comparing(self.bundle), texts.reading(None)
        with self.home.database.reading() as session:
            states = [leases.waiting(session, task, ()) for task in tasks]
            return _Waiting(
                vectors.count_pending(session, self.bundle),
                cover_links.count_pending(session, self.bundle),
                texts.count_pending(session),
                any(state.is_free or state.held for state in states),
            )

    def work(self, ray: Any, progress: Progress) -> None:
        """Keep a worker on each node, also on those that join, until all have ended or there is no work."""
        shown, failure = _Shown(progress), None
        while True:
            waiting = self.waiting()
            shown.show(waiting)
            if not waiting.is_work:
                return
            self._start(ray)
            if not self._running:
                break
            for result in ray.wait(list(self._running), timeout=_LOOK_EVERY_S)[0]:
                failure = self._take(ray, result) or failure
        if failure is not None and len(self._ended) == self.nodes:
            raise ClusterError(f"no node can work; the last one said: {failure}")

    def _start(self, ray: Any) -> None:
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        busy = {node for node, _ in self._running.values()} | self._ended
        for found in ray.nodes():
            node, cores = found["NodeID"], int(found["Resources"].get("CPU", 0))
            if not found["Alive"] or not cores or node in busy or self._starts.get(node, 0) == STARTS:
                continue
            self._starts[node] = self._starts.get(node, 0) + 1
            there = NodeAffinitySchedulingStrategy(node, soft=False)
            actor = ray.remote(Worker).options(num_cpus=cores, scheduling_strategy=there)
            worker = actor.remote(_everywhere(self.home.settings), self.bundle.fingerprint, cores)
            self._running[worker.work.remote()] = (node, worker)

    def _take(self, ray: Any, result: Any) -> SleeveError | None:
        """What came of a worker; returns why it could not work."""
        node, _ = self._running.pop(result)
        try:
            elsewhere = ray.get(result)
        except ray.exceptions.RayTaskError as error:
            self._ended.add(node)
            said = error.cause
            cause = said if isinstance(said, SleeveError) else ClusterError(first_line(said))
            _log.warning("node %s: %s", node[:8], cause)
            return cause
        except ray.exceptions.RayError:
            self.lost += 1
            _log.warning("the worker on node %s is gone; others get its covers", node[:8])
            return None
        self._ended.add(node)
        for place, covers in elsewhere.items():
            _log.warning("node %s cannot see %s, where %d covers wait", node[:8], place, covers)
        return None


class _Shown:
    """Shows which stage the cluster is in, and how far."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._stage = ""
        self._left = 0

    def show(self, waiting: _Waiting) -> None:
        counts = zip(_STAGES, (waiting.embedding, waiting.comparing, waiting.reading), strict=True)
        stage, left = next((found for found in counts if found[1]), (self._stage, 0))
        if stage != self._stage:
            self._progress.start(stage, left)
        else:
            self._progress.advance(self._left - left)
        self._stage, self._left = stage, left


def _everywhere(settings: Settings) -> dict[str, Any]:
    """The settings that nodes share. They travel as an actor's argument, not in its environment, which Ray logs."""
    return {name: getattr(settings, name) for name in ("database_url", "gate_recall")}


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    """Ray, connected to a cluster.

    Raises:
        MissingExtraError: Ray is not installed.
        ClusterError: the cluster does not answer.
    """
    try:
        import ray
    except ImportError as error:
        raise MissingExtraError("a cluster", "ray", "ray") from error
    host, _, port = address.removeprefix("ray://").rpartition(":")
    try:
        if host:
            socket.create_connection((host.strip("[]"), int(port)), CONNECT_S).close()
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    except (OSError, ValueError, RuntimeError) as error:
        raise ClusterError(f"there is no Ray cluster at {address}: {first_line(error)}") from error
    try:
        yield ray
    finally:
        ray.shutdown()
