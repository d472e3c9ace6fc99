"""Vectors → places on a plane by t-SNE from their principal components: how the map and the report lay covers out.

van der Maaten and Hinton, "Visualizing data using t-SNE", 2008, with the interpolation of Linderman et al., 2019, as
openTSNE has it.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

COMPONENTS = 50
"""Vectors are reduced to these before t-SNE (van der Maaten and Hinton: 30)."""

FEWEST_FOR_GRID = 2000
"""From this many vectors on, forces are interpolated on a grid, and threads pay off."""

_EXACT_NEIGHBOURS = 12_000
_START_SPREAD = 1e-4


def principal_components(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """(n, d) → (n, at least 2 and at most ``COMPONENTS``) coordinates along the main directions; missing ones are 0."""
    from sklearn.decomposition import PCA

    count = min(COMPONENTS, *vectors.shape)
    coordinates = np.zeros((len(vectors), max(2, count)))
    if len(vectors) > 1:
        # Of equal vectors it asks for the share of a variance of 0.
        with np.errstate(invalid="ignore"):
            pca = PCA(count, svd_solver="covariance_eigh")
            coordinates[:, :count] = pca.fit_transform(vectors.astype(np.float64))
    return coordinates


def tsne(
    components: NDArray[np.float64],
    perplexity: float,
    *,
    iterations: tuple[int, int],
    seed: int,
    threads: int = 1,
    callback: Callable[..., None] | None = None,
    callback_every: int = 10,
) -> NDArray[np.float64]:
    """(n, m) principal components, n of 4 or more → (n, 2) places. One thread gives the same places every time.

    Args:
        iterations: with exaggerated forces, then without.
        callback: called every ``callback_every`` iterations, with three arguments.
    """
    from openTSNE import TSNE

    is_large = len(components) >= FEWEST_FOR_GRID
    fitted = TSNE(
        perplexity=perplexity,
        initialization=_start(components, seed),
        early_exaggeration_iter=iterations[0],
        n_iter=iterations[1],
        neighbors="exact" if len(components) <= _EXACT_NEIGHBOURS else "annoy",
        negative_gradient_method="fft" if is_large else "bh",
        random_state=seed,
        n_jobs=threads if is_large else 1,
        callbacks=callback,
        callbacks_every_iters=callback_every,
    ).fit(components)
    return np.asarray(fitted, dtype=np.float64)


def _start(components: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """The first two components, small enough for t-SNE to move (Kobak and Berens, Nature Communications 10, 2019).

    The noise keeps openTSNE 1.0.4 from crashing.
    """
    spread = components[:, 0].std()
    start = components[:, :2] / spread * _START_SPREAD if spread > 0 else components[:, :2]
    return start + np.random.default_rng(seed).normal(scale=_START_SPREAD / 100, size=start.shape)
