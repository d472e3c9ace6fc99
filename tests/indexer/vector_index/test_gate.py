"""What the gate asks: questions with and without filters, of which the worst counts."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import select, update

from db.database import Database
from db.tables import Album, AlbumGenre, Cover, Genre, Vector
from indexer.vector_index import Hits, IndexKind, VectorIndex
from indexer.vector_index.gate import fit_and_measure
from indexer.vector_index.versions import IndexVersions
from tests.indexer.vector_index.brute_force import Catalogue
from tests.indexer.vector_index.test_versions import add_vectors, bundle_of


def test_the_filter_under_which_an_index_finds_least_counts(
    built: Callable[[IndexKind], VectorIndex], catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = built(IndexKind.HNSW).copy()
    some, others = np.sort(catalogue.ids)[::2], np.sort(catalogue.ids)[1::2]
    whole = fit_and_measure(index)
    assert whole >= 0.995
    assert fit_and_measure(index, [some, others]) >= 0.99, "filters cost nothing"
    search = type(index).search
    asked = []

    def lossy(
        self: VectorIndex, queries: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None = None
    ) -> Hits:
        """Finds the nearest five in a hundred of ``others`` only."""
        if allowed is None or allowed[0] != others[0]:
            return search(self, queries, k, allowed)
        asked.append(len(queries))
        hits = search(self, queries, k + 19, allowed)
        return Hits(hits.ids[:, 19:], hits.similarities[:, 19:])

    monkeypatch.setattr(type(index), "search", lossy)
    assert fit_and_measure(index, [some, others]) == pytest.approx(0.05)
    assert asked == [32]
    assert fit_and_measure(index, [some]) > 0.99


def test_the_filters_are_the_commonest_genres_and_decades(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle, versions = bundle_of(database), IndexVersions(database, tmp_path / "versions")
    add_vectors(database, bundle, 60, seed=1)
    genre_of = ["rock"] * 20 + ["jazz"] * 12 + [f"genre {n}" for n in range(28)]
    years = [1969] * 5 + [1970] * 6 + [1979] * 7 + [1981] * 3 + [None] * 39
    with database.writing() as session:
        albums = list(session.scalars(select(Album.id).order_by(Album.id)))
        known = {name: Genre(name=name) for name in dict.fromkeys(genre_of)}
        session.add_all(known.values())
        session.flush()
        for album_id, genre, year in zip(albums, genre_of, years, strict=True):
            session.add(AlbumGenre(album_id=album_id, genre_id=known[genre].id, source="folder"))
            session.execute(update(Album).where(Album.id == album_id).values(year=year))
        owners = session.execute(select(Cover.album_id, Vector.id).join(Vector, Vector.cover_id == Cover.id))
        vector_of = {row.album_id: row.id for row in owners}
    asked: list[list[int]] = []

    def record(_index: VectorIndex, filters: list[NDArray[np.int64]]) -> float:
        asked.extend(allowed.tolist() for allowed in filters)
        return 1.0

    monkeypatch.setattr("indexer.vector_index.versions.fit_and_measure", record)
    versions.refresh(bundle)
    assert asked == [], "an exact index compares all that is allowed"
    versions.refresh(bundle, kind=IndexKind.HNSW)
    by_album = [sorted(vector_of[album_id] for album_id in albums[start:end]) for start, end in ((0, 20), (20, 32))]
    by_decade = [sorted(vector_of[a] for a in albums[start:end]) for start, end in ((5, 18), (0, 5), (18, 21))]
    assert asked[:2] == by_album
    assert [len(allowed) for allowed in asked[2:16]] == [1] * 14, "sixteen genres"
    assert asked[16:] == by_decade
