"""Vector hits → albums, each once by its most similar cover, nearest first."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

import numpy as np

from db.records import VectorOwner, fold
from indexer.vector_index import Hits
from service.answers.records import Neighbour, SimilarRequest
from sleeve.vocabulary import AlbumId, CoverId


def rank_albums(
    hits: Iterable[tuple[int, float]],
    owners: Mapping[int, VectorOwner],
    *,
    leave_out: Collection[AlbumId] = (),
    may_answer: Callable[[VectorOwner], bool] | None = None,
) -> list[Neighbour]:
    """The albums behind vector hits.

    Args:
        hits: pairs of vector id and similarity, in any order, an id possibly twice.
        owners: the cover and album of each vector; a hit without an owner was removed and is dropped.
        leave_out: albums to leave out, such as the one that is the query.
        may_answer: whether a cover counts; None if all do.

    Returns:
        Each album once with its most similar cover, by falling similarity, equals by cover.
    """
    best: dict[AlbumId, tuple[float, CoverId, VectorOwner]] = {}
    for vector_id, measured in hits:
        owner = owners.get(vector_id)
        if owner is None or owner.album_id in leave_out or (may_answer is not None and not may_answer(owner)):
            continue
        # Rounding can push the product of two equal vectors above 1, which a cosine never is.
        placed = (max(-1.0, -measured), owner.cover_id, owner)
        found = best.get(owner.album_id)
        if found is None or placed[:2] < found[:2]:
            best[owner.album_id] = placed
    nearest = sorted(best.values(), key=lambda placed: placed[:2])
    return [_neighbour(owner, -negative) for negative, _, owner in nearest]


def _neighbour(owner: VectorOwner, similarity: float) -> Neighbour:
    return Neighbour(
        owner.album_id,
        owner.cover_id,
        owner.title,
        owner.artist,
        owner.year,
        owner.genres,
        similarity,
        owner.file,
        owner.path,
        owner.content_hash,
        owner.linked,
        owner.apart,
        owner.lists,
    )


def asked_for(nearest: Sequence[Neighbour], request: SimilarRequest) -> list[Neighbour]:
    """Those that are similar enough, the nearest of each artist."""
    of_artist: Counter[str] = Counter()
    found = []
    for neighbour in nearest:
        if neighbour.similarity < request.min_similarity:
            break
        if request.per_artist is not None and neighbour.artist:
            artist = fold(neighbour.artist)
            of_artist[artist] += 1
            if of_artist[artist] > request.per_artist:
                continue
        found.append(neighbour)
    return found


def least_certain(hits: list[Hits]) -> float:
    """The similarity below which a better album may be missing.

    Each query has a list of hits from each part of the index. A list that is full may go on below its last hit, so
    this is the highest similarity of those last hits.
    """
    last = [some.similarities[:, -1].max(initial=-np.inf) for some in hits]
    return min(1.0, float(max(last)))
