"""What albums lack is looked up over real HTTP and filled in; what is there stays."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from db import albums, entries, texts
from db.database import Database
from db.incomplete import IncompleteAlbum
from db.labels import set_genres_by_hand
from db.records import AlbumRecord, CoverFile, HashedCover, InspectedFile, NewText, Pressing, TextLine
from db.registration import register
from db.release_groups import KEY
from db.settling import settle
from db.tables import Album, AlbumGenre
from indexer.artwork import Comparison
from indexer.images.cover_store import CoverStore
from indexer.progress import Silent
from indexer.sources.musicbrainz import GroupFinder, GroupQuery, QueryKind
from indexer.sources.musicbrainz.matching import match
from indexer.sources.musicbrainz.printed import asked_words, printed_on, sure_match
from indexer.sources.musicbrainz.records import Hit, Mbid, ReleaseGroup
from indexer.sources.names import same_name
from indexer.sources.web_services.filling import AlbumFiller, FillEnding, FillReport
from sleeve.errors import SourceError
from sleeve.vocabulary import AlbumId, ContentHash, Fingerprint, LabelSource, Outcome, Side
from tests.db.test_entries import row
from tests.indexer.sources.musicbrainz.runs import Time, catalogue_of, run, services_of
from tests.indexer.sources.musicbrainz.stand_in import ARCHIVE, MUSICBRAINZ, StandIn, group_id, picture, standing_in

BY = "Artist {} feat. Choir"


def fill(
    stand_in: StandIn,
    database: Database,
    home: Path,
    *,
    moment: Time | None = None,
    backs: bool = False,
    dry_run: bool = False,
) -> FillReport:
    services = services_of(stand_in, home, moment or Time())
    sides = tuple(Side) if backs else (Side.FRONT,)

    def show_one_artwork(image: bytes, cover: HashedCover) -> bool:
        return bool(Comparison().matches_of_image(image, [cover]))

    store = CoverStore(home / "covers")
    filler = AlbumFiller(database, store, GroupFinder(services, show_one_artwork), sides, dry_run=dry_run)
    return filler.fill(filler.incomplete_albums(1000), Silent())


def put_album(database: Database, number: int, **said: Any) -> AlbumId:
    """An album of the catalogue with one cover that names group ``number``, by default."""
    fields = {"artist": BY.format(number // 3), "title": f"Title {number}", "side": Side.FRONT, **said}
    path = Path(f"/covers/{number}.png")
    cover = CoverFile(file=path.name, path=path, label_source=LabelSource.FOLDER, **fields)
    with database.writing() as session:
        register(session, [InspectedFile(cover, ContentHash(f"{number:064d}"))], lambda _, _hash: True)
        return albums.of_files(session, [str(path)])[str(path)]


def album(database: Database, album_id: AlbumId) -> AlbumRecord:
    with database.reading() as session:
        return albums.album(session, album_id)


def test_only_what_is_missing_is_filled_in(database: Database, tmp_path: Path) -> None:
    bare = put_album(database, 0)
    labelled = put_album(database, 1, genres=("jazz",))
    by_hand = put_album(database, 4)
    dated = put_album(database, 2, year=1950, genres=("jazz",))
    back_only = put_album(database, 8, side=Side.BACK, year=1951)
    with database.writing() as session:
        set_genres_by_hand(session, by_hand, ["polka"])
    with standing_in(groups=10) as stand_in:
        report = fill(stand_in, database, tmp_path)
        assert dict(report.counts) == {FillEnding.FILLED: 4}
        asked = len(stand_in.log)
        # The answers are kept, and no album lacks what can be had.
        assert dict(fill(stand_in, database, tmp_path).counts) == {}
        assert len(stand_in.log) == asked
    assert (album(database, bare).year, album(database, bare).genres) == (1994, ("black metal", "metal"))
    assert (album(database, labelled).year, album(database, labelled).genres) == (1995, ("jazz",))
    assert (album(database, by_hand).year, album(database, by_hand).genres) == (1994, ("polka",))
    assert (album(database, dated).year, album(database, dated).genres) == (1950, ("jazz",))
    gained = album(database, back_only)
    assert (gained.year, gained.genres) == (1951, ("black metal", "metal"))
    [_, front] = gained.covers
    assert front.side is Side.FRONT
    assert front.path.read_bytes() == picture(8 + 2**32 & 2**32 - 1, False)
    assert front.file.startswith(stand_in.base(ARCHIVE))
    with database.reading() as session:
        rows = session.execute(select(AlbumGenre.album_id, AlbumGenre.source))
        sources = {row.album_id: row.source for row in rows}
    assert sources == {
        bare: "musicbrainz",
        labelled: "folder",
        by_hand: "hand",
        dated: "folder",
        back_only: "musicbrainz",
    }
    # What was filled in stays when the files are added again.
    assert put_album(database, 0) == bare
    assert album(database, bare).year == 1994


def test_an_album_of_a_list_gets_its_cover_and_the_year_of_the_album(database: Database, tmp_path: Path) -> None:
    rows = [
        row(BY.format(0), "Title 1", 101, pressing=Pressing(year=2020, release_id="101")),
        row(BY.format(0), "Title 2", 102, year=1950, genres=("jazz",)),
        row("Nobody", "Nothing", 103),
    ]
    with database.writing() as session:
        entries.register(session, rows)
    with database.reading() as session:
        first, second, third = map(AlbumId, session.scalars(select(Album.id).order_by(Album.id)))
    assert album(database, first).year == 2020
    with standing_in(groups=10) as stand_in:
        report = fill(stand_in, database, tmp_path)
        assert dict(report.counts) == {FillEnding.FILLED: 2, FillEnding.NOT_FOUND: 1}
    filled, dated, unknown = (album(database, one) for one in (first, second, third))
    assert (filled.year, filled.genres, len(filled.covers)) == (1995, ("black metal", "metal"), 1)
    assert (dated.year, dated.genres, len(dated.covers)) == (1950, ("jazz",), 1)
    assert unknown.covers == ()
    with database.writing() as session:
        assert {one.outcome for one in entries.register(session, rows)} == {Outcome.UNCHANGED}
        while settle(session):
            pass
    assert [album(database, one) for one in (first, second, third)] == [filled, dated, unknown]


def test_a_known_id_is_looked_up_whatever_the_names(database: Database, tmp_path: Path) -> None:
    by_id = put_album(database, 5, artist=None, title=None, extra={KEY: group_id(5)})
    wrong = put_album(database, 6, extra={KEY: group_id(66)})
    odd = put_album(database, 4, extra={KEY: "../../etc"})
    nameless = put_album(database, 3, artist=None)
    with standing_in(groups=10) as stand_in:
        report = fill(stand_in, database, tmp_path)
        assert [line.path.split("?")[0] for line in stand_in.log][1:3] == [
            f"/ws/2/release-group/{group_id(5)}",
            f"/ws/2/release-group/{group_id(66)}",
        ]
    assert dict(report.counts) == {FillEnding.FILLED: 2, FillEnding.NOT_FOUND: 1}
    assert [(item.album.id, item.why) for item in report.not_filled] == [
        (wrong, f"MusicBrainz does not know the id {group_id(66)}")
    ]
    assert [album(database, item).year for item in (by_id, wrong, odd, nameless)] == [1995, None, 1994, None]


def line(text: str, height: float = 0.1) -> TextLine:
    return TextLine(text, ((0.1, 0.1), (0.9, 0.1), (0.9, 0.1 + height), (0.1, 0.1 + height)), 0.9)


def put_printed(database: Database, number: int, folder: Path, lines: list[TextLine], **said: Any) -> AlbumId:
    """An album without names whose front is a picture that says these lines."""
    path = folder / f"{number}.png"
    path.write_bytes(picture(number, False))
    names = {"artist": None, "title": None, **said}
    cover = CoverFile(file=path.name, path=path, label_source=LabelSource.FOLDER, **names)
    with database.writing() as session:
        content_hash = ContentHash(sha256(path.read_bytes()).hexdigest())
        register(session, [InspectedFile(cover, content_hash)], lambda _, _hash: True)
        album_id = albums.of_files(session, [str(path)])[str(path)]
        [front] = albums.album(session, album_id).covers
        texts.store(session, Fingerprint("a" * 64), [NewText(front.id, content_hash, tuple(lines))])
    return album_id


def test_what_a_cover_says_finds_its_names(database: Database, tmp_path: Path) -> None:
    by_words = put_printed(database, 6, tmp_path, [line("ARTIST 2 feat. Choir", 0.2), line("TIT1E 6", 0.2)])
    by_picture = put_printed(database, 4, tmp_path, [line("Title 4 with Choir")])
    other_picture = put_printed(database, 12, tmp_path, [line("Title 5 with Choir")])
    silent = put_printed(database, 1, tmp_path, [])
    titled = put_printed(database, 2, tmp_path, [line("Artist 0 feat Choir")], title="Title 2")
    with standing_in(groups=10) as stand_in:
        dry = fill(stand_in, database, tmp_path, dry_run=True)
        assert {item.album.id for item in dry.filled} == {by_words, titled}
        assert {line.host for line in stand_in.log} == {MUSICBRAINZ}
        report = fill(stand_in, database, tmp_path)
    found = {item.album.id: (item.artist, item.title, item.year) for item in report.filled}
    assert found == {
        by_words: (BY.format(2), "Title 6", None),
        by_picture: (BY.format(1), "Title 4", 1994),
        titled: (BY.format(0), None, None),
    }
    assert [(item.album.id, item.why) for item in report.not_filled] == [
        (other_picture, "neither the words on its front nor the picture tell which album it is")
    ]
    assert (album(database, by_words).artist, album(database, by_words).title) == (BY.format(2), "Title 6")
    assert album(database, titled).title == "Title 2"
    assert album(database, silent).artist is None
    assert album(database, other_picture).artist is None


def test_backs_are_filled_in_when_asked_for(database: Database, tmp_path: Path) -> None:
    album_id = put_album(database, 0, year=1994, genres=("jazz",))
    pdf = put_album(database, 3, year=1994, genres=("jazz",))
    with standing_in(groups=10) as stand_in:
        assert dict(fill(stand_in, database, tmp_path).counts) == {}
        report = fill(stand_in, database, tmp_path, backs=True)
    assert dict(report.counts) == {FillEnding.FILLED: 1, FillEnding.REJECTED: 1}
    assert [(item.album.id, item.why) for item in report.not_filled] == [(pdf, "the back is a PDF")]
    covers = album(database, album_id).covers
    assert [cover.side for cover in covers] == [Side.FRONT, Side.BACK]
    assert covers[1].path.read_bytes() == picture(0, True)


def test_a_dry_run_reports_and_changes_nothing(database: Database, tmp_path: Path) -> None:
    album_id = put_album(database, 0, side=Side.BACK)
    before = album(database, album_id)
    with standing_in(groups=10) as stand_in:
        report = fill(stand_in, database, tmp_path, dry_run=True)
        assert {line.host for line in stand_in.log} == {MUSICBRAINZ}
        [result] = report.filled
        assert (result.genres, result.year, result.sides) == (("black metal", "metal"), 1994, (Side.FRONT,))
        assert result.known_as == group_id(0)
        assert album(database, album_id) == before
        assert not (tmp_path / "covers").exists()
        fill(stand_in, database, tmp_path)
        assert max(stand_in.answered().values()) == 1
    assert album(database, album_id).year == 1994


@pytest.mark.slow
def test_an_interrupted_run_goes_on_and_asks_nothing_twice(database: Database, tmp_path: Path) -> None:
    for number in range(20):
        put_album(database, number, side=Side.BACK)
    with standing_in(groups=20, interval_s=0.03) as stand_in:
        stop_at = 4

        def disturb(_wait: int) -> None:
            nonlocal stop_at
            if len(stand_in.log) >= stop_at:
                stop_at = len(stand_in.log) + 4
                raise KeyboardInterrupt

        interrupted = 0
        while True:
            try:
                fill(stand_in, database, tmp_path, moment=Time(disturb=disturb))
                break
            except KeyboardInterrupt:
                interrupted += 1
        assert interrupted
        assert max(stand_in.answered().values()) == 1
        assert not [line for line in stand_in.log if line.status == 503]
    with database.reading() as session:
        every = sorted(albums.with_cover(session))
    found = [album(database, album_id) for album_id in every]
    assert all(item.genres == ("black metal", "metal") for item in found)
    # Groups 7 and 17 have no front, those of 9 and 19 are web pages.
    assert [len(item.covers) for item in found] == [1 if number % 10 in {7, 9} else 2 for number in range(20)]


def test_a_dead_service_ends_the_run(database: Database, tmp_path: Path) -> None:
    for number in range(4):
        put_album(database, number)
    with standing_in(groups=10) as stand_in:
        stand_in.faults["/ws/2/release-group"].extend(["500"] * 99)
        with pytest.raises(SourceError, match="did not answer 5 requests"):
            fill(stand_in, database, tmp_path)


def test_names_with_quotes_are_asked_for_as_they_are(database: Database, tmp_path: Path) -> None:
    title = 'He said "no" AND \\ (left)'
    album_id = put_album(database, 1, artist="A:B*", title=title)
    namesake: dict[str, Any] = {
        "id": group_id(900),
        "title": title,
        "first-release-date": "2001",
        "artist-credit": [{"name": "A:B*"}],
    }
    with standing_in(groups=3) as stand_in:
        stand_in.others.append(namesake)
        assert dict(fill(stand_in, database, tmp_path).counts) == {FillEnding.FILLED: 1}
    assert album(database, album_id).year == 2001


def test_names_too_long_to_ask_with_are_not_asked_for(database: Database, tmp_path: Path) -> None:
    put_album(database, 1, artist="夜" * 200, title="x" * 400)
    with standing_in(groups=3) as stand_in:
        assert dict(fill(stand_in, database, tmp_path).counts) == {FillEnding.NOT_FOUND: 1}


def hit(number: int, artist: str, title: str, *, year: int | None = None, score: int = 100, album: bool = True) -> Hit:
    return Hit(ReleaseGroup(Mbid(group_id(number)), title, artist, year, ()), score, album)


def test_a_hit_is_taken_only_beyond_doubt() -> None:
    wanted = IncompleteAlbum(AlbumId(1), "Weezer", "Weezer", None, None, lacks_genre=True, missing_sides=())
    dated = IncompleteAlbum(AlbumId(1), "Weezer", "Weezer", 2001, None, lacks_genre=True, missing_sides=())
    blue, green = hit(1, "Weezer", "Weezer", year=1994), hit(2, "Weezer", "Weezer", year=2001)
    single = hit(3, "Weezer", "Weezer", year=1994, album=False)
    assert match(wanted, [single, blue, hit(4, "Weezer", "Weezer (live)")]) == blue.group
    assert match(wanted, [blue, green]) == "MusicBrainz has 2 albums of these names"
    assert match(dated, [blue, green]) == green.group
    for other in (hit(1, "Weezers", "Weezer"), hit(1, "Weezer", "Weezer", score=89), hit(1, "Weezer", "Pinkerton")):
        assert match(wanted, [other]) == "MusicBrainz finds no album of these names"


def told(lines: list[TextLine], hits: list[Hit], **known: Any) -> ReleaseGroup | None:
    """What the words on a cover tell."""
    fields = {"title": None, "artist": None, "year": None, **known}
    wanted = IncompleteAlbum(
        AlbumId(1), group_id=None, lacks_genre=True, missing_sides=(), lines=tuple(lines), **fields
    )
    return sure_match(printed_on(wanted, hits))


def test_words_tell_an_album_only_beyond_doubt() -> None:
    train = hit(1, "John Coltrane", "Blue Train")
    cover = [line("J0HN COLTRANE", 0.2), line("BLUE", 0.3), line("TRAIN", 0.3), line("Blue Note 1577", 0.02)]
    assert told(cover, [hit(2, "John Coltrane", "Giant Steps"), train, hit(3, "Blue Note", "Train")]) == train.group
    assert told(cover, [train, hit(4, "John Coltrane", "Blue Train", album=False)]) is None, "two of these names"
    assert told([line("BLUETRAIN"), line("JOHNCOLTRANE")], [train]) == train.group
    # A title that is a part of the artist's name, a name of which more than a letter in six is another, small print.
    assert told([line("METALLICA")], [hit(5, "Metallica", "Metallica")]) is None
    assert told([line("JOAN COLTRAIN"), line("BLUE TRAIN")], [train]) is None
    assert (
        told([line("EXODUS", 0.5), line("BONDED BY BLOOD", 0.3), *(line(each.text, 0.01) for each in cover)], [train])
        is None
    )
    assert told([line("OLIVER"), line("YESTERDAY")], [hit(6, "Yes", "Live")]) is None
    assert told([line("BLUE TRAIN")], [train], artist="John  COLTRANE") == train.group
    assert told(cover, [train], artist="Alice Coltrane") is None
    older, newer = hit(7, "A Band", "Night", year=1970), hit(8, "A Band", "The Night", year=1980)
    assert told([line("A BAND"), line("THE NIGHT")], [older, newer]) == newer.group
    assert asked_words([line("(c) 1957 Blue Note", 0.01), line("BLUE", 0.2), line("TRAIN OR", 0.1)]) == (
        ("blue", "train", "or", "1957", "note")
    )


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Mötley Crüe", "Motley Crue", True),
        ("Don\u2019t Stop", "don't  stop", True),
        ("Simon & Garfunkel", "Simon and Garfunkel", True),
        ("!!!", "!!!", True),
        ("!!!", "???", False),
        ("Мой", "Мои", False),
        ("が", "か", False),
        ("\uff2b\uff29\uff33\uff33", "Kiss", True),
        ("Live", "Live II", False),
    ],
)
def test_names_are_the_same_but_for_case_and_punctuation(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) is same


def test_a_collection_of_releases_is_its_release_groups(database: Database, tmp_path: Path) -> None:
    with standing_in(groups=55, interval_s=0) as stand_in:
        stand_in.groups = [number * 10 + 7 for number in range(54)] + [8]
        report = run(stand_in, database, tmp_path, wanted=GroupQuery(QueryKind.COLLECTION, group_id(6)))
        asked = [line.path for line in stand_in.log if line.path.startswith("/ws/2/release?collection")]
        assert [path.split("offset=")[1].split("&")[0] for path in asked] == ["0", "100"]
        assert "inc=release-groups&" in asked[0]
        looked_up = [line.path for line in stand_in.log if line.path.startswith("/ws/2/release-group/")]
        assert len(looked_up) == len(set(looked_up)) == 55
        with pytest.raises(SourceError, match="holds neither release groups nor releases"):
            run(stand_in, database, tmp_path, wanted=GroupQuery(QueryKind.COLLECTION, group_id(7)))
    assert sum(report.counts.values()) == 55
    [row] = catalogue_of(database, tmp_path)
    assert (row[0], row[3]) == ("Title 8", ("black metal", "metal"))
