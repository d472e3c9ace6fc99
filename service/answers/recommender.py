"""Albums for a taste: examples → one vector → search → what differs from the examples and from each other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from db import albums, cover_links, vectors
from db.database import Database
from db.records import BundleRecord
from service.answers.likeness import Likeness
from service.answers.live_index import Snapshot
from service.answers.recommend import choose, taste_vector
from service.answers.records import Examples, Neighbour, RecommendRequest, SimilarAnswer, SimilarRequest
from service.answers.search import Search, not_embedded_error
from sleeve.vocabulary import AlbumId

LEAST_CANDIDATES = 100
CANDIDATES_PER_ALBUM = 5
"""How many candidates are looked at first; more if near-duplicates leave too few."""

MAX_CANDIDATES = 10_000


@dataclass(frozen=True, slots=True)
class _Taste:
    """The (1, d) vector to search with, the (n, d) vectors of every cover that is an example, and the albums that the
    images among them show."""

    vector: NDArray[np.float32]
    examples: NDArray[np.float32]
    shown: frozenset[AlbumId]


class Recommender:
    """Answers from the same search as everything else, so with its exactness. Safe from several threads."""

    def __init__(self, database: Database, search: Search) -> None:
        self._database = database
        self._search = search

    def similar(self, examples: Examples, request: SimilarRequest) -> SimilarAnswer:
        """The albums nearest to a taste, the examples left out.

        Raises:
            NotFoundError: an example is not there, or waits to be indexed.
            FileRejectedError: an image is not one that Sleeve can use.
            QueryError: the text cannot be asked with, or the examples cancel out.
            VectorIndexError: there is no index.
        """
        snapshot = self._search.snapshot()
        taste = self._taste(snapshot, examples)
        found = self._search.by_vectors(snapshot, taste.vector, request, leave_out=examples.albums)
        likeness = self._likeness(snapshot, found.neighbours)
        limit = self._search.genre_classifiers.near_duplicate_at(snapshot.model, snapshot.memory.state)
        linked = self._linked(examples)
        same = linked | taste.shown
        marked = (
            replace(
                neighbour,
                same_artwork=neighbour.album_id in same,
                near_duplicate=neighbour.album_id in linked or likeness.to(taste.examples, neighbour.album_id) >= limit,
            )
            for neighbour in found.neighbours
        )
        return replace(found, neighbours=tuple(marked))

    def recommend(self, examples: Examples, request: RecommendRequest) -> SimilarAnswer:
        """Albums for a taste: no example, no near-duplicate of one, and no artwork twice; links and similarities decide
        what counts as one artwork.

        Raises:
            As ``similar``.
        """
        snapshot = self._search.snapshot()
        taste = self._taste(snapshot, examples)
        limit = self._search.genre_classifiers.near_duplicate_at(snapshot.model, snapshot.memory.state)
        left_out = examples.albums | self._linked(examples)
        wanted = max(LEAST_CANDIDATES, CANDIDATES_PER_ALBUM * request.k)
        while True:
            asked = SimilarRequest(wanted, request.allowed)
            found = self._search.by_vectors(snapshot, taste.vector, asked, leave_out=left_out)
            likeness = self._likeness(snapshot, found.neighbours)
            new = [
                neighbour
                for neighbour in found.neighbours
                if neighbour.album_id in likeness and likeness.to(taste.examples, neighbour.album_id) < limit
            ]
            chosen = choose(
                np.array([neighbour.similarity for neighbour in new], dtype=np.float32),
                self._likeness_or_link(likeness, [neighbour.album_id for neighbour in new], limit),
                request.k,
                diversity=request.diversity,
                near_duplicate_at=limit,
            )
            if len(chosen) >= request.k or len(found.neighbours) < wanted or wanted >= MAX_CANDIDATES:
                return replace(found, neighbours=tuple(new[place] for place in chosen))
            wanted = min(4 * wanted, MAX_CANDIDATES)

    def _linked(self, examples: Examples) -> set[AlbumId]:
        """The albums linked to an example."""
        if not examples.albums:
            return set()
        with self._database.reading() as session:
            return cover_links.albums_linked_to(session, examples.albums)

    def _likeness_or_link(
        self, likeness: Likeness, album_ids: Sequence[AlbumId], limit: float
    ) -> Callable[[int], NDArray[np.float32]]:
        """``Likeness.among``, but albums with linked covers count as at least as alike as near-duplicates."""
        among = likeness.among(album_ids)
        with self._database.reading() as session:
            pairs = cover_links.albums_linked_among(session, album_ids)
        place_of = {album_id: place for place, album_id in enumerate(album_ids)}
        linked: dict[int, list[int]] = {}
        for first, second in pairs:
            linked.setdefault(place_of[first], []).append(place_of[second])

        def alike(place: int) -> NDArray[np.float32]:
            found = among(place)
            same = linked.get(place, [])
            found[same] = np.maximum(found[same], np.float32(limit))
            return found

        return alike

    def _taste(self, snapshot: Snapshot, examples: Examples) -> _Taste:
        bundle = snapshot.version.record.bundle
        liked, disliked = self._albums(bundle, examples.like), self._albums(bundle, examples.dislike)
        understood = [self._search.understand(snapshot.model, data, snapshot) for data in examples.images]
        images = [image.vector for image in understood]
        text = [] if examples.text is None else [self._search.embed_text(snapshot.model, examples.text)]
        none = np.empty((0, bundle.dimension), dtype=np.float32)
        return _Taste(
            taste_vector(
                np.concatenate([none, *map(_middle, liked), *images, *text]),
                np.concatenate([none, *map(_middle, disliked)]),
            ),
            np.concatenate([none, *liked, *disliked, *images]),
            frozenset().union(*(image.verdict.album_ids for image in understood)),
        )

    def _albums(self, bundle: BundleRecord, album_ids: tuple[AlbumId, ...]) -> list[NDArray[np.float32]]:
        wanted = tuple(dict.fromkeys(album_ids))
        with self._database.reading() as session:
            found = Likeness(vectors.of_albums(session, bundle, wanted))
            for album_id in wanted:
                if album_id not in found:
                    albums.album(session, album_id)
                    raise not_embedded_error(album_id)
        return [found.vectors_of(album_id) for album_id in wanted]

    def _likeness(self, snapshot: Snapshot, neighbours: tuple[Neighbour, ...]) -> Likeness:
        with self._database.reading() as session:
            found = [neighbour.album_id for neighbour in neighbours]
            return Likeness(vectors.of_albums(session, snapshot.version.record.bundle, found))


def _middle(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """One (1, d) vector of length 1 for an album of several covers, so that each album counts once."""
    mean = vectors.mean(axis=0, keepdims=True)
    length = float(np.linalg.norm(mean))
    return np.asarray(mean / length if length else mean, dtype=np.float32)
