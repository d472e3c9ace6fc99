"""The catalogue's fronts → groups that show one artwork: neighbours by embedding, confirmed on the pixels."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from db.errors import ImageRejectedError
from indexer.chunks import chunks
from indexer.decoding import DecodingLimits, decode, read
from indexer.duplicates.geometry import SIDE_PX, Sketch, agreement, sketch
from indexer.duplicates.verdict import is_same_artwork
from indexer.evaluation.grouping import group_covers
from indexer.progress import Progress

LEAST_SIMILARITY = 0.6
"""Cosine below which no two covers are compared: 99 % of known near-duplicates lie above."""

NEIGHBOURS = 10
"""Candidates of each cover, the most similar ones."""

MAX_SKETCHES = 4096
"""Pictures kept to be compared again: 512 MiB."""

_CHUNK_NUMBERS = 2**22
_PAIRS_AT_ONCE = 256


def candidates(vectors: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Pairs of rows that are each other's near neighbours, the lower row first, sorted.

    Exact: time grows with the square of the number of covers.

    Args:
        vectors: (n, d) L2-normalised.
    """
    pairs: set[tuple[int, int]] = set()
    step = max(1, _CHUNK_NUMBERS // max(1, len(vectors)))
    nearest = min(NEIGHBOURS + 1, len(vectors))
    for start in range(0, len(vectors), step):
        similar = vectors[start : start + step] @ vectors.T
        columns = np.argpartition(-similar, nearest - 1, axis=1)[:, :nearest]
        for row, found in enumerate(columns, start):
            pairs |= {
                (min(row, other), max(row, other))
                for other in found.tolist()
                if other != row and similar[row - start, other] >= LEAST_SIMILARITY
            }
    return sorted(pairs)


def confirmed(
    paths: Sequence[Path],
    pairs: Sequence[tuple[int, int]],
    limits: DecodingLimits,
    *,
    threads: int,
    progress: Progress,
) -> list[tuple[int, int]]:
    """Those pairs whose pictures show one artwork; a picture that cannot be read shows none."""
    progress.start("Comparing", len(pairs))
    sketch_of = lru_cache(MAX_SKETCHES)(partial(_sketch, limits=limits))

    def same(pair: tuple[int, int]) -> bool:
        first, second = (sketch_of(paths[row]) for row in pair)
        return first is not None and second is not None and is_same_artwork(agreement(first, second))

    found: list[tuple[int, int]] = []
    with ThreadPoolExecutor(threads, thread_name_prefix="compare") as pool:
        for batch in chunks(pairs, _PAIRS_AT_ONCE):
            found += [pair for pair, is_same in zip(batch, pool.map(same, batch), strict=True) if is_same]
            progress.advance(len(batch))
    return found


def groups(count: int, pairs: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Rows joined through chains of pairs, each group ascending, in the order of their first rows."""
    numbers = group_covers([None] * count, pairs=pairs)
    joined: dict[int, list[int]] = {}
    for row in sorted({row for pair in pairs for row in pair}):
        joined.setdefault(int(numbers[row]), []).append(row)
    return list(joined.values())


def _sketch(path: Path, limits: DecodingLimits) -> Sketch | None:
    try:
        return sketch(decode(read(path, limits), limits, reduce_to_px=SIDE_PX))
    except ImageRejectedError:
        return None
