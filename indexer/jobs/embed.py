"""``sleeve index``, first half: every cover without a vector gets one, and searches find it from then on."""

import logging

from db.records import BundleRecord
from indexer.home import Home
from indexer.images.leased import Holder
from indexer.models.backbone import BackboneOnDemand
from indexer.models.embedding import EmbedReport, embed_pending
from indexer.models.without_model import AnyBundle, BundleWithoutModel
from indexer.progress import Progress
from indexer.vector_index.versions import IndexVersions
from sleeve.errors import BusyError, VectorIndexError

EXTEND_AFTER = 20_000
EXTEND_AFTER_SHARE = 0.2
"""While a long run embeds, the index takes in what is new once that is as much, and this share of the index: until
then searches keep it in memory."""

_log = logging.getLogger(__name__)


def embed(
    home: Home, progress: Progress, bundle: AnyBundle, record: BundleRecord, holder: Holder, *, extends: bool = True
) -> EmbedReport:
    """Embed every cover without a vector of a bundle. The model is compiled only if there is such a cover. Without a
    model there is nothing to do.

    Args:
        record: the bundle as ``Home.register`` made it known.
        holder: who embeds, to share the covers with others.
        extends: whether the index may be extended meanwhile; only for who holds the home's lock.

    Raises:
        BundleError: the bundle is damaged or cannot be run.
        CatalogueError: the database cannot be used; what was stored stays.
    """
    if isinstance(bundle, BundleWithoutModel):
        return EmbedReport()
    return embed_pending(
        home.database,
        BackboneOnDemand(bundle, threads=home.threads),
        record,
        threads=home.threads,
        holder=holder,
        progress=progress,
        stored=_Extending(home.versions, record).stored if extends else lambda _count: None,
    )


class _Extending:
    """Extends the live index now and then while its bundle embeds, so that the delta stays small."""

    def __init__(self, versions: IndexVersions, bundle: BundleRecord) -> None:
        self._versions = versions
        self._bundle = bundle
        self._waiting = 0

    def stored(self, count: int) -> None:
        self._waiting += count
        if self._waiting < EXTEND_AFTER:
            return
        live = self._versions.live()
        # An index of part of the catalogue must not take the place of another bundle's whole one.
        if live is None or live.bundle != self._bundle or self._waiting < EXTEND_AFTER_SHARE * live.count:
            return
        self._waiting = 0
        try:
            self._versions.refresh(self._bundle)
        except (BusyError, VectorIndexError) as error:
            _log.warning("%s; embedding goes on", error)
