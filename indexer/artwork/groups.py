"""What chains of pairs connect: covers of one artwork, or covers that must stay on one side of a split."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sleeve.vocabulary import CoverId


def connected(count: int, pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number what chains of pairs connect.

    Args:
        count: how many things there are.
        pairs: (p, 2) places of two that are connected.

    Returns:
        (count,) numbers from 0, in the order in which groups first appear.
    """
    # Imported when it is needed: it takes a seventh of the start of every command.
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    graph = coo_array((np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    _, labels = connected_components(graph, directed=False)
    _, first, numbers = np.unique(labels, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(first))[numbers], dtype=np.int64)


def groups(pairs: Sequence[tuple[CoverId, CoverId]]) -> list[list[CoverId]]:
    """Covers joined through chains of pairs, each group ascending, in the order of their first covers."""
    ids, places = np.unique(np.array(pairs, dtype=np.int64).reshape(-1, 2), return_inverse=True)
    numbers = connected(len(ids), places.reshape(-1, 2))
    return [[CoverId(cover_id) for cover_id in ids[numbers == number].tolist()] for number in np.unique(numbers)]
