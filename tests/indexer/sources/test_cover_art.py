"""Which picture is an album's cover, as people and programs name, place and break them."""

from pathlib import Path
from typing import Any

import pytest
from mutagen.id3 import APIC, ID3, TALB, TCON, TIT2, TPE1, TPOS

from db import albums
from db.database import Database
from db.records import CoverFile, Guess, RejectedFile
from indexer.images.audio.tags import Tags
from indexer.images.decoding import read
from indexer.sources import GenreFrom, open_source
from indexer.sources.adding import add_source
from indexer.sources.track_albums import Track, albums_of
from sleeve.errors import SourceError
from sleeve.vocabulary import Outcome, Rejection, Side
from tests.factories import write_cover
from tests.indexer.images.audio.recordings import silence, write_track
from tests.indexer.images.zips import cover_bytes


def art(root: Path, *names: str, title: str = "Back in Black", artist: str = "AC/DC") -> dict[Side, list[str]]:
    """What is tried for the covers of one album, the best first, with these files next to its track."""
    write_track(root / "A/1.mp3", album=title, artist=artist)
    for name in names:
        (root / "A" / name).parent.mkdir(exist_ok=True)
        (root / "A" / name).write_bytes(b"")
    return {
        item.side: [str(path.relative_to(root / "A")) for path in (item.path, *(other.path for other in item.instead))]
        for item in open_source(root, GenreFrom.TAGS)
        if isinstance(item, CoverFile)
    }


@pytest.mark.parametrize(
    "name",
    [
        *("Folder.JPG", "cover.png", "FRONT.jpeg", "album.gif", "AlbumArt.jpg", "artwork.webp"),
        *("cover_front.jpg", "Front Cover.jpg", "AC-DC - Back in Black (front).jpg", "00-acdc-bib-1980-cover.jpg"),
        *(
            "AlbumArt_{5FA05D35-A682-4AF6-96F7-0773E42D4D16}_Large.jpg",
            "cover1.jpg",
            "coverart.jpg",
            "booklet front.jpg",
        ),
        *("booklet front.jpg", "Back in Black.jpg", "AC-DC - Back in Black.jpg", "IMG_2041.jpg", "download.jpg"),
        *("Scans/front.jpg", "Artwork/Cover.jpg", "covers/folder.png", "Scans/scan0001.jpg", "Art/AC-DC.jpg"),
        *("Booklet/front.jpg", "[Scans]/front.jpg", "Scans (600 dpi)/Front.jpg", "Artwork PNG/front.png"),
    ],
)
def test_usual_names_are_covers(tmp_path: Path, name: str) -> None:
    others = ("back.jpg", "CD.jpg", "Inlay 1.png", "booklet 02.jpg", "Scans/matrix.jpg")
    assert art(tmp_path, name, *others, artist="AC-DC")[Side.FRONT] == [name]


def test_the_best_name_comes_first(tmp_path: Path) -> None:
    names = ["x front.jpg", "Scans/front.jpg", "folder.jpg", "my cover.png", "cover.jpg", "cover.gif", "rear.jpg"]
    found = art(tmp_path, *names, "Scans/back.jpg", "Other/front.jpg", "inside front.jpg")
    assert found == {
        Side.FRONT: ["cover.gif", "cover.jpg", "folder.jpg", "x front.jpg", "my cover.png", "Scans/front.jpg"],
        Side.BACK: ["rear.jpg", "Scans/back.jpg"],
    }


def test_two_pictures_without_a_name_are_none(tmp_path: Path) -> None:
    assert art(tmp_path, "1.jpg", "2.jpg") == {}
    assert art(tmp_path, "discover.jpg", "2.jpg") == {}, "a word, not its letters"


def test_the_next_picture_is_taken_and_the_bad_one_named(database: Database, tmp_path: Path) -> None:
    root = tmp_path / "music"
    whole = cover_bytes(1, tmp_path)
    write_track(root / "A/1.mp3", album="A", artist="X", pictures=[(3, whole[: len(whole) // 2])])
    write_track(root / "A/2.mp3", album="A", artist="X", pictures=[(3, b"<html>"), (3, whole), (0, whole)])
    (root / "A/cover.jpg").write_text("<!DOCTYPE html><html>404")
    (root / "A/folder.jpg").write_bytes(b"")
    write_track(root / "B/1.mp3", album="B", artist="X")
    write_cover(root / "B/cover.png", 2, size_px=1)
    write_cover(root / "B/front.jpg", 3)
    write_track(root / "C/1.mp3", album="C", artist="X")
    (root / "C/cover.jpg").write_text("<html>")
    report = add_source(database, open_source(root, GenreFrom.TAGS), threads=2)
    assert report.counts == {Outcome.ADDED: 2, Outcome.REJECTED: 5}
    assert {item.path.removeprefix(f"{root}/"): item.reason for item in report.rejected} == {
        "A/cover.jpg": Rejection.NOT_AN_IMAGE,
        "A/folder.jpg": Rejection.EMPTY,
        "A/1.mp3/front": Rejection.TRUNCATED,
        "B/cover.png": Rejection.TOO_FEW_PIXELS,
        "C/cover.jpg": Rejection.NOT_AN_IMAGE,
    }
    with database.reading() as session:
        taken = {
            found.title: found.covers[0].path
            for found in albums.of_ids(session, [*albums.with_cover(session)]).values()
        }
    assert taken == {"A": root / "A/2.mp3/front", "B": root / "B/front.jpg"}
    # Of the nine files, two tracks are none of these; a picture that is in a track counts as the track.
    assert report.of_kind() == {"music files read for their tags": 2}
    again = add_source(database, open_source(root, GenreFrom.TAGS), threads=2)
    assert again.counts == {Outcome.UNCHANGED: 2, Outcome.REJECTED: 5}


def test_a_link_in_place_of_a_picture_is_none(tmp_path: Path) -> None:
    path = write_track(tmp_path / "a.mp3", album="A")
    tags = ID3(path)
    tags.add(APIC(encoding=0, mime="-->", type=3, desc="", data=b"http://example.org/a.jpg"))
    tags.add(APIC(encoding=0, mime="image/jpeg", type=6, desc="", data=b"label"))
    tags.save(path)
    assert read(path / "front") == b"label"


def titles(root: Path) -> dict[str | None, list[str]]:
    """The albums of a library with what is tried for their fronts."""
    return {
        item.title: [str(path.relative_to(root)) for path in (item.path, *(other.path for other in item.instead))]
        for item in open_source(root, GenreFrom.TAGS)
        if isinstance(item, CoverFile)
    }


def test_a_stray_track_never_takes_an_albums_art(tmp_path: Path) -> None:
    for number in range(9):
        write_track(tmp_path / f"A/{number}.mp3", album="A", artist="X")
    write_track(tmp_path / "A/stray.mp3", album="B", artist="Y")
    write_cover(tmp_path / "A/cover.png", 1)
    assert titles(tmp_path) == {"A": ["A/cover.png"]}
    [rejected] = [item for item in open_source(tmp_path, GenreFrom.TAGS) if isinstance(item, RejectedFile)]
    assert (rejected.path, rejected.reason) == (str(tmp_path / "A/stray.mp3"), Rejection.NO_ART)
    for number in range(9):
        write_track(tmp_path / f"A/b{number}.mp3", album="B", artist="Y")
    assert titles(tmp_path) == {}, "a folder of two albums says nothing about either"


def single(path: Path, title: str, picture: bytes | None, album: str | None = None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(silence("mp3"))
    tags = ID3()
    tags.add(TIT2(encoding=3, text=[title]))
    tags.add(TPE1(encoding=3, text=["X"]))
    if album:
        tags.add(TALB(encoding=3, text=[album]))
    if picture:
        tags.add(APIC(encoding=3, mime="image/png", type=3, desc="", data=picture))
    tags.save(path)


def test_singles_without_an_album_are_not_one(tmp_path: Path) -> None:
    one, two = (cover_bytes(number, tmp_path) for number in (1, 2))
    root = tmp_path / "m"
    single(root / "singles/1.mp3", "One", one)
    single(root / "singles/2.mp3", "Two", two)
    single(root / "rip/1.mp3", "First", one)
    single(root / "rip/2.mp3", "Second", one)
    single(root / "album/1.mp3", "Third", one, "Album")
    single(root / "album/2.mp3", "Fourth", one)
    single(root / "album/3.mp3", "Fifth", None)
    single(root / "album/4.mp3", "Stray", two)
    found = [item for item in open_source(root, GenreFrom.TAGS) if isinstance(item, CoverFile)]
    assert [(item.title, str(item.path.relative_to(root))) for item in found] == [
        ("Album", "album/1.mp3/front"),
        ("Stray", "album/4.mp3/front"),
        (None, "rip/1.mp3/front"),
        ("One", "singles/1.mp3/front"),
        ("Two", "singles/2.mp3/front"),
    ]
    assert len({item.group for item in found}) == len(found)


def of(*said: tuple[str, str | None, str | None]) -> list[tuple[str, int]]:
    """The folders and numbers of tracks of the albums that these tracks make: path, title, disc."""
    tracks = [Track(Path(path), Tags(title, "X", "X", disc=disc)) for path, title, disc in said]
    return [(str(album.folder), len(album.tracks)) for album in albums_of(tracks)]


def test_discs_are_told_by_tags_and_then_by_folders() -> None:
    assert of(("x/Main/1", "A", "1/2"), ("x/More/1", "A", "2/2")) == [("x/Main", 2)]
    assert of(("x/1", "A", "1"), ("x/More/1", "A", "2")) == [("x", 2)]
    assert of(("x/CD/1", "A", "1"), ("x/LP/1", "A", "1")) == [("x/CD", 1), ("x/LP", 1)], "two editions"
    assert of(("x/a/1", "A", "1"), ("x/b/1", "B", "2")) == [("x/a", 1), ("x/b", 1)], "two titles"
    assert of(("x/a/1", "A", "1"), ("y/b/1", "A", "2")) == [("x/a", 1), ("y/b", 1)], "far apart"
    for names in (("CD1", "CD 2"), ("Disque 1", "Disque 2"), ("Диск 1", "диск_2"), ("ディスク1", "ディスク2")):
        assert of(*((f"x/{name}/1", "A", None) for name in names)) == [("x", 2)], names
    assert of(("x/Disc One/1", "A", None), ("x/Disc Two - Live/1", "A", None)) == [("x", 2)]
    assert of(("x/1", "A", None), ("x/Bonus Tracks/2", "A", None), ("x/MP3 320/1", "A", None)) == [("x", 3)]
    assert of(("x/FLAC 24-96/1", "A", None), ("x/Bonus Beats/1", "A", None)) == [("x/Bonus Beats", 1), ("x", 1)]
    assert of(("x/1", "Disco 3", None), ("x/2", "Disco 4", None)) == [("x", 1), ("x", 1)], "titles of albums"


def test_art_next_to_the_folders_of_discs_is_the_albums(tmp_path: Path) -> None:
    """Not if the discs are called by its title, or other albums are there too: that is the folder of an artist."""
    for name, disc in (("Studio", "1/2"), ("Live", "2/2")):
        for folder in (f"a/Box/{name}", f"b/Title {name}", f"c/{name}"):
            track = ID3(write_track(tmp_path / folder / "1.mp3", album="Title", artist="X"))
            track.add(TPOS(encoding=3, text=[disc]))
            track.save()
    write_track(tmp_path / "c/Other/1.mp3", album="Other", artist="X")
    for folder in ("a/Box", "b", "c"):
        write_cover(tmp_path / folder / "folder.png", 1)
    assert titles(tmp_path) == {"Title": ["a/Box/folder.png"]}


def test_several_album_artists_are_all_named(tmp_path: Path) -> None:
    said: dict[str, Any] = {"album": "A", "artist": "Miles Davis", "pictures": [(3, b"x")]}
    for kind in ("mp3", "flac", "m4a"):
        path = write_track(tmp_path / kind / f"1.{kind}", **said)
        retag(path, ["Miles Davis", "John Coltrane"])
        [cover] = [item for item in open_source(path, GenreFrom.TAGS) if isinstance(item, CoverFile)]
        assert cover.artist == "Miles Davis, John Coltrane"


def retag(path: Path, artists: list[str]) -> None:
    from mutagen import File
    from mutagen.id3 import TPE2

    music = File(path)
    if path.suffix == ".mp3":
        music.tags.add(TPE2(encoding=3, text=artists))
    else:
        music["aART" if path.suffix == ".m4a" else "albumartist"] = artists
    music.save()


def in_latin1(path: Path, names: tuple[str, str, str], encoding: str) -> Path:
    """A track whose frames say Latin-1, and hold artist, album and genre in another encoding."""
    path.write_bytes(silence("mp3"))
    artist, album, genre = (name.encode(encoding).decode("latin-1") for name in names)
    tags = ID3()
    for frame, text in ((TPE1, artist), (TALB, album), (TCON, genre)):
        tags.add(frame(encoding=0, text=[text]))
    tags.add(APIC(encoding=0, mime="image/png", type=3, desc="", data=b"x"))
    tags.save(path, v2_version=3)
    return path


@pytest.mark.parametrize(
    ("names", "encoding"),
    [
        (("Кино", "Группа крови", "рок"), "cp1251"),
        (("ДДТ", "Метель", "рок"), "cp1251"),
        (("崔健", "新长征路上的摇滚", "摇滚"), "gb18030"),
        (("王菲", "浮躁", "摇滚"), "gb18030"),
        (("孙燕姿", "The Moment", "流行"), "gb18030"),
        (("山下達郎", "フォー・ユー", "ポップ"), "cp932"),
        (("中島みゆき", "寒水魚", "ロック"), "cp932"),
        (("Perfume", "GAME", "テクノ"), "cp932"),
        (("張國榮", "寵愛", "粵語"), "big5"),
        (("이문세", "이문세 5집", "발라드"), "cp949"),
        (("Μάνος Χατζιδάκις", "Το χαμόγελο", "έντεχνο"), "cp1253"),
        (("Jiří Suchý", "Písničky", "pop"), "cp1250"),
        (("Myslovitz", "Miłość w czasach popkultury", "rock"), "iso8859_2"),
        (("Sezen Aksu", "Işık Doğudan Yükselir", "pop"), "cp1254"),
        (("Brainstorm", "Starp divām saulēm", "pop"), "cp1257"),
        (("אריק איינשטיין", "ארץ ישראל הישנה והטובה", "pop"), "cp1255"),
        (("Die Ärzte", "Geräusch", "Rock"), "latin-1"),
        (("João Gilberto", "Coleção", "Canções"), "latin-1"),
        (("Guns N’ Roses", "Café", "Rock"), "cp1252"),
    ],
)
def test_code_pages_in_latin1_frames_are_read(tmp_path: Path, names: tuple[str, str, str], encoding: str) -> None:
    path = in_latin1(tmp_path / "a.mp3", names, encoding)
    found = list(open_source(path, GenreFrom.TAGS))
    [cover] = [item for item in found if isinstance(item, CoverFile)]
    assert (cover.artist, cover.title) == names[:2]
    spelled = {"рок": "rock", "摇滚": "rock", "ロック": "rock", "Rock": "rock", "ポップ": "pop", "流行": "pop"}
    assert cover.genres == (spelled.get(names[2], names[2]),)
    guesses = [item.text for item in found if isinstance(item, Guess)]
    western = encoding in {"latin-1", "cp1252"}
    assert guesses == (
        [] if western else [f"the tags in {tmp_path} seem to be in {encoding.upper()}; --encoding says otherwise"]
    )


def test_what_letters_do_not_decide_is_said_and_can_be_told(tmp_path: Path) -> None:
    path = in_latin1(tmp_path / "a.mp3", ("Breakout", "Na drugim brzegu tęczy", "rock"), "cp1250")
    doubtful, said = list(open_source(path, GenreFrom.TAGS)), list(open_source(path, GenreFrom.TAGS, encoding="CP1250"))
    titles = [[item.title for item in items if isinstance(item, CoverFile)] for items in (doubtful, said)]
    assert titles == [["Na drugim brzegu têczy"], ["Na drugim brzegu tęczy"]]
    guesses = [[item.text for item in items if isinstance(item, Guess)] for items in (doubtful, said)]
    assert guesses == [
        [f"the tags in {tmp_path} seem to be in CP1252, or perhaps CP1250; --encoding says otherwise"],
        [],
    ]
    with pytest.raises(SourceError, match="there is no encoding klingon"):
        open_source(path, GenreFrom.TAGS, encoding="klingon")
