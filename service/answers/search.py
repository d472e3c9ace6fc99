"""Albums that look like an image, an album or what a text describes: the query's vectors → index → owners → ranking."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from db import albums, statements, vectors
from db.database import Database
from db.records import AlbumRecord, AskedAlbum, BundleRecord, CatalogueFilter, VectorOwner
from indexer.images.decoding import QUERY_LIMITS, read, size_px
from indexer.models.preparing import fit_image
from indexer.models.prompts import LOOKS, embed_in
from indexer.vector_index import Hits
from service.answers.genre_classifiers import GenreClassifiers
from service.answers.live_index import LiveIndex, Snapshot
from service.answers.memory import Memory, OutdatedError
from service.answers.model import Model
from service.answers.ranking import asked_for, least_certain, rank_albums
from service.answers.records import (
    MAX_K,
    MatchAnswer,
    Neighbour,
    Outline,
    ReadText,
    SimilarAnswer,
    SimilarRequest,
    Size,
)
from service.answers.same_artwork import ArtworkFinder
from service.answers.saying import NEAR, albums_saying, words_in_common
from service.answers.timing import Stage, Timed, untimed
from service.answers.understanding import (
    Known,
    Read,
    ReadBarcodes,
    Understanding,
    name_line,
    no_barcodes,
    no_text,
)
from service.answers.views import Understood
from sleeve.errors import FileRejectedError, IndexGoneError, NotFoundError, QueryError
from sleeve.vocabulary import AlbumId, ListName, Side

Query = TypeVar("Query")
Answer = TypeVar("Answer")

_SPARE_HITS = 8
"""Vectors asked for beyond k at first: an album may have several covers, and some may be removed."""


class Search:
    """Answers from the live index version, its delta and the database. Safe to use from several threads at once."""

    def __init__(
        self,
        database: Database,
        live_index: LiveIndex,
        timed: Timed = untimed,
        read: Read = no_text,
        barcodes: ReadBarcodes = no_barcodes,
    ) -> None:
        """``read`` reads the text on the sleeve in an image, and ``barcodes`` the barcodes in it."""
        self._database = database
        self._live_index = live_index
        self._timed = timed
        self.genre_classifiers = GenreClassifiers(database)
        self.artworks = ArtworkFinder()
        self._understanding = Understanding(self.artworks, read, timed, barcodes)

    def by_image(self, data: bytes, request: SimilarRequest, outline: Outline | None = None) -> SimilarAnswer:
        """The albums that look like the sleeve in an image, given as the bytes of its file: first the one that it
        shows, if it is one of them, then by similarity. Of several sleeves the first is asked with, and all are named.

        Args:
            outline: where the sleeve is in it; None to look for it.

        Raises:
            FileRejectedError: the bytes are not an image that Sleeve can use; ``QueryError``: the bundle has no model.
            VectorIndexError: there is no index.
        """
        return self._answered(lambda _: None, lambda snapshot, _: self._like_image(snapshot, data, request, outline))

    def match(
        self, data: bytes, names: Sequence[str] = (), *, is_scan: bool = False, on_list: ListName | None = None
    ) -> MatchAnswer:
        """What an image, given as the bytes of its file, is to the catalogue.

        Args:
            names, is_scan, on_list: as for ``understand``.

        Raises:
            FileRejectedError: the bytes are not an image that Sleeve can use; ``QueryError``: the bundle has no model.
            VectorIndexError: there is no index.
        """

        def answer(snapshot: Snapshot, _: None) -> MatchAnswer:
            found = self.understand(snapshot.model, data, snapshot, names=names, is_scan=is_scan, on_list=on_list)
            record = snapshot.version.record
            sleeves = (
                replace(one.sleeve, cover_size_px=_cover_size_px(one.verdict.album or one.verdict.alike))
                for one in found
            )
            return MatchAnswer(record.bundle.name, record.folder, size_px(data, QUERY_LIMITS), tuple(sleeves))

        return self._answered(lambda _: None, answer)

    def understand(
        self,
        model: Model,
        data: bytes,
        snapshot: Snapshot | None,
        outline: Outline | None = None,
        *,
        names: Sequence[str] = (),
        is_scan: bool = False,
        on_list: ListName | None = None,
        most: int = 0,
    ) -> tuple[Understood, ...]:
        """Where the sleeve is in an image, its vector, and the album that it shows; of each, if there are several.

        Args:
            snapshot: None if there is no index yet, and so no album to be shown.
            names: that came with the image, such as an artist and a title.
            is_scan: all of the image is a cover, and nothing else is in it.
            on_list: only albums on this list count as in the catalogue.
            most: neighbours that are wanted of the vector; it has a few in any case.

        Raises:
            FileRejectedError: the bytes are not an image that Sleeve can use; ``QueryError``: the bundle has no model.
        """
        allowed = CatalogueFilter(on_list=on_list)

        def nearest(vector: NDArray[np.float32], count: int) -> tuple[Neighbour, ...]:
            if snapshot is None:
                return ()
            return self.by_vectors(snapshot, vector, SimilarRequest(max(count, most), allowed)).neighbours

        def saying(vector: NDArray[np.float32], text: ReadText) -> list[tuple[Neighbour, float]]:
            if snapshot is None or not text.lines:
                return []
            near = self.by_vectors(snapshot, vector, SimilarRequest(NEAR, allowed)).neighbours
            fits = {
                one.album_id: one.fit
                for one in albums_saying(self._database, text.lines, [one.album_id for one in near], allowed)
            }
            return [(one, fits[one.album_id]) for one in self.of_albums(snapshot, vector, fits)]

        def coded(vector: NDArray[np.float32], barcode: str) -> tuple[list[Neighbour], list[AlbumId]]:
            with self._database.reading() as session:
                known = albums.of_ids(session, statements.albums_with_barcode(session, barcode))
            ids = [one for one, album in known.items() if on_list is None or on_list in album.lists]
            found = [] if snapshot is None else self.of_albums(snapshot, vector, ids)
            with_vectors = {one.album_id for one in found}
            return found, [one for one in sorted(ids) if one not in with_vectors]

        known = Known(nearest, saying, coded)
        found = self._understanding.of(data, model.require_backbone(), known, outline, names=names, is_scan=is_scan)
        return tuple(self._with_words(one, names) for one in found)

    def _with_words(self, found: Understood, names: Sequence[str]) -> Understood:
        album = found.verdict.album or found.verdict.alike
        lines = (*map(name_line, names), *(found.text.lines if found.text else ()))
        if album is None or not lines:
            return found
        common = words_in_common(self._database, lines, album.album_id)
        return replace(found, verdict=replace(found.verdict, words=common))

    def by_text(self, text: str, request: SimilarRequest) -> SimilarAnswer:
        """The albums that look like what a text describes.

        Raises:
            QueryError: the bundle has no text tower, or the text is empty or too long.
            VectorIndexError: there is no index.
        """
        return self._answered(
            lambda model: self.embed_text(model, text),
            lambda snapshot, query: self.by_vectors(snapshot, query, request),
        )

    def by_album(self, album_id: AlbumId, request: SimilarRequest) -> SimilarAnswer:
        """The albums that look like one in the catalogue, itself left out.

        Raises:
            NotFoundError: there is no such album, or it waits to be indexed.
            VectorIndexError: there is no index.
        """

        def answer(snapshot: Snapshot, _: None) -> SimilarAnswer:
            asked = self.asked(snapshot, album_id)
            found = self.by_vectors(snapshot, asked.vectors, request, leave_out=(album_id,))
            return replace(found, neighbours=_marked(found.neighbours, asked.linked))

        return self._answered(lambda _: None, answer)

    def first_album(self) -> AlbumRecord:
        """The album that was added first, to ask with.

        Raises:
            NotFoundError: the catalogue is empty.
        """
        with self._database.reading() as session:
            return albums.album(session, albums.first_id(session))

    def same_artwork(self, album_id: AlbumId) -> tuple[Neighbour, ...]:
        """The other albums that show the same artwork as one in the catalogue, nearest first: those linked to it.

        Raises:
            NotFoundError: there is no such album, or it waits to be indexed.
            VectorIndexError: there is no index.
        """
        snapshot = self.snapshot()
        asked = self.asked(snapshot, album_id)
        return _marked(self.of_albums(snapshot, asked.vectors, asked.linked)[:MAX_K], asked.linked)

    def snapshot(self) -> Snapshot:
        """The version and model to answer a whole request with.

        Raises:
            VectorIndexError: there is no index.
        """
        return self._live_index.current()

    def model(self) -> Model:
        """The model that embeds a query if there is no index; raises ``BundleError`` if the bundle cannot be used."""
        return self._live_index.model()

    def embed(self, model: Model, data: bytes) -> NDArray[np.float32]:
        """The (1, d) vector of an image.

        Raises:
            FileRejectedError: the bytes are not an image that Sleeve can use; ``QueryError``: the bundle has no model.
        """
        backbone = model.require_backbone()
        with self._timed(Stage.DECODE):
            fitted = fit_image(data, backbone, QUERY_LIMITS)
        with self._timed(Stage.EMBED):
            return backbone.embed(fitted[np.newaxis])

    def embed_text(self, model: Model, text: str, templates: Sequence[str] = LOOKS) -> NDArray[np.float32]:
        """The (1, d) vector of a text, by default one that describes a cover.

        Raises:
            QueryError: the bundle has no text tower, or the text is empty or too long.
        """
        model.require_backbone()
        if model.text_tower is None:
            raise QueryError(
                "this bundle has no text tower, so it cannot be asked with a text; `sleeve bundles add` takes a "
                "CLIP or SigLIP model that can, and `sleeve bundles use` switches to it"
            )
        with self._timed(Stage.EMBED):
            return embed_in(templates, model.text_tower, text)

    def asked(self, snapshot: Snapshot, album_id: AlbumId) -> AskedAlbum:
        """An album to ask with, which has a vector at least.

        Raises:
            NotFoundError: there is no such album, it has no cover, or it waits to be indexed.
        """
        bundle = snapshot.version.record.bundle
        asked = snapshot.memory.asked(bundle, album_id)
        if asked is None:
            raise NotFoundError(f"there is no album {album_id}")
        if not len(asked.vectors):
            raise not_embedded_error(bundle, album_id, has_cover=asked.has_cover)
        return asked

    def by_vectors(
        self,
        snapshot: Snapshot,
        queries: NDArray[np.float32],
        request: SimilarRequest,
        *,
        leave_out: Collection[AlbumId] = (),
        votes_below: float | None = None,
        apart: Collection[AlbumId] = (),
    ) -> SimilarAnswer:
        """The albums nearest to any of (q, d) vectors: k of them whenever k exist that the request allows.

        Args:
            votes_below: only the albums that vote on a genre: those that have one, by their fronts, and less similar
                than this. None for all albums.
            apart: albums that vote however similar they are, because a person says that their artwork is another.
        """
        version, allowed = snapshot.version, None
        if not request.allowed.allows_all:
            allowed = snapshot.memory.allowed(version.record.bundle, request.allowed)
        parts = (version.index, *version.delta)
        reachable = sum(map(len, parts)) if allowed is None else len(allowed)
        wanted = request.k + _SPARE_HITS
        while True:
            # Asking for one more than there are shows that there are no more.
            with self._timed(Stage.SEARCH):
                hits = [part.search(queries, min(wanted, reachable + 1), allowed) for part in parts]
            with self._timed(Stage.RANK):
                neighbours = _neighbours(snapshot.memory, hits, leave_out, None if votes_below is None else _may_vote)
            least = least_certain(hits)
            certain = [neighbour for neighbour in neighbours if neighbour.similarity >= least]
            if votes_below is not None:
                certain = [one for one in certain if one.similarity < votes_below or one.album_id in apart]
            certain = asked_for(certain, request)
            if len(certain) >= request.k or wanted > reachable or least <= request.min_similarity:
                break
            wanted *= 4
        return SimilarAnswer(
            bundle=version.record.bundle.name,
            index_version=version.record.folder,
            neighbours=tuple(certain[: request.k]),
        )

    def _answered(self, embed: Callable[[Model], Query], answer: Callable[[Snapshot, Query], Answer]) -> Answer:
        """Answer with what is remembered, and again if the catalogue turns out to have changed."""
        remembered = self._live_index.remembered()
        query = embed(remembered.model)
        try:
            return answer(remembered, query)
        except (OutdatedError, IndexGoneError):
            snapshot = self.snapshot()
            return answer(snapshot, query if snapshot.model is remembered.model else embed(snapshot.model))

    def _like_image(
        self, snapshot: Snapshot, data: bytes, request: SimilarRequest, outline: Outline | None
    ) -> SimilarAnswer:
        limit = self.genre_classifiers.near_duplicate_at(snapshot.model, snapshot.memory.state)
        sleeves = self.understand(snapshot.model, data, snapshot, outline, most=request.k)
        found = sleeves[0]
        nearest = found.neighbours
        if nearest is None or request != SimilarRequest(request.k):
            nearest = self.by_vectors(snapshot, found.vector, request).neighbours
        neighbours = self._likeliest_first(snapshot, found, request, nearest)
        marked = [
            replace(
                one,
                same_artwork=one.album_id in found.verdict.album_ids,
                near_duplicate=one.similarity >= limit and one.album_id not in found.verdict.apart,
            )
            for one in neighbours
        ]
        record = snapshot.version.record
        return SimilarAnswer(record.bundle.name, record.folder, tuple(marked), tuple(one.sleeve for one in sleeves))

    def of_albums(
        self,
        snapshot: Snapshot,
        queries: NDArray[np.float32],
        album_ids: Collection[AlbumId],
        allowed: CatalogueFilter | None = None,
    ) -> list[Neighbour]:
        """These albums as neighbours of (q, d) vectors, as far as a filter lets them through, nearest first."""
        version, bundle = snapshot.version, snapshot.version.record.bundle
        with self._database.reading() as session:
            ids = vectors.ids_of_albums(session, bundle, album_ids)
        if allowed is not None and not allowed.allows_all:
            ids = np.intersect1d(ids, snapshot.memory.allowed(bundle, allowed))
        parts = (version.index, *version.delta) if len(ids) else ()
        return _neighbours(snapshot.memory, [part.search(queries, len(ids), ids) for part in parts])

    def _likeliest_first(
        self, snapshot: Snapshot, found: Understood, request: SimilarRequest, nearest: Sequence[Neighbour]
    ) -> list[Neighbour]:
        """The nearest albums of a picture; before them the likeliest, if the request allows it, however near it is."""
        first = [one for one in nearest if one.album_id == found.likeliest]
        if found.likeliest is not None and not first:
            first = self.of_albums(snapshot, found.vector, {found.likeliest}, request.allowed)
            first = asked_for(first, request)
        others = [one for one in nearest if one.album_id != found.likeliest]
        return [*first, *others][: request.k]


def _neighbours(
    memory: Memory,
    hits: list[Hits],
    leave_out: Collection[AlbumId] = (),
    may_answer: Callable[[VectorOwner], bool] | None = None,
) -> list[Neighbour]:
    found = [(some.ids[some.ids >= 0], some.similarities[some.ids >= 0]) for some in hits]
    pairs = [pair for ids, values in found for pair in zip(ids.tolist(), values.tolist(), strict=True)]
    owners = memory.owners(sorted({vector_id for vector_id, _ in pairs}))
    return rank_albums(pairs, owners, leave_out=leave_out, may_answer=may_answer)


def not_embedded_error(bundle: BundleRecord, album_id: AlbumId, *, has_cover: bool) -> NotFoundError:
    """What says why an album has no vector of a bundle: it waits to be indexed, none was given, or has no cover."""
    if not has_cover:
        looks_for = "`sleeve musicbrainz --fill` or `sleeve discogs --fill` looks for one"
        return NotFoundError(f"album {album_id} has no cover, so nothing can be compared with it; {looks_for}")
    if not bundle.has_model:
        return NotFoundError(
            f"album {album_id} has no vector of the bundle {bundle.name}, and no model here makes such vectors"
        )
    return NotFoundError(f"album {album_id} is not embedded yet; run `sleeve index` first")


def _marked(neighbours: Sequence[Neighbour], linked: Collection[AlbumId]) -> tuple[Neighbour, ...]:
    """The neighbours of an album, those linked to it marked as the same artwork."""
    return tuple(
        replace(found, same_artwork=True, near_duplicate=True) if found.album_id in linked else found
        for found in neighbours
    )


def _cover_size_px(album: Neighbour | None) -> Size | None:
    """The size of an album's cover; None if its file is gone or is no image any more."""
    if album is None:
        return None
    try:
        return size_px(read(Path(album.path)))
    except FileRejectedError:
        return None


def _may_vote(owner: VectorOwner) -> bool:
    return bool(owner.genres) and owner.side is Side.FRONT
