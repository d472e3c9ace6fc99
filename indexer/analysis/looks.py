"""What covers look like, read once from their files: sizes, brightness, colours, and hashes for near-duplicates."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from indexer.evaluation import difference_hash
from indexer.images.decoding import ResizeRule, decode, fit, read
from indexer.progress import Progress
from sleeve.errors import FileRejectedError

GRID_PX = 12
"""Covers are kept as squares of this side: 432 bytes, enough for colours."""

_HASH_PX = 128
_LUMA = np.array([0.299, 0.587, 0.114])
"""ITU-R BT.601."""


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """The looks of n covers; a row of a cover that cannot be read is zero.

    Attributes:
        readable: (n,).
        sizes_px: (n, 2) width and height as stored in the file.
        byte_counts: (n,).
        hashes: (n,) of ``difference_hash``; random, so near nothing, if unreadable.
        pixels: (n, GRID_PX, GRID_PX, 3) uint8.
    """

    readable: NDArray[np.bool_]
    sizes_px: NDArray[np.int64]
    byte_counts: NDArray[np.int64]
    hashes: NDArray[np.uint64]
    pixels: NDArray[np.uint8]

    def take(self, rows: NDArray[np.integer]) -> "Looks":
        """These rows, in this order."""
        return Looks(
            self.readable[rows], self.sizes_px[rows], self.byte_counts[rows], self.hashes[rows], self.pixels[rows]
        )

    @property
    def brightness(self) -> NDArray[np.float64]:
        """(n,) mean luma, 0 black to 1 white."""
        return np.asarray((self.pixels @ _LUMA).mean(axis=(1, 2)) / 255)

    @property
    def colourfulness(self) -> NDArray[np.float64]:
        """(n,) mean of the largest less the smallest channel, 0 grey to 1."""
        spread = self.pixels.max(axis=3).astype(np.float64) - self.pixels.min(axis=3)
        return np.asarray(spread.mean(axis=(1, 2)) / 255)


def read_looks(paths: Sequence[Path], *, threads: int, progress: Progress) -> Looks:
    """Read and decode every cover, a few at a time."""
    progress.start("Looking at covers", len(paths))
    count = len(paths)
    looks = Looks(
        readable=np.zeros(count, np.bool_),
        sizes_px=np.zeros((count, 2), np.int64),
        byte_counts=np.zeros(count, np.int64),
        hashes=np.random.default_rng(0).integers(0, 2**64, count, dtype=np.uint64),
        pixels=np.zeros((count, GRID_PX, GRID_PX, 3), np.uint8),
    )

    def look(row: int) -> None:
        try:
            data = read(paths[row])
            image = decode(data, reduce_to_px=_HASH_PX)
            looks.hashes[row] = difference_hash(np.asarray(image))
        except (FileRejectedError, ValueError):
            return
        # Only the header is read, of a file that has just been decoded without fault.
        with Image.open(BytesIO(data)) as stored:
            looks.sizes_px[row] = stored.size
        looks.byte_counts[row] = len(data)
        looks.pixels[row] = fit(image, GRID_PX, ResizeRule.SQUASH)
        looks.readable[row] = True

    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(look, range(count)):
            progress.advance(1)
    return looks


@dataclass(frozen=True, slots=True, eq=False)
class Appearance:
    """What a group of covers looks like.

    Attributes:
        palette: (c, 3) uint8, the main colours of its pixels, the commonest first.
        shares: (c,) of the pixels nearest each colour.
        brightness, colourfulness: means over its readable covers.
    """

    palette: NDArray[np.uint8]
    shares: NDArray[np.float64]
    brightness: float
    colourfulness: float


def appearance(looks: Looks, rows: NDArray[np.integer], *, seed: int) -> Appearance:
    """Describe some covers; the palette is k-means over their pixels in RGB."""
    from sklearn.cluster import KMeans

    looks = looks.take(rows[looks.readable[rows]])
    if not len(looks.pixels):
        return Appearance(np.zeros((0, 3), np.uint8), np.zeros(0), 0.0, 0.0)
    pixels = looks.pixels.reshape(-1, 3).astype(np.float32)
    drawn = np.random.default_rng(seed).permutation(len(pixels))[:_PALETTE_PIXELS]
    found = KMeans(min(_PALETTE_COLOURS, len(np.unique(pixels[drawn], axis=0))), n_init=1, random_state=seed).fit(
        pixels[drawn]
    )
    counts = np.bincount(found.labels_)
    order = np.argsort(-counts, kind="stable")
    return Appearance(
        palette=np.clip(np.round(found.cluster_centers_[order]), 0, 255).astype(np.uint8),
        shares=counts[order] / counts.sum(),
        brightness=float(looks.brightness.mean()),
        colourfulness=float(looks.colourfulness.mean()),
    )


_PALETTE_PIXELS = 20_000
_PALETTE_COLOURS = 6
