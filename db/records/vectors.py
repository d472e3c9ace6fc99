"""Vectors, whose they are, and what is built from them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sleeve.vocabulary import AlbumId, ContentHash, CoverId, Fingerprint, ListName, Side, VectorId


@dataclass(frozen=True, slots=True)
class VectorOwner:
    """The cover that a vector was made of, and its album.

    Attributes:
        file, path: as in ``sleeve.vocabulary``.
        linked: the other albums with a cover that is linked to one of the album's.
        apart: the other albums of which a person says that they do not show its artwork.
        lists: those that the album is on.
    """

    vector_id: VectorId
    cover_id: CoverId
    album_id: AlbumId
    side: Side
    title: str | None
    artist: str | None
    year: int | None
    genres: tuple[str, ...]
    file: str
    path: str
    content_hash: ContentHash
    linked: frozenset[AlbumId] = frozenset()
    apart: frozenset[AlbumId] = frozenset()
    lists: tuple[ListName, ...] = ()


@dataclass(frozen=True, slots=True)
class AskedAlbum:
    """An album that is asked with.

    Attributes:
        vectors: (n, d) float32 of its fronts, or of its backs if it has no front; n is 0 if it waits to be indexed, or
            has no cover.
        linked, apart: as in ``VectorOwner``.
    """

    vectors: NDArray[np.float32]
    linked: frozenset[AlbumId]
    apart: frozenset[AlbumId]
    has_cover: bool = True


@dataclass(frozen=True, slots=True)
class VectorBatch:
    """Vectors out of the database.

    Attributes:
        ids: (n,) int64, ascending.
        vectors: (n, d) float16, L2-normalised.
    """

    ids: NDArray[np.int64]
    vectors: NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class AlbumVectors:
    """The vectors of some albums' covers, one row for each cover, rows of one album together.

    Attributes:
        album_ids: (n,) int64.
        vectors: (n, d) float32, L2-normalised.
    """

    album_ids: NDArray[np.int64]
    vectors: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class HashedCover:
    """A cover and the file that it was when it was added."""

    cover_id: CoverId
    file: str
    path: str
    content_hash: ContentHash


@dataclass(frozen=True, slots=True)
class FrontVectors:
    """Front covers with their vectors; one row for each cover.

    Attributes:
        vectors: (n, d) float32, L2-normalised.
    """

    covers: tuple[HashedCover, ...]
    vectors: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class NewVector:
    """A vector made of a file with this content; stored only while the cover still has it."""

    cover_id: CoverId
    content_hash: ContentHash
    vector: NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class BundleRecord:
    """A bundle that the database knows; without a model, its vectors were made elsewhere."""

    id: int
    fingerprint: Fingerprint
    name: str
    dimension: int
    has_model: bool = True


@dataclass(frozen=True, slots=True)
class RepresentativeVectors:
    """One vector for each album, by ascending album id.

    Attributes:
        album_ids, cover_ids: (n,) int64.
        vectors: (n, d) float32, L2-normalised.
    """

    album_ids: NDArray[np.int64]
    cover_ids: NDArray[np.int64]
    vectors: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class CatalogueVectors:
    """The vectors of front covers with what is known of their albums; one row for each cover.

    Attributes:
        vectors: (n, d) float32, L2-normalised.
        album_ids, cover_ids: (n,) int64.
        genres: of each row's album, the main one first; may be empty.
        artists: folded, or None.
        content_hashes, paths: of each row's cover.
        extra: what else a manifest said about each cover.
        apart: pairs of albums of which a person says that they do not show one artwork, the older one first.
    """

    vectors: NDArray[np.float32]
    album_ids: NDArray[np.int64]
    cover_ids: NDArray[np.int64]
    genres: tuple[tuple[str, ...], ...]
    artists: tuple[str | None, ...]
    content_hashes: tuple[ContentHash, ...]
    paths: tuple[Path, ...]
    extra: tuple[Mapping[str, str], ...]
    apart: frozenset[tuple[AlbumId, AlbumId]] = frozenset()


@dataclass(frozen=True, slots=True)
class GenreModelRecord:
    """A fitted head, calibration and text opinion (if there is one) as bytes, and what they scored out of fold."""

    id: int
    head: bytes
    calibration: bytes
    text_opinion: bytes | None
    metrics: Mapping[str, float]
    fitted_at: datetime


@dataclass(frozen=True, slots=True)
class IndexVersionRecord:
    """A built index; ``folder`` is its name below the home's ``versions``, ``recall`` as measured when built."""

    id: int
    bundle: BundleRecord
    folder: str
    kind: str
    count: int
    recall: float
    live: bool
    created_at: datetime
