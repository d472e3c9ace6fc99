from db.records import VectorOwner
from service.answers.ranking import rank_albums
from sleeve.vocabulary import AlbumId, ContentHash, CoverId, Side, VectorId


def owner(vector: int, cover: int, album: int) -> VectorOwner:
    return VectorOwner(
        VectorId(vector),
        CoverId(cover),
        AlbumId(album),
        Side.FRONT,
        None,
        None,
        None,
        (),
        f"{cover}.jpg",
        f"/{cover}.jpg",
        ContentHash(""),
    )


OWNERS = {vector: owner(vector, vector * 10, album) for vector, album in {1: 100, 2: 100, 3: 200, 4: 300}.items()}


def ranked(*hits: tuple[int, float], leave_out: int | None = None) -> list[tuple[int, int, float]]:
    found = rank_albums(hits, OWNERS, leave_out=() if leave_out is None else (AlbumId(leave_out),))
    return [(neighbour.album_id, neighbour.cover_id, neighbour.similarity) for neighbour in found]


def test_an_album_appears_once_with_its_best_cover() -> None:
    assert ranked((1, 0.5), (3, 0.7), (2, 0.9)) == [(100, 20, 0.9), (200, 30, 0.7)]


def test_a_hit_found_by_two_queries_counts_by_its_best() -> None:
    assert ranked((1, 0.4), (1, 0.8), (3, 0.6)) == [(100, 10, 0.8), (200, 30, 0.6)]


def test_removed_hits_and_the_asking_album_are_left_out() -> None:
    assert ranked((9, 0.99), (1, 0.9), (4, 0.1), leave_out=100) == [(300, 40, 0.1)]


def test_equals_are_ordered_by_cover() -> None:
    assert ranked((4, 0.5), (3, 0.5), (2, 0.5), (1, 0.5)) == [(100, 10, 0.5), (200, 30, 0.5), (300, 40, 0.5)]


def test_no_similarity_is_above_one() -> None:
    assert ranked((3, 1.0000138), (1, 1.0000002), (4, 0.5)) == [(100, 10, 1.0), (200, 30, 1.0), (300, 40, 0.5)]
