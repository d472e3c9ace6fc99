from collections.abc import Iterable
from pathlib import Path

import numpy as np
from sqlalchemy import func, select

from db import albums, bundles, vectors
from db.database import Database
from db.records import CoverFile, FileOutcome, InspectedFile, NewVector, RejectedFile
from db.registration import known_hashes, register
from db.tables import Album, Cover, File
from sleeve.vocabulary import ContentHash, CoverId, Fingerprint, LabelSource, Outcome, Rejection, Side
from tests.factories import cover_file

A, B = ContentHash("a" * 64), ContentHash("b" * 64)


def offer(
    database: Database,
    *batch: tuple[CoverFile, ContentHash] | RejectedFile,
    gone: Iterable[str] = (),
    again: bool = False,
) -> list[FileOutcome]:
    items = [item if isinstance(item, RejectedFile) else InspectedFile(*item) for item in batch]
    now = dict.fromkeys(gone) | {str(item[0].path): item[1] for item in batch if isinstance(item, tuple)}
    with database.writing() as session:
        return register(
            session, items, lambda path, known: "/was-" not in path and now.get(path, known) == known, again=again
        )


def album_genres(database: Database) -> list[tuple[str, ...]]:
    with database.reading() as session:
        ids = session.scalars(select(Album.id).order_by(Album.id))
        return [albums.album(session, album_id).genres for album_id in ids]  # type: ignore[arg-type]


def paths(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(Cover.path).order_by(Cover.id)))


def test_new_content_makes_an_album_with_a_cover_and_its_genre(database: Database) -> None:
    [outcome] = offer(database, (cover_file(Path("/c/1.png"), "Jazz"), A))
    assert (outcome.outcome, outcome.reason) == (Outcome.ADDED, None)
    with database.reading() as session:
        album = albums.album(session, albums.first_id(session))
        assert known_hashes(session, ["/c/1.png", "/c/2.png"]) == {"/c/1.png": A}
    assert album.genres == ("jazz",)
    assert [(cover.side, cover.file, cover.path, cover.content_hash) for cover in album.covers] == [
        (Side.FRONT, "1.png", Path("/c/1.png"), A)
    ]


def test_adding_twice_changes_nothing(database: Database) -> None:
    batch = [(cover_file(Path(f"/c/{n}.png"), "jazz"), ContentHash(f"{n:064d}")) for n in range(5)]
    assert {outcome.outcome for outcome in offer(database, *batch)} == {Outcome.ADDED}
    with database.reading() as session:
        before = albums.counts(session)
    assert {outcome.outcome for outcome in offer(database, *batch)} == {Outcome.UNCHANGED}
    with database.reading() as session:
        after = albums.counts(session)
    assert (
        (after.albums, after.covers, after.genres)
        == (before.albums, before.covers, before.genres)
        == (5, 5, {"jazz": 5})
    )


def test_a_moved_file_keeps_its_cover_and_takes_the_genre_of_its_new_folder(database: Database) -> None:
    offer(database, (cover_file(Path("/c/rock/1.png"), "rock"), A))
    [outcome] = offer(database, (cover_file(Path("/c/jazz/1.png"), "jazz"), A), gone=["/c/rock/1.png"])
    assert (outcome.outcome, outcome.detail) == (Outcome.UNCHANGED, "moved from /c/rock/1.png")
    assert paths(database) == ["/c/jazz/1.png"]
    assert album_genres(database) == [("jazz",)]
    with database.reading() as session:
        assert list(session.scalars(select(File.path))) == ["/c/jazz/1.png"]


def test_a_moved_file_may_take_the_place_that_a_newer_one_left(database: Database) -> None:
    offer(database, (cover_file(Path("/c/9.png")), B), (cover_file(Path("/c/1.png")), A))
    moved = (cover_file(Path("/c/2.png")), A), (cover_file(Path("/c/1.png")), B)
    offer(database, *moved, gone=["/c/1.png", "/c/9.png"])
    assert paths(database) == ["/c/1.png", "/c/2.png"]


def test_a_copy_in_another_folder_adds_its_genre_to_the_one_album(database: Database) -> None:
    rock, jazz = (cover_file(Path("/c/rock/1.png"), "rock"), A), (cover_file(Path("/c/jazz/1.png"), "jazz"), A)
    assert [outcome.outcome for outcome in offer(database, rock, jazz)] == [Outcome.ADDED, Outcome.UNCHANGED]
    assert paths(database) == ["/c/rock/1.png"]
    assert album_genres(database) == [("rock", "jazz")]
    offer(database, rock)
    assert album_genres(database) == [("rock", "jazz")], "the copy still speaks for its genre"


def test_a_changed_file_loses_its_vector_and_keeps_its_cover(database: Database) -> None:
    one = cover_file(Path("/c/1.png"), "rock")
    offer(database, (one, A))
    with database.writing() as session:
        bundle = bundles.register(session, Fingerprint("f" * 64), name="b", dimension=2, manifest={})
        [pending] = vectors.pending(session, bundle, after=CoverId(0), limit=10)
        vectors.store(session, bundle, [NewVector(pending.cover_id, A, np.array([1, 0], np.float16))])
        assert vectors.count_pending(session, bundle) == 0
    [outcome] = offer(database, (one, B))
    assert (outcome.outcome, outcome.detail) == (Outcome.ADDED, "content changed")
    with database.reading() as session:
        assert vectors.count_pending(session, bundle) == 1
        [again] = vectors.pending(session, bundle, after=CoverId(0), limit=10)
    assert (again.cover_id, again.content_hash) == (pending.cover_id, B)


def test_two_files_that_swap_their_contents_keep_their_albums(database: Database) -> None:
    one, two = cover_file(Path("/c/1.png"), "rock"), cover_file(Path("/c/2.png"), "jazz")
    offer(database, (one, A), (two, B))
    offer(database, (one, B), (two, A))
    with database.reading() as session:
        assert known_hashes(session, ["/c/1.png", "/c/2.png"]) == {"/c/1.png": B, "/c/2.png": A}
    assert album_genres(database) == [("jazz",), ("rock",)], "they are in each other's folders now"


def test_a_relabelled_manifest_outranks_the_folder_and_replaces_its_own_label(database: Database) -> None:
    path = Path("/c/1.png")
    offer(database, (cover_file(path, "rock"), A))
    offer(database, (cover_file(path, "pop", label_source=LabelSource.MANIFEST), A))
    assert album_genres(database) == [("pop",)]
    offer(database, (cover_file(path, "punk", label_source=LabelSource.MANIFEST), A))
    assert album_genres(database) == [("punk",)]
    offer(database, (cover_file(path, label_source=LabelSource.MANIFEST), A))
    assert album_genres(database) == [("punk",)], "a source without a genre takes none away"


def test_covers_with_the_same_names_are_one_album_whatever_the_case(database: Database) -> None:
    names = {"artist": "Miles Davis", "title": "Kind of Blue", "year": 1959}
    folded = {"artist": "MILES  davis", "title": "kind of blue", "year": 1959}
    front = cover_file(Path("/c/front.png"), "jazz", **names)
    back = cover_file(Path("/c/back.png"), "jazz", side=Side.BACK, **folded)
    reissue = cover_file(Path("/c/reissue.png"), "jazz", **{**names, "year": 1997})
    offer(database, (front, A), (back, B), (reissue, ContentHash("c" * 64)))
    with database.reading() as session:
        album = albums.album(session, albums.first_id(session))
        assert session.scalar(select(func.count(Album.id))) == 2
    assert [cover.side for cover in album.covers] == [Side.FRONT, Side.BACK]


def test_the_same_image_for_two_named_albums_is_a_cover_of_each(database: Database) -> None:
    one = cover_file(Path("/c/1.png"), artist="A", title="One")
    two = cover_file(Path("/c/2.png"), artist="A", title="Two")
    assert [outcome.outcome for outcome in offer(database, (one, A), (two, A))] == [Outcome.ADDED, Outcome.ADDED]
    with database.reading() as session:
        assert session.scalar(select(func.count(Album.id))) == 2


def test_corrected_names_follow_without_a_second_album(database: Database) -> None:
    path = Path("/c/1.png")
    offer(database, (cover_file(path, "jazz", artist="Miles", title="Kind of Blue"), A))
    offer(database, (cover_file(path, "jazz", artist="Miles Davis", title="Kind of Blue", year=1959), A))
    with database.reading() as session:
        assert session.scalar(select(func.count(Album.id))) == 1
        album = albums.album(session, albums.first_id(session))
    assert (album.artist, album.title, album.year) == ("Miles Davis", "Kind of Blue", 1959)


def test_corrected_names_that_are_another_albums_join_it(database: Database) -> None:
    first = cover_file(Path("/c/1.png"), "jazz", artist="A", title="One")
    second = cover_file(Path("/c/2.png"), "jazz", artist="A", title="Tow")
    offer(database, (first, A), (second, B))
    offer(database, (cover_file(Path("/c/2.png"), "jazz", artist="A", title="One"), B))
    with database.reading() as session:
        album = albums.album(session, albums.first_id(session))
        assert session.scalar(select(func.count(Album.id))) == 1
    assert [cover.path for cover in album.covers] == [Path("/c/1.png"), Path("/c/2.png")]


def test_an_older_album_may_take_the_names_that_a_newer_one_left(database: Database) -> None:
    def named(number: int, title: str) -> CoverFile:
        return cover_file(Path(f"/c/{number}.png"), "jazz", artist="A", title=title)

    offer(database, (named(1, "One"), A), (named(2, "Two"), B))
    offer(database, (named(2, "Three"), B), (named(1, "Two"), A))
    with database.reading() as session:
        titles = [album.title for album in session.scalars(select(Album).order_by(Album.id))]
    assert titles == ["Two", "Three"]


def test_a_rejection_is_kept_with_its_reason_and_takes_no_cover_away(database: Database) -> None:
    one = cover_file(Path("/c/1.png"))
    offer(database, (one, A))
    [outcome] = offer(database, RejectedFile("1.png", "/c/1.png", Rejection.TRUNCATED, "half"))
    assert (outcome.outcome, outcome.reason, outcome.detail) == (Outcome.REJECTED, Rejection.TRUNCATED, "half")
    with database.reading() as session:
        counts = albums.counts(session)
    assert (counts.covers, counts.files, counts.rejections) == (1, {"rejected": 1}, {"truncated image": 1})
    [outcome] = offer(database, (one, A))
    assert outcome.outcome is Outcome.UNCHANGED
    with database.reading() as session:
        assert albums.counts(session).rejections == {}


def test_one_batch_may_hold_a_genre_an_album_and_a_content_many_times(database: Database) -> None:
    batch = [
        (cover_file(Path(f"/c/{n}.png"), "jazz", artist="A", title=f"T{n % 2}"), ContentHash(f"{n % 3:064d}"))
        for n in range(12)
    ]
    offer(database, *batch)
    with database.reading() as session:
        counts = albums.counts(session)
    assert (counts.albums, counts.covers, counts.genres) == (2, 6, {"jazz": 2})


def test_a_copy_stays_with_its_cover_when_an_older_cover_comes_to_have_the_same_content(database: Database) -> None:
    older, cover, copy = (Path(f"/c/{genre}/x.png") for genre in ("jazz", "pop", "rock"))
    offer(database, (cover_file(older, "jazz"), A), (cover_file(cover, "pop"), B))
    batch = [(cover_file(path, path.parent.name), B) for path in (older, cover, copy)]
    ends = [[(one.outcome, one.detail) for one in offer(database, *batch)] for _ in range(3)]
    assert ends[0][2] == (Outcome.UNCHANGED, f"same image as {cover}")
    assert ends[1][2] == ends[2][2] == ends[0][2]
    assert album_genres(database) == [("jazz",), ("pop", "rock")]
