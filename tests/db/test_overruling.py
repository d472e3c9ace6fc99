"""What a person decides against sources and pixels is kept when files are added and covers compared again."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import albums, answering, bundles, cover_links, overruling, regrouping
from db.database import Database
from db.records import BundleRecord, HashedCover
from db.tables import Cover
from sleeve.errors import NotFoundError
from sleeve.vocabulary import AlbumId, ContentHash, CoverId, Fingerprint, Outcome, Side
from tests.db.test_labels import by_hand
from tests.db.test_registration import A, B, album_genres, offer
from tests.factories import cover_file

C = ContentHash("c" * 64)
ONE = cover_file(Path("/c/1.png"), "rock", artist="A", title="One")
TWO = cover_file(Path("/c/2.png"), "jazz", artist="A", title="Two")


def members(database: Database) -> dict[int, list[int]]:
    with database.reading() as session:
        found: dict[int, list[int]] = {}
        for cover in session.scalars(select(Cover).order_by(Cover.id)):
            found.setdefault(cover.album_id, []).append(cover.id)
        return found


def test_merged_albums_stay_one_and_take_what_their_names_bring(database: Database) -> None:
    offer(database, (ONE, A), (TWO, B))
    by_hand(database, 2, "soul")
    with database.writing() as session:
        regrouping.merge(session, AlbumId(2), [AlbumId(1)])
    assert members(database) == {2: [1, 2]}
    offer(database, (ONE, A), (TWO, B))
    offer(database, (cover_file(Path("/c/1.png"), "pop", artist="A", title="One", year=1970), A))
    assert members(database) == {2: [1, 2]}
    assert album_genres(database) == [("soul",)]
    offer(database, (cover_file(Path("/c/3.png"), side=Side.BACK, artist="A", title="One"), C))
    assert members(database) == {2: [1, 2, 3]}, "a cover of either name is of the one album"


def test_a_split_album_stays_two(database: Database) -> None:
    back = cover_file(Path("/c/b.png"), "rock", artist="A", title="One", side=Side.BACK)
    offer(database, (ONE, A), (back, B))
    with database.writing() as session:
        with pytest.raises(NotFoundError, match="no other covers"):
            regrouping.split(session, [CoverId(1), CoverId(2)])
        assert regrouping.split(session, [CoverId(2)]) == 2
    assert members(database) == {1: [1], 2: [2]}
    for year in (None, 1999):
        names = {"artist": "A", "title": "One", "year": year}
        offer(database, (cover_file(ONE.path, "rock", **names), A), (cover_file(back.path, "rock", **names), B))
        assert members(database) == {1: [1], 2: [2]}
    assert album_genres(database) == [("rock",), ("rock",)]


def test_not_the_same_artwork_is_not_linked_again_until_the_picture_changes(database: Database) -> None:
    offer(database, (ONE, A), (TWO, B))
    compared = [HashedCover(CoverId(n), "", f"/c/{n}.png", content) for n, content in ((1, A), (2, B))]
    with database.writing() as session:
        assert cover_links.record(session, compared, [(compared[0], compared[1])]) == [(1, 2)]
        overruling.decide_albums_artwork(session, AlbumId(2), AlbumId(1), same=False)
        assert cover_links.pairs(session) == []
        assert cover_links.albums_apart(session) == {(1, 2)}
        assert cover_links.record(session, compared, [(compared[1], compared[0])]) == []
        assert cover_links.pairs(session) == []
        assert cover_links.pairs(session, same=False) == [(1, 2)]
    turned = cover_file(ONE.path, "rock", artist="A", title="One", side=Side.BACK)
    offer(database, (turned, A))
    offer(database, (ONE, A))
    with database.writing() as session:
        assert cover_links.record(session, compared, [(compared[1], compared[0])]) == [], "it was a back meanwhile"
    offer(database, (ONE, C))
    again = [HashedCover(CoverId(1), "", "/c/1.png", C), compared[1]]
    with database.writing() as session:
        assert cover_links.record(session, again, [(again[0], again[1])]) == [(1, 2)], "another picture"


def test_covers_are_removed_by_path_and_their_album_with_the_last(database: Database) -> None:
    back = cover_file(Path("/c/rock/b.png"), "rock", artist="A", title="One", side=Side.BACK)
    front = cover_file(Path("/c/rock/f.png"), "rock", artist="A", title="One")
    offer(database, (front, A), (back, B), (cover_file(Path("/c/rocks.png")), C))
    with database.writing() as session:
        with pytest.raises(NotFoundError, match="no cover at /c/none"):
            overruling.covers_at(session, ["/c/none"])
        assert overruling.covers_at(session, ["/c/rock"]) == [1, 2]
        assert overruling.remove_covers(session, [CoverId(2)]) == []
        assert [cover.id for cover in albums.album(session, AlbumId(1)).covers] == [1]
        assert overruling.remove_covers(session, [CoverId(1)]) == [1]
    assert members(database) == {2: [3]}


def test_what_was_removed_stays_removed_until_a_person_asks(database: Database) -> None:
    front = (cover_file(Path("/c/rock/f.png"), "rock", artist="A", title="One"), A)
    back = (cover_file(Path("/c/rock/b.png"), "rock", artist="A", title="One", side=Side.BACK), B)
    offer(database, front, back)
    with database.writing() as session:
        overruling.remove_covers(session, [CoverId(2)])
    assert [one.outcome for one in offer(database, front, back)] == [Outcome.UNCHANGED, Outcome.REMOVED]
    moved = (cover_file(Path("/d/rock/b.png"), "rock", artist="A", title="One", side=Side.BACK), B)
    assert [one.outcome for one in offer(database, moved, gone=["/c/rock/b.png"])] == [Outcome.REMOVED]
    assert members(database) == {1: [1]}
    with database.reading() as session:
        assert albums.counts(session).files == {Outcome.UNCHANGED: 1, Outcome.REMOVED: 1}
    elsewhere = (cover_file(Path("/e/b.png"), "jazz"), B)
    assert [one.outcome for one in offer(database, elsewhere)] == [Outcome.ADDED], "a file that nobody removed"
    [again] = offer(database, moved, again=True)
    assert again.outcome is Outcome.ADDED
    assert [one.outcome for one in offer(database, moved, back, gone=["/c/rock/b.png"])] == [Outcome.UNCHANGED] * 2
    assert members(database) == {1: [1, 4], 2: [3]}


def test_another_picture_at_the_path_of_a_removed_one_is_added(database: Database) -> None:
    offer(database, (ONE, A), (TWO, B))
    with database.writing() as session:
        assert albums.remove(session, [AlbumId(1)]) == 1
    moved = (cover_file(Path("/c/3.png"), "rock", artist="A", title="One"), A)
    assert [one.outcome for one in offer(database, (ONE, C), moved)] == [Outcome.ADDED, Outcome.REMOVED]
    assert members(database) == {2: [2], 3: [3]}


def test_what_was_missing_comes_back_with_its_file(database: Database) -> None:
    offer(database, (ONE, A))
    with database.writing() as session:
        overruling.remove_covers(session, [CoverId(1)], may_return=True)
    assert [one.outcome for one in offer(database, (ONE, A))] == [Outcome.ADDED]


def test_a_person_takes_back_that_artworks_differ(database: Database) -> None:
    offer(database, (ONE, A), (TWO, B))
    with database.writing() as session:
        overruling.decide_artwork(session, [CoverId(2), CoverId(1)], same=False)
        overruling.decide_artwork(session, [CoverId(1), CoverId(2)], same=True)
        assert cover_links.pairs(session) == [(1, 2)]
        cover_links.remove(session, [(CoverId(1), CoverId(2))])
        assert cover_links.pairs(session) == [(1, 2)], "a person said so, whatever their texts count"
        overruling.decide_albums_artwork(session, AlbumId(1), AlbumId(2), same=False)
        assert (cover_links.pairs(session), cover_links.pairs(session, same=False)) == ([], [(1, 2)])
        overruling.decide_albums_artwork(session, AlbumId(1), AlbumId(2), same=True)
        assert cover_links.pairs(session) == [(1, 2)]
        assert cover_links.pairs(session, same=False) == []


def test_albums_of_which_two_covers_are_linked_are_not_apart(database: Database) -> None:
    offer(database, (ONE, A), (TWO, B), (cover_file(Path("/c/3.png"), "rock", artist="A", title="One"), C))
    assert members(database) == {1: [1, 3], 2: [2]}
    with database.writing() as session:
        overruling.decide_artwork(session, [CoverId(3), CoverId(2)], same=False)
        bundle = bundles.register(session, Fingerprint("f" * 64), name="f", dimension=2, manifest={})
        assert cover_links.albums_apart(session) == {(1, 2)}
        assert asked(session, bundle, 1) == (set(), {2})
        overruling.decide_artwork(session, [CoverId(1), CoverId(2)], same=True)
        assert cover_links.albums_apart(session) == set()
        assert asked(session, bundle, 2) == ({1}, set())


def asked(session: Session, bundle: BundleRecord, album_id: int) -> tuple[set[int], set[int]]:
    """The albums linked to one, and those told from it, as answers have them."""
    found = answering.asked_album(session.connection(), bundle, AlbumId(album_id))[1]
    assert found is not None
    return set(found.linked), set(found.apart)


def test_only_fronts_show_one_artwork(database: Database) -> None:
    offer(database, (ONE, A), (cover_file(Path("/c/b.png"), artist="B", title="Two", side=Side.BACK), B))
    with database.writing() as session:
        with pytest.raises(NotFoundError, match="cover 2 is a back"):
            overruling.decide_artwork(session, [CoverId(1), CoverId(2)], same=True)
        with pytest.raises(NotFoundError, match="album 2 has no front"):
            overruling.decide_albums_artwork(session, AlbumId(1), AlbumId(2), same=True)


def test_what_was_removed_does_not_come_back_at_the_place_of_a_cover_with_a_copy(database: Database) -> None:
    rock, copy = cover_file(Path("/c/rock/1.png"), "rock"), cover_file(Path("/c/jazz/1.png"), "jazz")
    offer(database, (rock, A), (copy, A), (TWO, B))
    with database.writing() as session:
        overruling.remove_covers(session, [CoverId(2)])
    found = offer(database, (rock, B), (copy, A), gone=["/c/2.png"])
    assert [one.outcome for one in found] == [Outcome.REMOVED, Outcome.UNCHANGED]
    with database.reading() as session:
        assert [(cover.id, cover.path) for cover in session.scalars(select(Cover))] == [(1, "/c/jazz/1.png")]


def test_what_was_removed_does_not_take_the_place_of_another_cover(database: Database) -> None:
    """Its file is moved over another one, whose own picture may turn up elsewhere."""
    offer(database, (ONE, A), (TWO, B))
    with database.writing() as session:
        overruling.remove_covers(session, [CoverId(2)])
    assert [one.outcome for one in offer(database, (ONE, B), gone=["/c/2.png"])] == [Outcome.REMOVED]
    with database.reading() as session:
        assert session.get_one(Cover, 1).content_hash == A
    elsewhere = (cover_file(Path("/c/3.png"), "rock", artist="A", title="One"), A)
    found = offer(database, (ONE, B), elsewhere, gone=["/c/2.png"])
    assert [one.outcome for one in found] == [Outcome.REMOVED, Outcome.UNCHANGED]
    with database.reading() as session:
        assert [(cover.id, cover.path) for cover in session.scalars(select(Cover))] == [(1, "/c/3.png")]


def test_removed_pictures_may_follow_each_other(database: Database) -> None:
    """The second comes to where the first one was, in one run."""
    one, two = cover_file(Path("/c/rock/1.png"), "rock"), cover_file(Path("/c/rock/2.png"), "rock")
    offer(database, (one, A), (two, B))
    with database.writing() as session:
        overruling.remove_covers(session, [CoverId(1), CoverId(2)])
    here, there = cover_file(Path("/c/rock/2.png"), "rock"), cover_file(Path("/c/rock/3.png"), "rock")
    gone = ["/c/rock/1.png"]
    assert [one.outcome for one in offer(database, (here, A), (there, B), gone=gone)] == [Outcome.REMOVED] * 2
    assert [one.outcome for one in offer(database, (here, A), (there, B), gone=gone)] == [Outcome.REMOVED] * 2
    with database.reading() as session:
        assert albums.counts(session).files == {Outcome.REMOVED: 2}
    assert members(database) == {}
