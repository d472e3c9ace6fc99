"""Albums that a person made one or two are again as they were, when that is taken back or parted by hand."""

from pathlib import Path

import pytest
from sqlalchemy import select, text

from db import albums, cover_links, labels, overruling, regrouping
from db.database import Database
from db.migration import _config, upgrade
from db.tables import Cover, Regrouped
from sleeve.errors import NotFoundError
from sleeve.vocabulary import AlbumId, ContentHash, CoverId, ListName, Outcome, Side
from tests.conftest import sqlite_url
from tests.db.test_entries import listed, row
from tests.db.test_labels import by_hand
from tests.db.test_registration import A, B, offer
from tests.factories import cover_file
from tests.postgres import PostgresServer

C = ContentHash("c" * 64)
FILES = [
    (cover_file(Path(f"/c/{name}.png"), genre, artist="Ann", title=name), content)
    for name, genre, content in (("One", "rock", A), ("Two", "jazz", B), ("Three", "pop", C))
]
Shown = dict[int, tuple[str | None, tuple[str, ...], list[int]]]


def shown(database: Database) -> Shown:
    with database.reading() as session:
        known = albums.of_ids(session, [AlbumId(number) for number in range(1, 20)])
    return {one.id: (one.title, tuple(one.genres), [cover.id for cover in one.covers]) for one in known.values()}


def rename(database: Database, album_id: int, title: str) -> None:
    with database.writing() as session:
        labels.rename(session, AlbumId(album_id), {"title": title})


def merge(database: Database, album_id: int, *others: int) -> None:
    with database.writing() as session:
        regrouping.merge(session, AlbumId(album_id), [AlbumId(other) for other in others])


def undo_merge(database: Database, album_id: int) -> int:
    with database.writing() as session:
        return regrouping.undo_merge(session, AlbumId(album_id))


def split(database: Database, *cover_ids: int) -> int:
    with database.writing() as session:
        return regrouping.split(session, [CoverId(cover_id) for cover_id in cover_ids])


def held(database: Database) -> list[bool]:
    with database.reading() as session:
        return list(session.scalars(select(Cover.held).order_by(Cover.id)))


@pytest.fixture
def chain(database: Database) -> Database:
    """Three albums with names and genres by hand: the first made one with the second, that with the third."""
    offer(database, *FILES)
    rename(database, 1, "First")
    by_hand(database, 1, "soul", "funk")
    rename(database, 2, "Second")
    with database.writing() as session:
        overruling.decide_artwork(session, [CoverId(1), CoverId(2)], same=False)
    assert shown(database) == BEFORE
    merge(database, 2, 1)
    assert shown(database) == {2: ("Second", ("soul", "funk"), [1, 2]), 3: BEFORE[3]}
    merge(database, 3, 2)
    assert list(shown(database)) == [3]
    return database


BEFORE: Shown = {
    1: ("First", ("soul", "funk"), [1]),
    2: ("Second", ("jazz",), [2]),
    3: ("Three", ("pop",), [3]),
}


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_a_chain_of_merges_is_taken_back_in_any_order(chain: Database, order: tuple[int, int]) -> None:
    for album_id in order:
        assert undo_merge(chain, album_id) == album_id
    assert shown(chain) == BEFORE
    assert held(chain) == [False] * 3, "sources may speak again"
    with chain.reading() as session:
        assert cover_links.pairs(session, same=False) == [(1, 2)]
        assert session.scalars(select(Regrouped.id)).all() == []
    assert [one.outcome for one in offer(chain, *FILES)] == [Outcome.UNCHANGED] * 3
    assert shown(chain) == BEFORE


def test_what_went_in_a_chain_of_merges_says_where(chain: Database) -> None:
    def went_to(album_id: int) -> AlbumId | None:
        with chain.reading() as session, pytest.raises(NotFoundError) as error:
            albums.album(session, AlbumId(album_id))
        return error.value.merged_into

    assert [went_to(album_id) for album_id in (1, 2, 99)] == [3, 3, None]
    undo_merge(chain, 2)
    assert went_to(1) == 2


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_a_chain_of_merges_is_parted_by_hand(chain: Database, order: tuple[int, int]) -> None:
    for cover_id in order:
        assert split(chain, cover_id) == cover_id
    assert shown(chain) == BEFORE
    offer(chain, *FILES)
    assert shown(chain) == BEFORE


def test_the_outer_merge_may_be_parted_with_the_inner_one_in_it(chain: Database) -> None:
    assert split(chain, 1, 2) == 2
    assert shown(chain)[2] == ("Second", ("soul", "funk"), [1, 2]), "a person gave the second no genres"
    assert split(chain, 1) == 1
    assert shown(chain) == BEFORE


def test_parting_the_albums_own_cover_gives_the_others_their_names_back(database: Database) -> None:
    offer(database, *FILES[:2])
    rename(database, 1, "First")
    rename(database, 2, "Second")
    merge(database, 2, 1)
    own = split(database, 2)
    assert {title: covers for title, _, covers in shown(database).values()} == {"First": [1], "Second": [2]}
    with database.writing() as session:
        assert regrouping.undo_split(session, AlbumId(own)) == 2
    assert shown(database) == {2: ("Second", ("rock", "jazz"), [1, 2])}


def test_a_split_is_taken_back_and_its_cover_follows_its_source_again(database: Database) -> None:
    back = cover_file(Path("/c/b.png"), "rock", artist="Ann", title="One", side=Side.BACK)
    offer(database, FILES[0], (back, B))
    before = shown(database)
    own = split(database, 2)
    rename(database, own, "Another")
    with database.writing() as session:
        assert regrouping.undo_split(session, AlbumId(own)) == 1
        with pytest.raises(NotFoundError, match="no album 2"):
            regrouping.undo_split(session, AlbumId(own))
        with pytest.raises(NotFoundError, match="album 1 was not made of another one's covers"):
            regrouping.undo_split(session, AlbumId(1))
    assert {album: found[2] for album, found in shown(database).items()} == {
        album: found[2] for album, found in before.items()
    }
    assert held(database) == [False, False]


def test_splits_are_taken_back_in_any_order(chain: Database) -> None:
    for cover_id in (2, 1):
        split(chain, cover_id)
    with chain.writing() as session:
        assert [regrouping.undo_split(session, AlbumId(album_id)) for album_id in (2, 1)] == [3, 3]
    assert [found[2] for found in shown(chain).values()] == [[1, 2, 3]]


def test_what_was_done_since_is_kept_where_it_was_done(chain: Database) -> None:
    rename(chain, 3, "All of them")
    by_hand(chain, 3, "noise")
    moved = (cover_file(Path("/d/One.png"), "rock", artist="Ann", title="One"), A)
    late = (cover_file(Path("/c/late.png"), artist="Ann", title="One", side=Side.BACK), ContentHash("d" * 64))
    offer(chain, moved, late, gone=["/c/One.png"])
    assert shown(chain) == {3: ("All of them", ("noise",), [1, 2, 3, 4])}
    assert undo_merge(chain, 1) == 1
    assert shown(chain) == {1: ("First", ("soul", "funk"), [1, 4]), 3: ("All of them", ("noise",), [2, 3])}


def test_albums_without_covers_are_as_they_were_too(database: Database) -> None:
    listed(database, row("Can", "Ege", 7), row("Can", "Eege", 8, name=ListName.WANTED))
    by_hand(database, 2, "krautrock")
    merge(database, 1, 2)
    assert shown(database) == {1: ("Ege", ("krautrock",), [])}
    assert undo_merge(database, 2) == 2
    assert shown(database) == {1: ("Ege", (), []), 2: ("Eege", ("krautrock",), [])}


def test_what_was_not_merged_or_is_gone_cannot_be_taken_back(chain: Database) -> None:
    for album_id in (3, 99):
        with pytest.raises(NotFoundError, match=f"album {album_id} was not made one with another"):
            undo_merge(chain, album_id)
    with chain.writing() as session:
        overruling.remove_covers(session, [CoverId(1)])
    with pytest.raises(NotFoundError, match="none of its covers is left"):
        undo_merge(chain, 1)
    assert undo_merge(chain, 2) == 2
    assert shown(chain) == {2: BEFORE[2], 3: BEFORE[3]}


def test_what_was_parted_from_a_merged_album_stays_parted(database: Database) -> None:
    back = cover_file(Path("/c/b.png"), "rock", artist="Ann", title="One", side=Side.BACK)
    offer(database, FILES[0], (back, B), FILES[2])
    merge(database, 2, 1)
    assert split(database, 2) == 3
    assert undo_merge(database, 1) == 1
    assert {album: found[2] for album, found in shown(database).items()} == {1: [1], 2: [3], 3: [2]}


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_home_of_before_keeps_what_was_merged(request: pytest.FixtureRequest, tmp_path: Path, engine: str) -> None:
    from alembic import command

    url = sqlite_url(tmp_path)
    if engine == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.empty_database()
    with Database(url) as database:
        config = _config()
        with database.writing() as session:
            config.attributes["connection"] = session.connection()
            command.upgrade(config, "0022")
            session.execute(text("INSERT INTO albums (id, title) VALUES (2, 'Second')"))
            columns = "id, album_id, side, file, path, content_hash, extra, added_at, held"
            for number in (1, 2):
                values = f"({number}, 2, 'front', '{number}', '/{number}', '{number}', '{{}}', '2026-01-01', true)"
                session.execute(text(f"INSERT INTO covers ({columns}) VALUES {values}"))
                said = f"('/{number}', 'hand', {number}, 'Second')"
                session.execute(text(f"INSERT INTO statements (path, source, cover_id, title) VALUES {said}"))
        upgrade(database)
        assert shown(database) == {2: ("Second", (), [1, 2])}
        assert held(database) == [True, True]
        with pytest.raises(NotFoundError, match="album 1 was not made one"):
            undo_merge(database, 1)
        own = split(database, 1)
        assert shown(database) == {2: ("Second", (), [2]), own: ("Second", (), [1])}


def test_albums_that_a_person_named_alike_stay_two_when_a_merge_is_taken_back(database: Database) -> None:
    offer(database, *FILES[:2])
    for album_id in (1, 2):
        rename(database, album_id, "Same")
    merge(database, 2, 1)
    assert undo_merge(database, 1) == 1
    offer(database, *FILES[:2])
    assert {album: (title, covers) for album, (title, _, covers) in shown(database).items()} == {
        1: ("Same", [1]),
        2: ("Same", [2]),
    }


def test_what_sources_said_while_albums_were_one_counts_when_that_is_taken_back(database: Database) -> None:
    back = cover_file(Path("/c/b.png"), "rock", artist="Ann", title="One", side=Side.BACK)
    offer(database, FILES[0], FILES[1], (back, C))
    merge(database, 2, 1)
    offer(database, FILES[0], FILES[1], (cover_file(back.path, "rock", artist="Ann", title="Other", side=Side.BACK), C))
    assert [found[2] for found in shown(database).values()] == [[1, 2, 3]]
    assert undo_merge(database, 1) == 1
    assert sorted((title, covers) for title, _, covers in shown(database).values()) == [
        ("One", [1]),
        ("Other", [3]),
        ("Two", [2]),
    ]


def test_only_the_last_of_two_splits_is_taken_back(database: Database) -> None:
    """The first made the album, the second gave it back after it was merged elsewhere."""
    back = cover_file(Path("/c/b.png"), "rock", artist="Ann", title="One", side=Side.BACK)
    offer(database, FILES[0], (back, B), FILES[2])
    own = split(database, 2)
    merge(database, 2, own)
    assert split(database, 2) == own
    with database.writing() as session:
        assert regrouping.undo_split(session, AlbumId(own)) == 2
    assert undo_merge(database, own) == own
    assert held(database) == [True, True, False], "the first split is left as it is"
