"""Albums that look like an image or an album: the query's vectors → index → owners → ranking."""

import numpy as np
from numpy.typing import NDArray

from db import albums, vectors
from db.database import Database
from db.errors import NotFoundError, VectorIndexError
from db.vocabulary import AlbumId
from indexer.backbone import Backbone
from indexer.decoding import DecodingLimits
from indexer.pipeline import fit_image
from indexer.versions import LiveIndex, OpenVersion
from service.ranking import rank_albums
from service.records import Neighbour, SimilarAnswer, SimilarRequest

_SPARE_HITS = 8
"""Vectors asked for beyond k at first: an album may have several covers, and some may be removed."""


class Search:
    """Answers from the live index version and the database. Safe to use from several threads at once."""

    def __init__(self, database: Database, live: LiveIndex, backbone: Backbone, limits: DecodingLimits) -> None:
        self._database = database
        self._live = live
        self._backbone = backbone
        self._limits = limits

    def by_image(self, data: bytes, request: SimilarRequest) -> SimilarAnswer:
        """The albums that look like an image, given as the bytes of its file.

        Raises:
            ImageRejectedError: the bytes are no image that Sleeve can use.
            VectorIndexError: there is no index, or it is of another bundle.
        """
        version = self.version()
        return self.by_vectors(version, self.embed(data), request)

    def by_album(self, album_id: AlbumId, request: SimilarRequest) -> SimilarAnswer:
        """The albums that look like one in the catalogue, itself left out.

        Raises:
            NotFoundError: there is no such album, or it waits to be indexed.
            VectorIndexError: there is no index, or it is of another bundle.
        """
        version = self.version()
        return self.by_vectors(version, self.vectors_of(version, album_id), request, leave_out=album_id)

    def version(self) -> OpenVersion:
        """The live version, if its vectors are of the backbone that embeds the queries.

        Raises:
            VectorIndexError: there is no index, or it is of another bundle.
        """
        version = self._live.current()
        if version.record.bundle.fingerprint != self._backbone.fingerprint:
            raise VectorIndexError(
                f"the index holds vectors of another bundle ({version.record.bundle.name}); "
                "run `sleeve index` to embed with this one"
            )
        return version

    def embed(self, data: bytes) -> NDArray[np.float32]:
        """The (1, d) vector of an image.

        Raises:
            ImageRejectedError: the bytes are no image that Sleeve can use.
        """
        return self._backbone.embed(fit_image(data, self._backbone, self._limits)[np.newaxis])

    def vectors_of(self, version: OpenVersion, album_id: AlbumId) -> NDArray[np.float32]:
        """The (n, d) vectors of an album's fronts (or backs, where it has no front).

        Raises:
            NotFoundError: there is no such album, or it waits to be indexed.
        """
        with self._database.reading() as session:
            albums.album(session, album_id)
            own = vectors.of_album(session, version.record.bundle, album_id)
        if not len(own.ids):
            raise NotFoundError(f"album {album_id} is not embedded yet; run `sleeve index` first")
        return own.vectors.astype(np.float32)

    def by_vectors(
        self,
        version: OpenVersion,
        queries: NDArray[np.float32],
        request: SimilarRequest,
        *,
        leave_out: AlbumId | None = None,
    ) -> SimilarAnswer:
        """The albums nearest to any of (q, d) vectors: k of them whenever k exist."""
        allowed = self._allowed_ids(version, request)
        reachable = len(version.index) if allowed is None else len(allowed)
        wanted = request.k + _SPARE_HITS
        while True:
            neighbours = self._neighbours(version, queries, min(wanted, reachable), allowed, leave_out)
            if len(neighbours) >= request.k or wanted >= reachable:
                break
            wanted *= 4
        return SimilarAnswer(
            bundle=version.record.bundle.name,
            index_version=version.record.folder,
            neighbours=tuple(neighbours[: request.k]),
        )

    def _allowed_ids(self, version: OpenVersion, request: SimilarRequest) -> NDArray[np.int64] | None:
        if request.allowed.allows_all:
            return None
        with self._database.reading() as session:
            return vectors.allowed_ids(session, version.record.bundle, request.allowed)

    def _neighbours(
        self,
        version: OpenVersion,
        queries: NDArray[np.float32],
        wanted: int,
        allowed: NDArray[np.int64] | None,
        leave_out: AlbumId | None,
    ) -> list[Neighbour]:
        hits = version.index.search(queries, wanted, allowed)
        found = hits.ids >= 0
        pairs = list(zip(hits.ids[found].tolist(), hits.similarities[found].tolist(), strict=True))
        with self._database.reading() as session:
            owners = vectors.owners(session, sorted({vector_id for vector_id, _ in pairs}))
        return rank_albums(pairs, owners, leave_out=leave_out)
