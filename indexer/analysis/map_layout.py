"""Where the albums lie on the map: the vectors laid out in two dimensions so that what looks alike lies together."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.progress import Progress

PERPLEXITY = 30.0
"""About how many neighbours of an album its place answers for."""

EARLY_ITERATIONS = 150
ITERATIONS = 350
FEWEST_FOR_TSNE = 12
"""Below that there are no neighbourhoods to keep, and the two main directions are the map."""

FEWEST_FOR_GRID = 2000
"""From so many on the forces are interpolated on a grid, which costs about the same for few; threads pay off too."""

_COMPONENTS = 50
_SEED = 0
_START_SPREAD = 1e-4
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
    """Lay out (n, d) vectors: their 50 main components, then t-SNE that begins with the first two of them.

    The same vectors give the same map: van der Maaten and Hinton, Visualizing Data using t-SNE, JMLR 9 (2008), with the
    interpolation of Linderman et al., Nature Methods 16 (2019), as openTSNE has it.
    """
    progress.start(_TASK, EARLY_ITERATIONS + ITERATIONS)
    components = _principal_components(vectors)
    if len(vectors) < FEWEST_FOR_TSNE:
        progress.advance(EARLY_ITERATIONS + ITERATIONS)
        return Layout(_scaled(components[:, :2]), "PCA")
    from openTSNE import TSNE

    def report_progress(_iteration: int, _error: float, _places: object) -> None:
        progress.advance(_REPORT_EVERY)

    is_large = len(vectors) >= FEWEST_FOR_GRID
    perplexity = min(PERPLEXITY, (len(vectors) - 1) / 3)
    fitted = TSNE(
        perplexity=perplexity,
        initialization=_start(components),
        early_exaggeration_iter=EARLY_ITERATIONS,
        n_iter=ITERATIONS,
        negative_gradient_method="fft" if is_large else "bh",
        random_state=_SEED,
        n_jobs=threads if is_large else 1,
        callbacks=report_progress,
        callbacks_every_iters=_REPORT_EVERY,
    ).fit(components)
    method = f"t-SNE (openTSNE, PCA start, perplexity {perplexity:g}, seed {_SEED})"
    return Layout(_scaled(np.asarray(fitted, dtype=np.float64)), method)


def _principal_components(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """(n, at least 2) coordinates along the main directions, each direction's sign fixed; missing ones are 0."""
    centred = vectors.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)
    values, directions = np.linalg.eigh(centred.T @ centred)
    kept = directions[:, np.argsort(values)[::-1][:_COMPONENTS]]
    strongest = kept[np.abs(kept).argmax(axis=0), np.arange(kept.shape[1])]
    coordinates = centred @ (kept * np.where(strongest < 0, -1.0, 1.0))
    missing = max(0, 2 - coordinates.shape[1])
    return np.pad(coordinates, ((0, 0), (0, missing)))


def _start(components: NDArray[np.float64]) -> NDArray[np.float64]:
    """The first two components, small enough for t-SNE to move (Kobak and Berens, Nature Communications 10, 2019).

    openTSNE crashes on places that are all the same, so equal vectors begin a trifle apart.
    """
    spread = components[:, 0].std()
    start = components[:, :2] / spread * _START_SPREAD if spread > 0 else components[:, :2]
    return start + np.random.default_rng(_SEED).normal(scale=_START_SPREAD / 100, size=start.shape)


def _scaled(places: NDArray[np.float64]) -> NDArray[np.float32]:
    centred = places - (places.max(axis=0) + places.min(axis=0)) / 2
    reach = float(np.abs(centred).max())
    return np.asarray(centred / reach if reach > 0 else centred, dtype=np.float32)
