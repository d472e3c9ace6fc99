"""What a person says about an album, and what `sleeve add` does to it afterwards, on both engines."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from db import albums, labels
from db.database import Database
from db.tables import Album
from sleeve.errors import NotFoundError
from sleeve.vocabulary import AlbumId, ContentHash, LabelSource, Side
from tests.db.test_registration import A, B, album_genres, offer
from tests.factories import cover_file

PATH = Path("/c/rock/1.png")


def by_hand(database: Database, album_id: int, *genres: str) -> None:
    with database.writing() as session:
        labels.set_genres_by_hand(session, AlbumId(album_id), genres)


def rename(database: Database, title: str | None, artist: str | None, year: int | None) -> None:
    with database.writing() as session:
        labels.rename(session, AlbumId(1), {"title": title, "artist": artist, "year": year})


def names(database: Database) -> list[tuple[str | None, str | None, int | None]]:
    with database.reading() as session:
        return [(row.title, row.artist, row.year) for row in session.scalars(select(Album).order_by(Album.id))]


def test_genres_by_hand_replace_all_others_and_count_at_once(database: Database) -> None:
    offer(database, (cover_file(PATH, "rock"), A))
    offer(database, (cover_file(PATH, "pop", label_source=LabelSource.MANIFEST), A))
    by_hand(database, 1, "Jazz", " jazz ", "Soul")
    assert album_genres(database) == [("jazz", "soul")]
    with database.reading() as session:
        assert albums.albums_per_genre(session) == {"jazz": 1, "soul": 1}
        assert albums.genres_of(session, [AlbumId(1)]) == {1: ("jazz", "soul")}
    by_hand(database, 1, "rock")
    assert album_genres(database) == [("rock",)]


@pytest.mark.parametrize("source", [LabelSource.FOLDER, LabelSource.MANIFEST])
def test_adding_again_neither_removes_nor_outvotes_them(database: Database, source: LabelSource) -> None:
    offer(database, (cover_file(PATH, "rock", label_source=source), A))
    by_hand(database, 1, "jazz")
    offer(database, (cover_file(PATH, "rock", label_source=source), A))
    assert album_genres(database) == [("jazz",)]
    offer(database, (cover_file(PATH, "punk", label_source=LabelSource.MANIFEST), A))
    offer(database, (cover_file(Path("/c/metal/1.png"), "metal"), A))
    assert album_genres(database) == [("jazz",)], "another source, and a copy in another folder"
    offer(database, (cover_file(Path("/c/pop/1.png"), "pop"), A), gone=[str(PATH)])
    assert album_genres(database) == [("jazz",)], "moved to another folder"
    offer(database, (cover_file(Path("/c/pop/1.png"), "pop"), B))
    assert album_genres(database) == [("jazz",), ("punk",)], "other content, while the copy shows what was labelled"
    offer(database, (cover_file(Path("/c/metal/1.png"), "metal"), ContentHash("c" * 64)))
    assert album_genres(database) == [("jazz",), ("punk",)], "other content, and no copy"


def test_taken_away_the_source_speaks_again(database: Database) -> None:
    offer(database, (cover_file(PATH, "rock"), A))
    by_hand(database, 1, "jazz")
    by_hand(database, 1)
    assert album_genres(database) == [()]
    offer(database, (cover_file(PATH, "rock"), A))
    assert album_genres(database) == [("rock",)]


def test_they_go_with_the_last_cover_to_the_album_it_joins(database: Database) -> None:
    first = cover_file(Path("/c/1.png"), "rock", artist="A", title="One")
    second = cover_file(Path("/c/2.png"), "rock", artist="A", title="Tow")
    offer(database, (first, A), (second, B))
    by_hand(database, 2, "jazz")
    joined = cover_file(Path("/c/2.png"), "rock", artist="A", title="One")
    offer(database, (joined, B))
    assert album_genres(database) == [("jazz",)]


def test_an_album_that_is_not_there_cannot_be_labelled_or_renamed(database: Database) -> None:
    with pytest.raises(NotFoundError, match="no album 7"):
        by_hand(database, 7, "jazz")
    with pytest.raises(NotFoundError, match="no album 1"):
        rename(database, "T", None, None)


def test_names_by_hand_stay_whatever_the_source_says(database: Database) -> None:
    said = {"artist": "Miles", "title": "Kind of Bleu", "year": 1958}
    offer(database, (cover_file(PATH, **said), A))
    rename(database, "Kind of Blue", "Miles Davis", 1959)
    offer(database, (cover_file(PATH, **said), A))
    assert names(database) == [("Kind of Blue", "Miles Davis", 1959)]
    offer(database, (cover_file(Path("/c/back.png"), side=Side.BACK, **said), B))
    assert names(database) == [("Kind of Blue", "Miles Davis", 1959)], "a second cover of the same album"
    offer(database, (cover_file(PATH, **{**said, "year": 1960}), A))
    assert names(database)[0] == ("Kind of Blue", "Miles Davis", 1959), "the source was corrected, but a person spoke"


def test_a_corrected_spelling_of_the_source_is_followed(database: Database) -> None:
    offer(database, (cover_file(PATH, artist="MILES DAVIS", title="kind of blue"), A))
    offer(database, (cover_file(PATH, artist="Miles Davis", title="Kind of Blue"), A))
    assert names(database) == [("Kind of Blue", "Miles Davis", None)]


def test_an_album_without_names_is_known_by_those_it_is_given(database: Database) -> None:
    offer(database, (cover_file(PATH), A))
    rename(database, "Kind of Blue", "Miles Davis", 1959)
    offer(database, (cover_file(PATH), A))
    back = cover_file(Path("/c/b.png"), side=Side.BACK, artist="miles davis", title="Kind of Blue", year=1959)
    offer(database, (back, B))
    with database.reading() as session:
        assert session.scalar(select(func.count(Album.id))) == 1
        assert len(albums.album(session, AlbumId(1)).covers) == 2
