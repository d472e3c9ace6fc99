"""The gate: the questions that a new index must answer well before it is promoted, and how widely it searches."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.vector_index.recall import choose_width, recall_against_exact
from indexer.vector_index.searchable import SearchableIndex

GATE_RECALL = 0.98
"""A version whose recall against exact search is lower is not promoted, unless the settings say otherwise."""

ENOUGH_RECALL = 0.995
"""An index searches as widely as it takes to reach this, and no wider."""

GATE_K = 20
GATE_QUERIES = 256
FILTERED_QUERIES = 32
"""So many of them are asked again under each filter."""

_SEED = 13


def fit_and_measure(index: SearchableIndex, filters: Sequence[NDArray[np.int64]] = ()) -> float:
    """Give an index the width that it needs, and return its recall at ``GATE_K``; 1 when it is empty.

    Args:
        filters: the ids that each of some filters allows. The recall is that under the filter, or without any, under
            which the index finds least.
    """
    if not len(index):
        return 1.0
    queries = _queries(index)
    choose_width(index, queries, GATE_K, ENOUGH_RECALL)
    recalls = [recall_against_exact(index, queries, GATE_K)]
    some = queries[:: -(-len(queries) // FILTERED_QUERIES)]
    recalls += [recall_against_exact(index, some, GATE_K, allowed) for allowed in filters if len(allowed)]
    return min(recalls)


def _queries(index: SearchableIndex) -> NDArray[np.float32]:
    """Up to ``GATE_QUERIES`` queries, none of which is a vector of the index, because every index finds its own.

    Each is halfway between one of them, spread evenly over the ids, and another: its nearest neighbour, or for every
    second one, as unlike all of them as photos and texts are, any other.
    """
    spread = np.linspace(0, len(index) - 1, min(GATE_QUERIES, len(index)), dtype=np.int64)
    chosen = np.sort(index.ids)[np.unique(spread)]
    own = index.vectors(chosen).astype(np.float32)
    nearest = index.search(own, min(2, len(index))).ids
    others = np.where(nearest[:, 0] == chosen, nearest[:, -1], nearest[:, 0])
    others[1::2] = np.random.default_rng(_SEED).permutation(chosen)[1::2]
    halfway = own + index.vectors(others).astype(np.float32)
    lengths = np.linalg.norm(halfway, axis=1, keepdims=True)
    queries: NDArray[np.float32] = np.divide(halfway, lengths, out=own, where=lengths > 0)
    return queries
