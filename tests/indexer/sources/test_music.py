"""A library of tagged files of every format, and a table of what must come out of it."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from db import albums
from db.database import Database
from db.records import CoverFile, RejectedFile
from db.tables import Album
from indexer.images.audio.tags import Tags
from indexer.sources import GenreFrom, open_source
from indexer.sources.adding import add_source
from indexer.sources.track_albums import Track, albums_of
from sleeve.errors import SourceError
from sleeve.vocabulary import LabelSource, Outcome, Rejection, Side
from tests.factories import write_cover
from tests.indexer.images.audio.recordings import silence, write_track
from tests.indexer.images.zips import cover_bytes

MBID = "b1392450-e666-3926-a536-22c65f834433"


def library(root: Path) -> Path:
    """Twelve albums and what is wrong with some."""
    picture = {n: cover_bytes(n, root) for n in range(100, 112)}
    kind_of_blue: dict[str, Any] = {
        "album": "Kind of Blue",
        "artist": "Miles Davis",
        "date": "1959-08-17",
        "genres": ["Jazz"],
    }
    for number in (1, 2):
        write_track(root / f"Miles/Kind of Blue/{number}.flac", **kind_of_blue, ids={"musicbrainz_albumid": MBID})
    write_cover(root / "Miles/Kind of Blue/Cover.png", 1)
    write_cover(root / "Miles/Kind of Blue/back.png", 2)
    write_cover(root / "Miles/Kind of Blue/folder.png", 3)
    wall: dict[str, Any] = {"artist": "Pink Floyd", "date": "1979", "genres": ["Prog Rock"]}
    write_track(root / "Floyd/The Wall/CD1/1.mp3", album="The Wall (Disc 1)", **wall)
    write_track(root / "Floyd/The Wall/CD 2 - End/1.mp3", album="The Wall (Disc 2)", **wall)
    write_cover(root / "Floyd/The Wall/folder.png", 4)
    lp: dict[str, Any] = {"album": "Live", "artist": "Cream", "genres": ["(17)"]}
    write_track(root / "Cream/Live (CD1)/1.ogg", **lp)
    write_track(root / "Cream/Live (CD2)/1.ogg", **lp, pictures=[(3, picture[100]), (4, picture[101])])
    for number, artist in enumerate(["Aphex Twin", "Autechre", "Boards of Canada"]):
        write_track(root / f"Various/Warp/{number}.m4a", album="Warp", artist=artist, compilation=True, date="1992")
    write_cover(root / "Various/Warp/front.png", 5)
    for number, artist in enumerate(["A", "B", "C"]):
        write_track(root / f"Various/Unflagged/{number}.opus", album="Mixed", artist=artist, genres=["Rock/Pop"])
    write_cover(root / "Various/Unflagged/album.png", 6)
    write_track(root / "Кино/Ночь/1.mp3", album="Ночь", artist="Кино", date="1986", genres=["Рок"])
    write_cover(root / "Кино/Ночь/cover.png", 7)
    write_track(root / "日本/夜/1.wav", album="夜", artist="山田", genres=["ジャズ"], pictures=[(3, picture[102])])
    for number, artist in enumerate(["Beyoncé", "Beyoncé feat. Jay-Z", "Beyoncé (ft. Sean Paul)"]):
        write_track(root / f"dump/b{number}.flac", album="Love", artist=artist, pictures=[(3, picture[103])])
    write_track(root / "dump/other.flac", album="Else", artist="Nobody", pictures=[(3, picture[104])])
    write_cover(root / "dump/cover.png", 8)
    (root / "untagged").mkdir()
    (root / "untagged/1.wav").write_bytes(silence("wav"))
    write_cover(root / "untagged/cover.png", 9)
    write_track(root / "bare/1.mp3", album="No Art", artist="Nobody")
    (root / "broken").mkdir()
    (root / "broken/1.flac").write_bytes(b"fLaC" + bytes(3))
    write_track(root / "broken/2.flac", album="Half", artist="Broken", date="0000")
    write_cover(root / "broken/cover.png", 10)
    (root / ".hidden").mkdir()
    (root / ".hidden/1.mp3").write_bytes(b"")
    return root


EXPECTED = {
    # title: artist, year, genres, sides
    "Kind of Blue": ("Miles Davis", 1959, ("jazz",), {Side.FRONT: "Cover.png", Side.BACK: "back.png"}),
    "The Wall": ("Pink Floyd", 1979, ("progressive rock",), {Side.FRONT: "folder.png"}),
    "Live": ("Cream", None, ("rock",), {Side.FRONT: "1.ogg/front", Side.BACK: "1.ogg/back"}),
    "Warp": ("Various Artists", 1992, (), {Side.FRONT: "front.png"}),
    "Mixed": ("Various Artists", None, ("rock", "pop"), {Side.FRONT: "album.png"}),
    "Ночь": ("Кино", 1986, ("rock",), {Side.FRONT: "cover.png"}),
    "夜": ("山田", None, ("jazz",), {Side.FRONT: "1.wav/front"}),
    "Love": ("Beyoncé", None, (), {Side.FRONT: "b0.flac/front"}),
    "Else": ("Nobody", None, (), {Side.FRONT: "other.flac/front"}),
    None: (None, None, (), {Side.FRONT: "cover.png"}),
    "Half": ("Broken", None, (), {Side.FRONT: "cover.png"}),
}


def test_a_library_comes_in_as_its_tags_say(database: Database, tmp_path: Path) -> None:
    root = library(tmp_path / "music")
    source = open_source(root, GenreFrom.TAGS)
    report = add_source(database, source, threads=2)
    assert {item.path.removeprefix(f"{root}/"): item.reason for item in report.rejected} == {
        "bare": Rejection.NO_ART,
        "broken/1.flac": Rejection.BAD_TAGS,
    }
    assert {item.detail for item in report.rejected} >= {"No Art by Nobody"}
    with database.reading() as session:
        found = [albums.album(session, album_id) for album_id in session.scalars(select(Album.id))]  # type: ignore[arg-type]
    assert {
        album.title: (
            album.artist,
            album.year,
            album.genres,
            {
                cover.side: "/".join(cover.path.parts[-1 - ("." in cover.path.parts[-2][-5:]) :])
                for cover in album.covers
            },
        )
        for album in found
    } == EXPECTED
    assert len(found) == len(EXPECTED)
    again = add_source(database, open_source(root, GenreFrom.TAGS), threads=2)
    assert again.counts[Outcome.ADDED] == 0
    assert again.counts[Outcome.UNCHANGED] == report.counts[Outcome.ADDED]


def offered(root: Path, genre_from: GenreFrom = GenreFrom.TAGS) -> list[CoverFile]:
    return [item for item in open_source(root, genre_from) if isinstance(item, CoverFile)]


def test_ids_and_the_label_source_are_kept(tmp_path: Path) -> None:
    front, back = offered(library(tmp_path) / "Miles")
    assert (front.extra, front.label_source) == ({"musicbrainz_albumid": MBID}, LabelSource.TAGS)
    assert front.group == back.group
    assert front.file == str(tmp_path / "Miles/Kind of Blue/Cover.png")


def test_a_single_track_is_a_library_and_a_text_is_none(tmp_path: Path) -> None:
    track = write_track(tmp_path / "a.flac", album="A", artist="B", pictures=[(3, cover_bytes(1, tmp_path))])
    [cover] = offered(track)
    assert cover.path == track / "front"
    (tmp_path / "a.txt").write_text("")
    with pytest.raises(SourceError, match="is not a music file"):
        open_source(tmp_path / "a.txt", GenreFrom.TAGS)


def test_genres_of_ones_own_table(tmp_path: Path) -> None:
    write_track(tmp_path / "m/a.mp3", album="A", artist="B", genres=["DSBM"], pictures=[(3, b"x")])
    (tmp_path / "genres.tsv").write_text("dsbm\tblack metal\n")
    [cover] = open_source(tmp_path / "m", GenreFrom.TAGS, own_spellings=tmp_path / "genres.tsv")
    assert isinstance(cover, CoverFile)
    assert cover.genres == ("black metal",)


def tracks(*said: tuple[str, Tags]) -> list[Track]:
    return [Track(Path(path), tags) for path, tags in said]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        # Same title, two album artists in one folder: two albums.
        ([("d/1.mp3", Tags("Hits", "A", "A")), ("d/2.mp3", Tags("Hits", "B", "B"))], [("Hits", "A"), ("Hits", "B")]),
        # Tracks that lack the album artist, or the title, join the only album there is.
        ([("d/1.mp3", Tags("Hits", "A", "A")), ("d/2.mp3", Tags("Hits", "B"))], [("Hits", "A")]),
        ([("d/1.mp3", Tags("Hits", "A")), ("d/2.mp3", Tags(None, "A"))], [("Hits", "A")]),
        (
            [("d/1.mp3", Tags("X", "A")), ("d/2.mp3", Tags("Y", "A")), ("d/3.mp3", Tags(None, "A"))],
            [("X", "A"), ("Y", "A"), (None, "A")],
        ),
        # Same title in two folders: two albums; discs are one.
        ([("a/1.mp3", Tags("Hits", "A")), ("b/1.mp3", Tags("Hits", "A"))], [("Hits", "A"), ("Hits", "A")]),
        ([("a/Disc 1/1.mp3", Tags("Hits", "A")), ("a/disk_2/1.mp3", Tags("Hits", "A"))], [("Hits", "A")]),
        (
            [("a/Disco/1.mp3", Tags("Hits", "A")), ("a/Discover/1.mp3", Tags("Hits", "A"))],
            [("Hits", "A"), ("Hits", "A")],
        ),
        (
            [("a/x CD1/1.mp3", Tags("Hits, CD 1", "A")), ("a/x CD2/1.mp3", Tags("Hits [Disc 2: Live]", "A"))],
            [("Hits", "A")],
        ),
        # A name in another case is the same name; the commonest spelling stays.
        (
            [("d/1.mp3", Tags("HITS", "A")), ("d/2.mp3", Tags("Hits", "A")), ("d/3.mp3", Tags("Hits", "A"))],
            [("Hits", "A")],
        ),
        # One guest does not make a compilation; a flag does; an album artist goes before both.
        ([("d/1.mp3", Tags("H", "A")), ("d/2.mp3", Tags("H", "A")), ("d/3.mp3", Tags("H", "B"))], [("H", "A")]),
        ([("d/1.mp3", Tags("H", "A", compilation=True))], [("H", "Various Artists")]),
        ([("d/1.mp3", Tags("H", "A", "DJ", compilation=True))], [("H", "DJ")]),
        ([("d/1.mp3", Tags("CD 1", "A"))], [("CD 1", "A")]),
    ],
)
def test_tracks_are_grouped(said: list[tuple[str, Tags]], expected: list[tuple[str | None, str]]) -> None:
    assert [(album.title, album.artist) for album in albums_of(tracks(*said))] == expected


def test_one_odd_track_does_not_label_an_album() -> None:
    said = [(f"d/{n}.mp3", Tags("H", "A", genres=("Jazz",) if n else ("Polka",))) for n in range(4)]
    assert albums_of(tracks(*said))[0].genres == ("Jazz",)


TEXT = st.one_of(st.none(), st.text(max_size=12), st.sampled_from(["CD1", "A (Disc 2)", "\0", "  ", "ft. x", "1999"]))

DATES = st.lists(st.one_of(st.text(max_size=12), st.sampled_from(["1999", "c1997"])), max_size=2).map(tuple)


@given(
    said=st.lists(
        st.tuples(
            st.sampled_from(["a", "CD1", "x/Disc 2", "x/Disc 10 b", "x", "."]),
            st.builds(Tags, TEXT, TEXT, TEXT, DATES, DATES, st.booleans(), st.lists(st.text(max_size=5)).map(tuple)),
        ),
        max_size=8,
    )
)
def test_any_tags_are_grouped_and_no_track_is_lost(said: list[tuple[str, Tags]]) -> None:
    given_tracks = tracks(*((f"{folder}/{n}.mp3", tags) for n, (folder, tags) in enumerate(said)))
    found = albums_of(given_tracks)
    assert sorted(t.path for album in found for t in album.tracks) == sorted(t.path for t in given_tracks)
    for album in found:
        CoverFile("f", Path("f"), LabelSource.TAGS, (), album.artist, album.title, album.year)
        assert album.title is None or album.title.isprintable()


def test_a_library_with_nothing_in_it_offers_nothing(tmp_path: Path) -> None:
    assert list(open_source(tmp_path, GenreFrom.TAGS)) == []
    (tmp_path / "a.mp3").write_bytes(b"")
    [item] = open_source(tmp_path, GenreFrom.TAGS)
    assert isinstance(item, RejectedFile)
