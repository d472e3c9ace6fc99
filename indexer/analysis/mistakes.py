"""The mistakes that cost most, and genres in the order of how they are mistaken for one another."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.genre import LabelledVectors
from indexer.genre.membership import genre_shares
from indexer.genre.neighbours import nearest

NEIGHBOURS = 5

_LEAST_PROBABILITY = 1e-12


@dataclass(frozen=True, slots=True)
class Mistake:
    """A cover whose own genre was thought unlikely.

    Attributes:
        row: of the data.
        loss: nats, against targets shared equally among the cover's genres.
        predicted: the likeliest genre, of this ``probability``.
        neighbours: rows of the nearest covers of other groups, nearest first, with their similarities.
    """

    row: int
    loss: float
    predicted: str
    probability: float
    neighbours: tuple[int, ...]
    similarities: tuple[float, ...]


def top_losses(
    data: LabelledVectors, rows: NDArray[np.integer], probabilities: NDArray[np.floating], count: int
) -> tuple[Mistake, ...]:
    """The ``count`` dearest mistakes, the dearest first.

    Args:
        rows: (m,) of the data, those answered for.
        probabilities: (m, g) by models that had not seen them.
    """
    logs = np.log(np.maximum(probabilities, _LEAST_PROBABILITY))
    losses = -(genre_shares(data.targets[rows]) * logs).sum(axis=1)
    worst = np.argsort(-losses, kind="stable")[:count]
    of_worst = rows[worst]
    hits = nearest(
        data.vectors[of_worst],
        data.vectors,
        NEIGHBOURS,
        query_groups=data.groups[of_worst],
        gallery_groups=data.groups,
    )
    found = []
    for place, number in enumerate(worst.tolist()):
        near = [(row, similarity) for row, similarity in zip(hits.rows[place], hits.similarities[place], strict=True)]
        near = [(int(row), float(similarity)) for row, similarity in near if row >= 0]
        best = int(probabilities[number].argmax())
        found.append(
            Mistake(
                row=int(rows[number]),
                loss=float(losses[number]),
                predicted=data.genres[best],
                probability=float(probabilities[number, best]),
                neighbours=tuple(row for row, _ in near),
                similarities=tuple(similarity for _, similarity in near),
            )
        )
    return tuple(found)


def similar_order(closeness: NDArray[np.float64]) -> NDArray[np.int64]:
    """An order of g things in which like is next to like: the leaves of average linkage, optimally ordered.

    (Bar-Joseph et al., "Fast optimal leaf ordering for hierarchical clustering", 2001.)

    Args:
        closeness: (g, g) of 0 or more, such as a confusion matrix with rows that sum to 1; it is made symmetric.
    """
    from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
    from scipy.spatial.distance import squareform

    if len(closeness) < 3:
        return np.arange(len(closeness))
    even = (closeness + closeness.T) / 2
    apart = even.max() - even
    np.fill_diagonal(apart, 0)
    condensed = squareform(apart, checks=False)
    return np.asarray(leaves_list(optimal_leaf_ordering(linkage(condensed, "average"), condensed)), dtype=np.int64)
