"""Answers against brute force over the vectors that the database holds, on both engines."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select

from db import albums, bundles, own_columns, vectors
from db.database import Database
from db.records import BundleRecord, CatalogueFilter, ColumnCondition, Comparison
from db.tables import Album, Cover, Vector
from indexer.genre import Calibration
from indexer.genre.classifier import GenreClassifier
from indexer.models.embedding import embed_pending
from indexer.models.preparing import fit_image
from indexer.sources import open_source
from indexer.sources.adding import add_source
from indexer.vector_index import IndexKind
from indexer.vector_index.versions import IndexVersions
from service.answers.live_index import LiveIndex
from service.answers.model import Model
from service.answers.records import SimilarRequest
from service.answers.search import Search
from sleeve.errors import FileRejectedError, NotFoundError, VectorIndexError
from sleeve.vocabulary import AlbumId, ColumnKind, Fingerprint, Side
from tests.factories import FakeBackbone, write_cover

GENRES = ["jazz", "rock", "soul"]
ALBUMS = 90


def model_of(backbone: FakeBackbone) -> Model:
    return Model("fake", backbone, None, GenreClassifier(None, Calibration()))


class Catalogue:
    """90 named albums of three genres and ten artists, 1960-1989, a third of them with a back cover."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.folder = folder
        self.backbone = FakeBackbone()
        rows = ["file,genre,artist,album,year,side,price,territory"]
        for n in range(ALBUMS):
            year = "" if n % 10 == 9 else 1960 + n % 30
            label = f"{GENRES[n % 3]},Artist {n % 10},Album {n},{year}"
            write_cover(folder / f"{n}.png", seed=n)
            sold = f"{n}.5,{'DE; AT' if n % 4 else 'US'}"
            rows.append(f"{n}.png,{label},front,{sold}")
            if n % 3 == 0:
                write_cover(folder / f"{n}-back.png", seed=1000 + n)
                rows.append(f"{n}-back.png,{label},back,,")
        (folder / "manifest.csv").write_text("\n".join(rows))
        add_source(database, open_source(folder / "manifest.csv"), threads=2)
        with database.writing() as session:
            own_columns.declare(session, "price", ColumnKind.NUMBER)
            own_columns.declare(session, "territory", ColumnKind.TEXT)
            self.bundle: BundleRecord = bundles.register(
                session, self.backbone.fingerprint, name="fake", dimension=48, manifest={}
            )
        embed_pending(database, self.backbone, self.bundle, threads=2)
        self.versions = IndexVersions(database, folder / "home" / "versions")
        self.pairs = LiveIndex(database, self.versions, lambda _bundle: model_of(self.backbone))
        self.search = Search(database, self.pairs)

    def refresh(self, kind: IndexKind | None = None) -> None:
        self.versions.refresh(self.bundle, kind=kind)

    def brute_force(self, query: np.ndarray, *, genre: str | None = None, **allowed: object) -> list[tuple[int, float]]:
        """Albums and similarities, nearest first, by a plain scan in float64."""
        with self.database.reading() as session:
            rows = session.execute(
                select(Vector.embedding, Album, Cover.side).join(Cover, Cover.id == Vector.cover_id).join(Album)
            ).all()
            best: dict[int, float] = {}
            for embedding, album, side in rows:
                if genre and genre not in albums.album(session, AlbumId(album.id)).genres:
                    continue
                if "years" in allowed and album.year not in allowed["years"]:  # type: ignore[operator]
                    continue
                if "numbers" in allowed and int((album.title or "").split()[-1]) not in allowed["numbers"]:  # type: ignore[operator]
                    continue
                if allowed.get("side", side) != side or allowed.get("artist", album.artist) != album.artist:
                    continue
                similarity = float(np.frombuffer(embedding, "<f2").astype(np.float64) @ query.astype(np.float64))
                best[album.id] = max(similarity, best.get(album.id, -2.0))
        return sorted(best.items(), key=lambda pair: -pair[1])

    def query(self, path: Path) -> np.ndarray:
        vectors = self.backbone.embed(fit_image(path.read_bytes(), self.backbone)[np.newaxis])
        return np.asarray(vectors[0])


@pytest.fixture
def catalogue(database: Database, tmp_path: Path) -> Iterator[Catalogue]:
    found = Catalogue(database, tmp_path)
    yield found
    found.pairs.settle()


def assert_same(catalogue: Catalogue, request: SimilarRequest, image: Path, **allowed: object) -> None:
    answer = catalogue.search.by_image(image.read_bytes(), request)
    expected = catalogue.brute_force(catalogue.query(image), **allowed)[: request.k]  # type: ignore[arg-type]
    assert [neighbour.album_id for neighbour in answer.neighbours] == [album for album, _ in expected]
    np.testing.assert_allclose(
        [neighbour.similarity for neighbour in answer.neighbours], [value for _, value in expected], atol=2e-3
    )


@pytest.mark.parametrize("kind", [IndexKind.EXACT, IndexKind.HNSW])
def test_similar_agrees_with_brute_force(catalogue: Catalogue, kind: IndexKind) -> None:
    catalogue.refresh(kind)
    for seed in (0, 45, 89, 5000):
        image = write_cover(catalogue.folder / "query.png", seed)
        assert_same(catalogue, SimilarRequest(k=7), image)


@pytest.mark.parametrize("kind", [IndexKind.EXACT, IndexKind.HNSW])
def test_bounds_of_similarity_and_of_artists_agree_with_brute_force(catalogue: Catalogue, kind: IndexKind) -> None:
    catalogue.refresh(kind)
    image = write_cover(catalogue.folder / "query.png", 7777)
    every = catalogue.brute_force(catalogue.query(image))
    with catalogue.database.reading() as session:
        artist_of = {album_id: albums.album(session, AlbumId(album_id)).artist for album_id, _ in every}
    bound = (every[11][1] + every[12][1]) / 2
    found = catalogue.search.by_image(image.read_bytes(), SimilarRequest(ALBUMS, min_similarity=bound)).neighbours
    assert [each.album_id for each in found] == [album_id for album_id, _ in every[:12]]
    for per_artist in (1, 2):
        expected: list[int] = []
        for album_id, _ in every:
            same = [other for other in expected if artist_of[other] == artist_of[album_id]]
            if artist_of[album_id] is None or len(same) < per_artist:
                expected.append(album_id)
        for k in (3, ALBUMS):
            asked = SimilarRequest(k, per_artist=per_artist)
            answer = catalogue.search.by_image(image.read_bytes(), asked).neighbours
            assert [each.album_id for each in answer] == expected[:k]
        assert len(expected) < len(every)


def test_filters_never_under_fill(catalogue: Catalogue) -> None:
    catalogue.refresh()
    image = write_cover(catalogue.folder / "query.png", 7777)
    cases: list[tuple[CatalogueFilter, dict[str, object], int]] = [
        (CatalogueFilter(genre="JAZZ"), {"genre": "jazz"}, 30),
        (CatalogueFilter(year_from=1965, year_to=1967), {"years": {1965, 1966, 1967}}, 9),
        (CatalogueFilter(year_from=1988), {"years": {1988, 1989}}, 3),
        (CatalogueFilter(artist="artist 3"), {"artist": "Artist 3"}, 9),
        (CatalogueFilter(side=Side.BACK), {"side": "back"}, 30),
        (CatalogueFilter(genre="jazz", artist="Artist 3"), {"genre": "jazz", "artist": "Artist 3"}, 3),
        (CatalogueFilter(genre="polka"), {"genre": "polka"}, 0),
    ]
    for allowed, expected, count in cases:
        answer = catalogue.search.by_image(image.read_bytes(), SimilarRequest(ALBUMS, allowed))
        assert len(answer.neighbours) == count, allowed
        assert_same(catalogue, SimilarRequest(ALBUMS, allowed), image, **expected)


@pytest.mark.parametrize("kind", [IndexKind.EXACT, IndexKind.HNSW])
def test_declared_columns_never_under_fill(catalogue: Catalogue, kind: IndexKind) -> None:
    catalogue.refresh(kind)
    image = write_cover(catalogue.folder / "query.png", 7777)
    cheap = ColumnCondition("price", Comparison.BELOW, "60")
    dear = ColumnCondition("price", Comparison.AT_LEAST, "59.5")
    german = ColumnCondition("territory", Comparison.EQUAL, "de")
    cases = [
        ((cheap,), set(range(60))),
        ((german,), {n for n in range(ALBUMS) if n % 4}),
        ((cheap, dear, german), {59}),
        ((cheap, german), {n for n in range(60) if n % 4}),
        ((ColumnCondition("price", Comparison.ABOVE, "1e9"),), set()),
    ]
    for where, numbers in cases:
        allowed = CatalogueFilter(where=where)
        for k in (5, ALBUMS):
            answer = catalogue.search.by_image(image.read_bytes(), SimilarRequest(k, allowed))
            assert len(answer.neighbours) == min(k, len(numbers)), where
            assert_same(catalogue, SimilarRequest(k, allowed), image, numbers=numbers)
    unknown = CatalogueFilter(where=(ColumnCondition("size", Comparison.EQUAL, "1"),))
    with pytest.raises(NotFoundError, match="declared are price, territory"):
        catalogue.search.by_image(image.read_bytes(), SimilarRequest(5, unknown))


def test_the_gate_asks_with_the_widest_values_of_declared_columns(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def record(_index: object, filters: list[np.ndarray]) -> float:
        seen.extend(set(ids.tolist()) for ids in filters)
        return 1.0

    seen: list[set[int]] = []
    monkeypatch.setattr("indexer.vector_index.versions.fit_and_measure", record)
    catalogue.refresh(IndexKind.HNSW)
    with catalogue.database.reading() as session:
        by_title = select(Vector.id, Album.title).join(Cover, Cover.id == Vector.cover_id).join(Album)
        numbers = {row[0]: int(str(row[1]).split()[-1]) for row in session.execute(by_title)}
    assert {one for one, n in numbers.items() if n % 4} in seen
    assert {one for one, n in numbers.items() if n <= ALBUMS // 2} in seen


def test_every_album_is_found_when_all_are_asked_for(catalogue: Catalogue) -> None:
    catalogue.refresh()
    answer = catalogue.search.by_image((catalogue.folder / "3.png").read_bytes(), SimilarRequest(k=1000))
    assert len({neighbour.album_id for neighbour in answer.neighbours}) == len(answer.neighbours) == ALBUMS


def test_an_album_asks_with_its_front_and_is_not_its_own_neighbour(catalogue: Catalogue) -> None:
    catalogue.refresh()
    with catalogue.database.reading() as session:
        album_id = albums.first_id(session)
        front = vectors.of_albums(session, catalogue.bundle, [album_id]).vectors
    assert front.shape == (1, 48)
    answer = catalogue.search.by_album(album_id, SimilarRequest(k=5))
    expected = [pair for pair in catalogue.brute_force(front[0].astype(np.float32)) if pair[0] != album_id][:5]
    assert [neighbour.album_id for neighbour in answer.neighbours] == [album for album, _ in expected]


def test_a_removed_album_is_in_no_answer_even_before_the_next_index(catalogue: Catalogue) -> None:
    catalogue.refresh()
    image = (catalogue.folder / "3.png").read_bytes()
    nearest = catalogue.search.by_image(image, SimilarRequest(k=20)).neighbours
    with catalogue.database.writing() as session:
        albums.remove(session, [neighbour.album_id for neighbour in nearest])
    for _ in range(2):
        after = catalogue.search.by_image(image, SimilarRequest(k=20)).neighbours
        assert len(after) == 20
        assert not {n.album_id for n in after} & {n.album_id for n in nearest}
        catalogue.refresh()


def test_a_search_follows_a_promotion(catalogue: Catalogue) -> None:
    catalogue.refresh()
    image = write_cover(catalogue.folder / "new.png", seed=4242)
    before = catalogue.search.by_image(image.read_bytes(), SimilarRequest(k=1))
    assert before.neighbours[0].similarity < 0.99
    add_source(catalogue.database, open_source(image), threads=1)
    embed_pending(catalogue.database, catalogue.backbone, catalogue.bundle, threads=1)
    catalogue.refresh()
    catalogue.search.by_image(image.read_bytes(), SimilarRequest(k=1))
    catalogue.pairs.settle()
    after = catalogue.search.by_image(image.read_bytes(), SimilarRequest(k=1))
    assert after.index_version != before.index_version
    assert after.neighbours[0].file == str(image)
    assert after.neighbours[0].similarity == pytest.approx(1, abs=1e-3)


def test_what_cannot_be_answered_is_said(catalogue: Catalogue) -> None:
    image = (catalogue.folder / "3.png").read_bytes()
    with pytest.raises(VectorIndexError, match="sleeve index"):
        catalogue.search.by_image(image, SimilarRequest())
    catalogue.refresh()
    with pytest.raises(FileRejectedError, match="not an image"):
        catalogue.search.by_image(b"<html>", SimilarRequest())
    with pytest.raises(NotFoundError, match="no album 999999"):
        catalogue.search.by_album(AlbumId(999999), SimilarRequest())
    image_path = write_cover(catalogue.folder / "new.png", seed=4242)
    add_source(catalogue.database, open_source(image_path), threads=1)
    with catalogue.database.reading() as session:
        newest = session.scalars(select(Album.id).order_by(Album.id.desc())).first()
    assert newest is not None
    with pytest.raises(NotFoundError, match="not embedded yet"):
        catalogue.search.by_album(AlbumId(newest), SimilarRequest())


def test_vectors_of_another_bundle_are_never_searched(catalogue: Catalogue) -> None:
    catalogue.refresh()

    class Other(FakeBackbone):
        fingerprint = Fingerprint("e" * 64)

    pairs = LiveIndex(catalogue.database, catalogue.versions, lambda _bundle: model_of(Other()))
    search = Search(catalogue.database, pairs)
    with pytest.raises(VectorIndexError, match="another bundle"):
        search.by_image((catalogue.folder / "3.png").read_bytes(), SimilarRequest())
