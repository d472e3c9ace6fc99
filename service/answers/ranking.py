"""Vector hits → albums, each once by its most similar cover, nearest first."""

from collections.abc import Callable, Collection, Iterable, Mapping

from db.records import VectorOwner
from service.answers.records import Neighbour
from sleeve.vocabulary import AlbumId


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
    best: dict[AlbumId, Neighbour] = {}
    for vector_id, measured in hits:
        # Rounding can push the product of two equal vectors above 1, which a cosine never is.
        similarity = min(1.0, measured)
        owner = owners.get(vector_id)
        if owner is None or owner.album_id in leave_out or (may_answer is not None and not may_answer(owner)):
            continue
        found = best.get(owner.album_id)
        if found is None or _order(similarity, owner.cover_id) < _order(found.similarity, found.cover_id):
            best[owner.album_id] = _neighbour(owner, similarity)
    return sorted(best.values(), key=lambda neighbour: _order(neighbour.similarity, neighbour.cover_id))


def _order(similarity: float, cover_id: int) -> tuple[float, int]:
    return (-similarity, cover_id)


def _neighbour(owner: VectorOwner, similarity: float) -> Neighbour:
    return Neighbour(
        album_id=owner.album_id,
        cover_id=owner.cover_id,
        title=owner.title,
        artist=owner.artist,
        year=owner.year,
        genres=owner.genres,
        similarity=similarity,
        file=owner.file,
        path=owner.path,
        content_hash=owner.content_hash,
        linked=owner.linked,
        apart=owner.apart,
        lists=owner.lists,
    )
