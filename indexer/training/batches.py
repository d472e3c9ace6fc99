"""Batches of view pairs, made on another thread while the network learns from the one before."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from indexer.training.views import clean_view, photo_view


@dataclass(frozen=True, slots=True)
class PairBatch:
    """Views of n covers.

    Args:
        numbers: (n,) positions of the covers among all samples.
        images: (2n, s, s, 3) uint8: the n clean views, then the n photo-like views in the same order.
    """

    numbers: NDArray[np.int64]
    images: NDArray[np.uint8]


def epoch_batches(
    pixels: NDArray[np.uint8], training: Sequence[int], *, batch_covers: int, size_px: int, seed: int, epoch: int
) -> Iterator[PairBatch]:
    """Every training cover at most once, in an order and with views that ``seed`` and ``epoch`` decide alone.

    So a run that goes on at an epoch sees what an uninterrupted one would have seen. What fills no batch is left out.
    """
    order = np.random.default_rng((seed, epoch)).permutation(np.asarray(training, np.int64))
    batches = [order[start : start + batch_covers] for start in range(0, len(order) - batch_covers + 1, batch_covers)]
    with ThreadPoolExecutor(1) as ahead:
        waiting = [ahead.submit(_pairs, pixels, order, numbers, size_px, (seed, epoch)) for numbers in batches[:2]]
        for number in range(len(batches)):
            ready = waiting.pop(0).result()
            if number + 2 < len(batches):
                waiting.append(ahead.submit(_pairs, pixels, order, batches[number + 2], size_px, (seed, epoch)))
            yield ready


def steps_per_epoch(training: Sequence[int], batch_covers: int) -> int:
    """How many batches ``epoch_batches`` gives."""
    return len(training) // batch_covers


def _pairs(
    pixels: NDArray[np.uint8],
    order: NDArray[np.int64],
    numbers: NDArray[np.int64],
    size_px: int,
    seeds: tuple[int, int],
) -> PairBatch:
    count = len(numbers)
    images = np.empty((2 * count, size_px, size_px, 3), np.uint8)
    for place, number in enumerate(numbers):
        rng = np.random.default_rng((*seeds, int(number)))
        cover = Image.fromarray(pixels[number])
        behind = Image.fromarray(pixels[order[rng.integers(len(order))]])
        images[place] = np.asarray(clean_view(cover, size_px, rng))
        images[count + place] = np.asarray(photo_view(cover, behind, size_px, rng))
    return PairBatch(numbers, images)
