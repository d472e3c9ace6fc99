"""Vectors by a bundle that the catalogue is not searched with, kept in a file so that the next report is quicker."""

from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from db.cover_facts import CoverFacts
from indexer.files import replacing

_DAMAGE = (OSError, ValueError, KeyError, EOFError, BadZipFile)
"""What NumPy raises on a file that is missing, cut or of another kind; the vectors are then made again."""


def cached_vectors(
    covers: Sequence[CoverFacts], file: Path, dimension: int, embed: Callable[[list[Path]], NDArray[np.float32]]
) -> NDArray[np.float32]:
    """(n, d), by content hash; those that the file does not hold are made by ``embed`` and the file is written anew.

    They are rounded to 16 bits whether they are new or not, as in the database, so a second run gives the same.
    """
    known = _read(file, dimension)
    missing = {cover.content_hash: cover.path for cover in covers if cover.content_hash not in known}
    if missing:
        made = embed(list(missing.values())).astype(np.float16)
        known |= dict(zip(missing, made, strict=True))
        _write(file, {cover.content_hash: known[cover.content_hash] for cover in covers})
    found = np.stack([known[cover.content_hash] for cover in covers]) if covers else np.zeros((0, dimension))
    return found.astype(np.float32)


def _read(file: Path, dimension: int) -> dict[str, NDArray[np.float16]]:
    try:
        with np.load(BytesIO(file.read_bytes()), allow_pickle=False) as kept:
            hashes, vectors = kept["content_hashes"], kept["vectors"]
    except _DAMAGE:
        return {}
    if vectors.shape != (len(hashes), dimension) or vectors.dtype != np.float16:
        return {}
    return dict(zip(hashes.tolist(), vectors, strict=True))


def _write(file: Path, known: dict[str, NDArray[np.float16]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with replacing(file) as fresh, fresh.open("wb") as written:
        np.savez(written, content_hashes=np.array(list(known)), vectors=np.stack(list(known.values())))
