"""The places of albums on the map: the vectors laid out in two dimensions so that similar covers are near."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.analysis.tsne import principal_components, tsne
from indexer.progress import Progress

PERPLEXITY = 30.0
"""About how many neighbours of an album its place answers for."""

EARLY_ITERATIONS = 150
ITERATIONS = 350
FEWEST_FOR_TSNE = 12
"""Below that there are no neighbourhoods to keep, and the two main directions are the map."""

_SEED = 0
_REPORT_EVERY = 10
_TASK = "Laying out the map"


@dataclass(frozen=True, slots=True)
class Layout:
    """Places of vectors, and how they were found.

    Attributes:
        places: (n, 2) float32, centred, the farther axis reaching from -1 to 1.
        method: for people.
    """

    places: NDArray[np.float32]
    method: str


def lay_out(vectors: NDArray[np.float32], *, threads: int, progress: Progress) -> Layout:
    """Lay out (n, d) vectors: their main components, then t-SNE that begins with the first two of them."""
    progress.start(_TASK, EARLY_ITERATIONS + ITERATIONS)
    components = principal_components(vectors)
    if len(vectors) < FEWEST_FOR_TSNE:
        progress.advance(EARLY_ITERATIONS + ITERATIONS)
        return Layout(_scaled(components[:, :2]), "PCA")

    def report_progress(_iteration: int, _error: float, _places: object) -> None:
        progress.advance(_REPORT_EVERY)

    perplexity = min(PERPLEXITY, (len(vectors) - 1) / 3)
    places = tsne(
        components,
        perplexity,
        iterations=(EARLY_ITERATIONS, ITERATIONS),
        seed=_SEED,
        threads=threads,
        callback=report_progress,
        callback_every=_REPORT_EVERY,
    )
    return Layout(_scaled(places), f"t-SNE (openTSNE, PCA start, perplexity {perplexity:g}, seed {_SEED})")


def _scaled(places: NDArray[np.float64]) -> NDArray[np.float32]:
    centred = places - (places.max(axis=0) + places.min(axis=0)) / 2
    reach = float(np.abs(centred).max())
    return np.asarray(centred / reach if reach > 0 else centred, dtype=np.float32)
