"""Recommendations against brute force over the vectors that the database holds, on both engines."""

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from db import albums, overruling
from db.database import Database
from db.records import CatalogueFilter
from db.tables import Cover, Vector
from indexer.models.embedding import embed_pending
from indexer.sources import open_source
from indexer.sources.adding import add_source
from service.answers.recommender import Recommender
from service.answers.records import Examples, RecommendRequest, SimilarRequest
from sleeve.errors import NotFoundError, QueryError
from sleeve.vocabulary import AlbumId
from tests.factories import write_cover
from tests.service.answers.test_recommend import mmr
from tests.service.answers.test_search import Catalogue

LIMIT = 0.9
"""Of near-duplicates, if no calibration was fitted."""


@pytest.fixture
def catalogue(database: Database, tmp_path: Path) -> Catalogue:
    return Catalogue(database, tmp_path)


@pytest.fixture
def recommender(catalogue: Catalogue) -> Recommender:
    catalogue.refresh()
    return Recommender(catalogue.database, catalogue.search)


def some(*numbers: int) -> tuple[AlbumId, ...]:
    return tuple(map(AlbumId, numbers))


def fronts(catalogue: Catalogue) -> dict[int, np.ndarray]:
    """Each album's front vector."""
    with catalogue.database.reading() as session:
        query = select(Cover.album_id, Vector.embedding).join(Vector, Vector.cover_id == Cover.id)
        rows = session.execute(query.where(Cover.side == "front")).all()
    return {row.album_id: np.frombuffer(row.embedding, "<f2").astype(np.float64) for row in rows}


def taste(catalogue: Catalogue, like: tuple[int, ...], dislike: tuple[int, ...]) -> np.ndarray:
    vectors = fronts(catalogue)
    liked = np.mean([vectors[album] for album in like], axis=0)
    wished = 2 * liked - np.mean([vectors[album] for album in dislike], axis=0) if dislike else liked
    return np.asarray(wished / np.linalg.norm(wished))


def newcomer(catalogue: Catalogue, name: str, seed: int, size_px: int = 96) -> AlbumId:
    """An album that is newer than the index."""
    image = write_cover(catalogue.folder / name, seed, size_px=size_px)
    add_source(catalogue.database, open_source(image), threads=1)
    embed_pending(catalogue.database, catalogue.backbone, catalogue.bundle, threads=1)
    with catalogue.database.reading() as session:
        return AlbumId(max(session.scalars(select(Cover.album_id))))


def test_likes_and_dislikes_agree_with_brute_force(catalogue: Catalogue, recommender: Recommender) -> None:
    like, dislike = (3, 8, 21), (5, 40)
    for disliked in ((), dislike):
        request = SimilarRequest(12, CatalogueFilter(genre="jazz"))
        found = recommender.similar(Examples(some(*like), some(*disliked)), request).neighbours
        expected = [
            pair
            for pair in catalogue.brute_force(taste(catalogue, like, disliked), genre="jazz")
            if pair[0] not in {*like, *disliked}
        ][:12]
        assert [neighbour.album_id for neighbour in found] == [album for album, _ in expected]
        np.testing.assert_allclose([n.similarity for n in found], [value for _, value in expected], atol=2e-3)


def test_images_are_liked_and_the_delta_and_what_is_gone_count(catalogue: Catalogue, recommender: Recommender) -> None:
    new = newcomer(catalogue, "new.png", seed=3)  # the same picture as album 4
    with catalogue.database.writing() as session:
        albums.remove(session, some(10))
    images = tuple((catalogue.folder / name).read_bytes() for name in ("3.png", "9.png"))
    found = recommender.similar(Examples(images=images), SimilarRequest(100)).neighbours
    by_id = {neighbour.album_id: neighbour for neighbour in found}
    assert len(found) == 90, "90 albums, one came, one went"
    assert {new, 4} <= by_id.keys()
    assert 10 not in by_id
    assert {album for album, neighbour in by_id.items() if neighbour.near_duplicate} == {new, 4}


def test_recommendations_agree_with_brute_force(catalogue: Catalogue, recommender: Recommender) -> None:
    copy_of_liked, copy_of_another = newcomer(catalogue, "a.png", seed=2), newcomer(catalogue, "b.png", seed=30)
    with catalogue.database.writing() as session:
        albums.remove(session, some(7))
    like, dislike = (3, 12), (50,)
    vectors = fronts(catalogue)
    ranked = [
        pair for pair in catalogue.brute_force(taste(catalogue, like, dislike)) if pair[0] not in {*like, *dislike}
    ]
    new = [
        (album, value)
        for album, value in ranked
        if max(vectors[album] @ vectors[example] for example in (*like, *dislike)) < LIMIT
    ]
    assert copy_of_liked in dict(ranked)
    assert copy_of_liked not in dict(new)
    matrix = np.array([vectors[album] for album, _ in new])
    relevance, alike = np.array([value for _, value in new]), matrix @ matrix.T
    for diversity in (0.0, 0.3, 0.8):
        request = RecommendRequest(k=200, diversity=diversity)
        found = recommender.recommend(Examples(some(*like), some(*dislike)), request).neighbours
        expected = [new[place][0] for place in mmr(relevance, alike, 200, diversity, LIMIT)]
        assert [neighbour.album_id for neighbour in found] == expected
        assert len({copy_of_another, 31} & set(expected)) == 1, "the same artwork once"


def test_what_a_person_told_from_a_liked_album_may_be_recommended(
    catalogue: Catalogue, recommender: Recommender
) -> None:
    one, another, third = (newcomer(catalogue, f"{size}.png", seed=2, size_px=size) for size in (96, 112, 128))
    liked = AlbumId(3)

    def recommended(*like: AlbumId) -> set[AlbumId]:
        found = recommender.recommend(Examples(like), RecommendRequest(k=200, diversity=0)).neighbours
        return {neighbour.album_id for neighbour in found}

    def near_duplicates() -> set[AlbumId]:
        found = recommender.similar(Examples((liked,)), SimilarRequest(200)).neighbours
        return {neighbour.album_id for neighbour in found if neighbour.near_duplicate}

    assert not recommended(liked) & {one, another, third}
    with catalogue.database.writing() as session:
        overruling.decide_albums_artwork(session, liked, one, same=False)
        overruling.decide_albums_artwork(session, another, liked, same=False)
    assert len(recommended(liked) & {one, another}) == 1, "they are still one artwork"
    assert third not in recommended(liked)
    assert near_duplicates() == {third}
    with catalogue.database.writing() as session:
        overruling.decide_albums_artwork(session, another, one, same=False)
    assert {one, another} <= recommended(liked)
    assert not recommended(liked, third) & {one, another}, "nobody told them from the third"
    image = (catalogue.folder / "2.png").read_bytes()
    found = recommender.recommend(Examples(images=(image,)), RecommendRequest(k=200, diversity=0)).neighbours
    assert {one, another} <= {neighbour.album_id for neighbour in found}
    with catalogue.database.writing() as session:
        overruling.decide_albums_artwork(session, another, liked, same=True)
    assert recommended(liked) & {one, another} == {one}


def test_as_many_as_there_are_come_however_many_look_alike(catalogue: Catalogue, recommender: Recommender) -> None:
    for number in range(120):
        write_cover(catalogue.folder / f"same/{number}.png", seed=70_000, size_px=64 + number)
    add_source(catalogue.database, open_source(catalogue.folder / "same"), threads=2)
    embed_pending(catalogue.database, catalogue.backbone, catalogue.bundle, threads=2)
    ranked = catalogue.brute_force(catalogue.query(catalogue.folder / "same/0.png"))
    near = [album for album, value in ranked if value > LIMIT]
    assert len(near) == 120
    like = fronts(catalogue)
    liked = max((album for album in like if album not in near), key=lambda album: float(like[album] @ like[near[0]]))
    found = recommender.recommend(Examples(some(liked)), RecommendRequest(k=20, diversity=0)).neighbours
    assert len(found) == 20, "the first hundred candidates hold the one artwork only, so more are looked at"
    assert len({neighbour.album_id for neighbour in found} & set(near)) == 1


def test_filters_hold_and_what_cannot_be_recommended_is_said(catalogue: Catalogue, recommender: Recommender) -> None:
    jazz = RecommendRequest(k=200, allowed=CatalogueFilter(genre="jazz"))
    found = recommender.recommend(Examples(some(1)), jazz).neighbours
    assert len(found) == 29
    assert {neighbour.genres for neighbour in found} == {("jazz",)}
    with pytest.raises(NotFoundError, match="no album 999"):
        recommender.recommend(Examples(some(1, 999)), jazz)
    add_source(catalogue.database, open_source(write_cover(catalogue.folder / "new.png", 777)), threads=1)
    with pytest.raises(NotFoundError, match="album 91 is not embedded yet"):
        recommender.recommend(Examples(some(1), some(91)), jazz)
    with pytest.raises(QueryError, match="album 1 is liked and disliked"):
        Examples(some(1, 2), some(1))
    with pytest.raises(QueryError, match="name at least one album to like"):
        Examples(dislike=some(1))
    with pytest.raises(QueryError, match="no text tower"):
        recommender.similar(Examples(some(1), text="red"), SimilarRequest())
