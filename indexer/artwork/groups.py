"""What chains of pairs connect: covers of one artwork, or covers that must stay on one side of a split."""

from collections import defaultdict
from collections.abc import Collection, Sequence

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


def groups(
    pairs: Sequence[tuple[CoverId, CoverId]], apart: Collection[tuple[CoverId, CoverId]] = ()
) -> list[list[CoverId]]:
    """Covers joined through chains of pairs, each group ascending, in the order of their first covers.

    Args:
        apart: pairs that are not in one group, whatever chains there are; the first of ``pairs`` count then.
    """
    others: dict[CoverId, set[CoverId]] = defaultdict(set)
    for one, other in apart:
        others[one].add(other)
        others[other].add(one)
    group_of: dict[CoverId, set[CoverId]] = {cover_id: {cover_id} for pair in pairs for cover_id in pair}
    for one, other in pairs:
        small, large = sorted((group_of[one], group_of[other]), key=len)
        if small is large or any(not others[cover_id].isdisjoint(large) for cover_id in small & others.keys()):
            continue
        large |= small
        group_of |= dict.fromkeys(small, large)
    found = {id(group): group for group in group_of.values() if len(group) > 1}
    return sorted(sorted(group) for group in found.values())
