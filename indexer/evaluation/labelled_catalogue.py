"""The catalogue's labelled covers as arrays: targets, groups that must not be split, and what the backbone has seen."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from db import texts, vectors
from db.records import BundleRecord, CatalogueVectors, TextLine
from indexer.evaluation.grouping import difference_hash, group_covers, near_duplicates
from indexer.genre import LabelledVectors, count_texts, membership
from indexer.home import Home
from indexer.images.decoding import decode, read
from indexer.models.backbone import Backbone
from indexer.models.preparing import EMBED_COVERS, fit_image
from indexer.models.without_model import AnyBundle
from indexer.progress import Progress, chunks
from sleeve.errors import FileRejectedError, TrainingError
from sleeve.vocabulary import ContentHash, CoverId

SEEN_FILE = "seen.txt"
"""A bundle's list of the covers it was trained on: the first ``SEEN_DIGITS`` of each content hash, one on a line."""

SEEN_DIGITS = 16

ARTWORK_COLUMN = "split_group"
SOURCE_COLUMN = "source"
"""Columns of a table that say which covers belong together and where a cover came from."""

_HASH_PX = 128


@dataclass(frozen=True, slots=True)
class LabelledCatalogue:
    """Every front cover's vector, text and labels, and the bundle that made the vectors.

    Attributes:
        texts: (n,) the lines of each cover; none if it has no text, or nobody has read it yet.
    """

    vectors: CatalogueVectors
    texts: tuple[tuple[TextLine, ...], ...]
    record: BundleRecord
    bundle: AnyBundle


def read_labelled_catalogue(home: Home) -> LabelledCatalogue:
    """What training and evaluation begin with.

    Raises:
        TrainingError: no embedded cover has a genre.
        BundleError: the bundle is missing or damaged.
    """
    bundle = home.bundle()
    record = home.register(bundle)
    with home.database.reading() as session:
        found = vectors.of_catalogue(session, record)
        lines_of = texts.of_covers(session, [CoverId(cover_id) for cover_id in found.cover_ids.tolist()])
    if not any(found.genres):
        raise TrainingError("no embedded cover has a genre; `sleeve add` covers with genres, then `sleeve index`")
    lines = tuple(lines_of.get(CoverId(cover_id), ()) for cover_id in found.cover_ids.tolist())
    return LabelledCatalogue(found, lines, record, bundle)


def labelled_covers(catalogue: LabelledCatalogue, hashes: NDArray[np.uint64] | None = None) -> LabelledVectors:
    """The covers that have a genre.

    Args:
        hashes: (n,) of ``difference_hashes``; with them near-duplicates are grouped too.
    """
    found, bundle = catalogue.vectors, catalogue.bundle
    genres = tuple(sorted({genre for names in found.genres for genre in names}))
    targets = membership(found.genres, genres)
    rows = np.flatnonzero(targets.any(axis=1))
    return LabelledVectors(
        vectors=found.vectors[rows],
        targets=targets[rows],
        genres=genres,
        groups=cover_groups(found, hashes)[rows],
        primary=np.array([genres.index(found.genres[row][0]) for row in rows], dtype=np.int64),
        sources=np.array([found.extra[row].get(SOURCE_COLUMN, "") for row in rows], dtype=np.str_),
        unseen=unseen_by(bundle, [found.content_hashes[row] for row in rows]),
        genre_dimensions=bundle.manifest.genre_dimensions,
        texts=count_texts(lines) if any(lines := [catalogue.texts[row] for row in rows]) else None,
        named=np.array([found.artists[row] is not None for row in rows], dtype=np.bool_),
        albums=found.album_ids[rows],
        apart=found.apart,
    )


def cover_groups(catalogue: CatalogueVectors, hashes: NDArray[np.uint64] | None = None) -> NDArray[np.int64]:
    """(n,) which covers must stay on one side of a split: one artist, one artwork, and with hashes near-duplicates."""
    artworks = [extra.get(ARTWORK_COLUMN) for extra in catalogue.extra]
    near: list[list[int]] = [] if hashes is None else near_duplicates(catalogue.vectors, hashes).tolist()
    album_ids = catalogue.album_ids.tolist()
    pairs = [[a, b] for a, b in near if tuple(sorted((album_ids[a], album_ids[b]))) not in catalogue.apart]
    return group_covers(catalogue.artists, artworks, pairs)


def unseen_by(bundle: AnyBundle, content_hashes: Sequence[ContentHash]) -> NDArray[np.bool_]:
    """(n,), the covers that the bundle's backbone was not trained on.

    Raises:
        BundleError: the bundle's list is damaged.
    """
    seen: set[str] = set()
    if SEEN_FILE in bundle.manifest.files:
        seen = set(bundle.read(SEEN_FILE).decode("ascii", errors="replace").split())
    return np.array([content_hash[:SEEN_DIGITS] not in seen for content_hash in content_hashes], dtype=np.bool_)


def seen_list(content_hashes: Sequence[ContentHash]) -> bytes:
    """The bytes of ``SEEN_FILE`` for these covers."""
    return "\n".join(sorted({content_hash[:SEEN_DIGITS] for content_hash in content_hashes})).encode() + b"\n"


def embed_files(paths: Sequence[Path], backbone: Backbone, *, threads: int, progress: Progress) -> NDArray[np.float32]:
    """(n, d) vectors of covers by another backbone than the catalogue's; zeros for a cover that cannot be read."""
    progress.start("Embedding", len(paths))
    vectors = np.zeros((len(paths), backbone.dimension), np.float32)

    def pixels_of(path: Path) -> NDArray[np.uint8] | None:
        try:
            return fit_image(read(path), backbone)
        except FileRejectedError:
            return None

    with ThreadPoolExecutor(threads) as pool:
        for rows in chunks(range(len(paths)), EMBED_COVERS):
            pixels = pool.map(pixels_of, [paths[row] for row in rows])
            found = {row: image for row, image in zip(rows, pixels, strict=True) if image is not None}
            if found:
                vectors[list(found)] = backbone.embed(np.stack(list(found.values())))
            progress.advance(len(rows))
    return vectors


def difference_hashes(paths: Sequence[Path], *, threads: int, progress: Progress) -> NDArray[np.uint64]:
    """(n,) hashes of covers; one that cannot be read gets a random one, which is near nothing."""
    progress.start("Hashing", len(paths))
    drawn = np.random.default_rng(0).integers(0, 2**64, len(paths), dtype=np.uint64)

    def hash_of(path: Path) -> int | None:
        try:
            return difference_hash(np.asarray(decode(read(path), reduce_to_px=_HASH_PX)))
        except (FileRejectedError, ValueError):
            return None

    with ThreadPoolExecutor(threads) as pool:
        for row, found in enumerate(pool.map(hash_of, paths)):
            drawn[row] = drawn[row] if found is None else found
            progress.advance(1)
    return drawn
