"""Albums for a taste: examples → one vector → search → what differs from the examples and from each other."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from db import albums, vectors
from db.database import Database
from db.records import BundleRecord
from service.answers.likeness import Likeness
from service.answers.live_index import Snapshot, some_ids
from service.answers.recommend import choose, taste_vector, with_words
from service.answers.records import Examples, Neighbour, Outline, RecommendRequest, SimilarAnswer, SimilarRequest
from service.answers.search import Search, not_embedded_error
from service.answers.views import Understood
from sleeve.vocabulary import AlbumId

LEAST_CANDIDATES = 100
CANDIDATES_PER_ALBUM = 5
"""How many candidates are looked at first; more if near-duplicates leave too few."""

MAX_CANDIDATES = 10_000

COVERS_LOOKED_AT = 1_000
"""Covers that say how much covers differ in their likeness to pictures and to words."""


@dataclass(frozen=True, slots=True)
class _Example:
    """The (n, d) vectors of an album or image that is an example, and the albums that are it."""

    vectors: NDArray[np.float32]
    albums: frozenset[AlbumId]


@dataclass(frozen=True, slots=True)
class _Taste:
    """The (1, d) vector to search with, the examples, all their (n, d) vectors, and the albums that the images among
    them show."""

    vector: NDArray[np.float32]
    examples: Sequence[_Example]
    covers: NDArray[np.float32]
    shown: frozenset[AlbumId]

    def shows(self, found: Neighbour, likeness: Likeness, limit: float) -> bool:
        """Whether an album is so like an example that it counts as one artwork, and no person says otherwise."""
        if likeness.to(self.covers, found.album_id) < limit:
            return False
        return not found.apart or any(
            found.apart.isdisjoint(example.albums) and likeness.to(example.vectors, found.album_id) >= limit
            for example in self.examples
        )


class Recommender:
    """Answers from the same search as everything else, so with its exactness. Safe from several threads."""

    def __init__(self, database: Database, search: Search) -> None:
        self._database = database
        self._search = search

    def similar(self, examples: Examples, request: SimilarRequest, outline: Outline | None = None) -> SimilarAnswer:
        """The albums nearest to a taste, the examples left out.

        Args:
            outline: where the sleeve is in the only image; None to look for it.

        Raises:
            NotFoundError: an example is not there, or waits to be indexed.
            FileRejectedError: an image is not one that Sleeve can use.
            QueryError: the text cannot be asked with, or the examples cancel out.
            VectorIndexError: there is no index.
        """
        snapshot = self._search.snapshot()
        taste = self._taste(snapshot, examples, outline if len(examples.images) == 1 else None)
        found = self._search.by_vectors(snapshot, taste.vector, request, leave_out=examples.albums)
        likeness = self._likeness(snapshot, found.neighbours)
        limit = self._search.genre_classifiers.near_duplicate_at(snapshot.model, snapshot.memory.state)
        marked = (
            replace(
                neighbour,
                same_artwork=is_linked or neighbour.album_id in taste.shown,
                near_duplicate=is_linked or taste.shows(neighbour, likeness, limit),
            )
            for neighbour in found.neighbours
            for is_linked in [not neighbour.linked.isdisjoint(examples.albums)]
        )
        return replace(found, neighbours=tuple(marked))

    def recommend(self, examples: Examples, request: RecommendRequest) -> SimilarAnswer:
        """Albums for a taste: no example, no near-duplicate of one, and no artwork twice; a person, links and
        similarities decide what counts as one artwork, in this order.

        Raises:
            As ``similar``.
        """
        snapshot = self._search.snapshot()
        taste = self._taste(snapshot, examples)
        limit = self._search.genre_classifiers.near_duplicate_at(snapshot.model, snapshot.memory.state)
        wanted = max(LEAST_CANDIDATES, CANDIDATES_PER_ALBUM * request.k)
        while True:
            asked = SimilarRequest(wanted, request.allowed)
            found = self._search.by_vectors(snapshot, taste.vector, asked, leave_out=examples.albums)
            likeness = self._likeness(snapshot, found.neighbours)
            new = [
                neighbour
                for neighbour in found.neighbours
                if neighbour.album_id in likeness
                and neighbour.linked.isdisjoint(examples.albums)
                and not taste.shows(neighbour, likeness, limit)
            ]
            chosen = choose(
                np.array([neighbour.similarity for neighbour in new], dtype=np.float32),
                _alike(likeness, new, limit),
                request.k,
                diversity=request.diversity,
                near_duplicate_at=limit,
            )
            if len(chosen) >= request.k or len(found.neighbours) < wanted or wanted >= MAX_CANDIDATES:
                return replace(found, neighbours=tuple(new[place] for place in chosen))
            wanted = min(4 * wanted, MAX_CANDIDATES)

    def _taste(self, snapshot: Snapshot, examples: Examples, outline: Outline | None = None) -> _Taste:
        bundle = snapshot.version.record.bundle
        liked, disliked = self._albums(bundle, examples.like), self._albums(bundle, examples.dislike)
        understood = [self._search.understand(snapshot.model, data, snapshot, outline)[0] for data in examples.images]
        images = [image.vector for image in understood]
        none = np.empty((0, bundle.dimension), dtype=np.float32)
        liked_or_not = [
            *(_Example(own, frozenset({album_id})) for album_id, own in (liked | disliked).items()),
            *(_Example(image.vector, _shown(image)) for image in understood),
        ]
        return _Taste(
            self._wished(
                snapshot,
                examples,
                np.concatenate([none, *map(_middle, liked.values()), *images]),
                np.concatenate([none, *map(_middle, disliked.values())]),
            ),
            liked_or_not,
            np.concatenate([none, *(example.vectors for example in liked_or_not)]),
            frozenset().union(*(image.verdict.album_ids for image in understood)),
        )

    def _wished(
        self, snapshot: Snapshot, examples: Examples, likes: NDArray[np.float32], dislikes: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """The (1, d) vector to search with, for (n, d) liked and (m, d) disliked pictures and the words."""
        said = [
            np.concatenate([likes[:0], *([] if text is None else [self._search.embed_text(snapshot.model, text)])])
            for text in (examples.text, examples.less)
        ]
        words = taste_vector(*said) if any(map(len, said)) else None
        if not len(likes) and not len(dislikes) and words is not None:
            return words
        pictures = taste_vector(likes, dislikes)
        if words is None:
            return pictures
        index = snapshot.version.index
        return with_words(pictures, words, index.vectors(some_ids(index, COVERS_LOOKED_AT)).astype(np.float32))

    def _albums(self, bundle: BundleRecord, album_ids: tuple[AlbumId, ...]) -> dict[AlbumId, NDArray[np.float32]]:
        wanted = tuple(dict.fromkeys(album_ids))
        with self._database.reading() as session:
            found = Likeness(vectors.of_albums(session, bundle, wanted))
            for album_id in wanted:
                if album_id not in found:
                    raise not_embedded_error(bundle, album_id, has_cover=bool(albums.album(session, album_id).covers))
        return {album_id: found.vectors_of(album_id) for album_id in wanted}

    def _likeness(self, snapshot: Snapshot, neighbours: tuple[Neighbour, ...]) -> Likeness:
        with self._database.reading() as session:
            found = [neighbour.album_id for neighbour in neighbours]
            return Likeness(vectors.of_albums(session, snapshot.version.record.bundle, found))


def _alike(likeness: Likeness, found: Sequence[Neighbour], limit: float) -> Callable[[int], NDArray[np.float32]]:
    """``Likeness.among``, but albums with linked covers are at least as alike as near-duplicates, and albums that a
    person told apart are less alike."""
    among = likeness.among([neighbour.album_id for neighbour in found])
    place_of = {neighbour.album_id: place for place, neighbour in enumerate(found)}
    least = np.float32(limit)
    most = np.nextafter(least, np.float32(-np.inf))

    def places(album_ids: Collection[AlbumId]) -> list[int]:
        return [place_of[album_id] for album_id in album_ids if album_id in place_of]

    def alike(place: int) -> NDArray[np.float32]:
        alike = among(place)
        linked, apart = places(found[place].linked), places(found[place].apart)
        alike[linked] = np.maximum(alike[linked], least)
        alike[apart] = np.minimum(alike[apart], most)
        return alike

    return alike


def _middle(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """One (1, d) vector of length 1 for an album of several covers, so that each album counts once."""
    mean = vectors.mean(axis=0, keepdims=True)
    length = float(np.linalg.norm(mean))
    return np.asarray(mean / length if length else mean, dtype=np.float32)


def _shown(image: Understood) -> frozenset[AlbumId]:
    """The album that an image shows; none if it shows none."""
    album = image.verdict.album
    return frozenset() if album is None else frozenset({album.album_id})
