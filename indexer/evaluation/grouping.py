"""Which covers must stay on one side of a split, so that nothing about a tested cover is known from training.

Two covers are joined when they are of one artist, when they are said to show one artwork, or when they are
near-duplicates; and so on through chains of such pairs.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from db.records import fold
from indexer.artwork.groups import connected

MAX_HASH_DISTANCE = 10
"""Bits of 64 by which the hashes of near-duplicates may differ."""

LEAST_SIMILARITY = 0.8
"""Cosine that near-duplicates have at least."""

_HASH_ROWS, _HASH_COLUMNS = 8, 9
_LUMA = np.array([0.299, 0.587, 0.114])
"""ITU-R BT.601."""

_CHUNK_NUMBERS = 2**22


def difference_hash(picture: NDArray[np.uint8]) -> int:
    """64 bits: whether each cell of an 8 x 9 grid is darker than the one to its right.

    (Krawetz, "Kind of like that", 2013.) Scale, sharpness and brightness hardly change it; a crop or a turn does.

    Args:
        picture: (h, w, 3) RGB, at least 8 high and 9 wide; ``np.asarray`` makes it of a PIL image.
    """
    height, width = picture.shape[:2]
    if height < _HASH_ROWS or width < _HASH_COLUMNS:
        raise ValueError(f"a picture of {width} x {height} px is too small to hash")
    luma = picture @ _LUMA
    rows = np.arange(_HASH_ROWS + 1) * height // _HASH_ROWS
    columns = np.arange(_HASH_COLUMNS + 1) * width // _HASH_COLUMNS
    sums = np.add.reduceat(np.add.reduceat(luma, rows[:-1], axis=0), columns[:-1], axis=1)
    # Rounded, so that which way a sum was added up cannot tip two equal cells.
    cells = np.round(sums / np.outer(np.diff(rows), np.diff(columns)), 6)
    bits = (cells[:, :-1] < cells[:, 1:]).ravel()
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def near_duplicates(
    vectors: NDArray[np.float32],
    hashes: NDArray[np.uint64],
) -> NDArray[np.int64]:
    """Pairs of rows on which hash and embedding agree, (p, 2), the lower row first.

    Every pair is compared: time grows with the square of the number of covers.

    Args:
        vectors: (n, d) L2-normalised.
        hashes: (n,), see ``difference_hash``.
    """
    found = [np.zeros((0, 2), dtype=np.int64)]
    step = max(1, _CHUNK_NUMBERS // max(1, len(vectors)))
    for start in range(0, len(vectors), step):
        similar = np.argwhere(vectors[start : start + step] @ vectors[start:].T >= LEAST_SIMILARITY) + start
        pairs = similar[similar[:, 0] < similar[:, 1]]
        distances = np.bitwise_count(hashes[pairs[:, 0]] ^ hashes[pairs[:, 1]])
        found.append(pairs[distances <= MAX_HASH_DISTANCE])
    return np.concatenate(found)


def group_covers(
    artists: Sequence[str | None],
    artworks: Sequence[str | None] = (),
    pairs: Iterable[Sequence[int]] = (),
) -> NDArray[np.int64]:
    """Number the groups of covers.

    Args:
        artists: of each cover, in any case; None or "" says nothing.
        artworks: a name for the artwork of each cover, None or "" if unknown; empty if all are unknown.
        pairs: rows known to belong together, such as ``near_duplicates``.

    Returns:
        (n,) numbers from 0, in the order in which groups first appear.
    """
    joined = [*_equal([fold(artist or "") for artist in artists]), *_equal(artworks), *map(tuple, pairs)]
    return connected(len(artists), np.array(joined, dtype=np.int64).reshape(-1, 2))


def _equal(names: Sequence[str | None]) -> Iterator[tuple[int, int]]:
    first: dict[str, int] = {}
    for row, name in enumerate(names):
        if name:
            yield first.setdefault(name, row), row
