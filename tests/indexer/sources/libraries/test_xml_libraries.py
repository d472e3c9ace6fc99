"""Libraries in XML, of Apple's Music and of rekordbox, become albums, whatever a stranger puts into them."""

import plistlib
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from db.records import CoverFile, Found, ListRow, OtherFiles
from indexer.sources import open_source
from indexer.sources.libraries import elements, kind_of_library
from indexer.sources.libraries.tracks import path_of
from sleeve.errors import SourceError
from sleeve.vocabulary import Side
from tests.factories import write_cover
from tests.indexer.images.audio.recordings import write_track
from tests.indexer.sources.musicbrainz.stand_in import picture

PLIST = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist PUBLIC "-//Apple Computer//DTD PLIST 1.0//EN" "{}">\n'


def found_in(path: Path) -> list[Found]:
    return list(open_source(path))


def url(path: Path) -> str:
    return f"file://{quote(str(path))}"


def apple(folder: Path, *tracks: dict[str, Any]) -> Path:
    """A library as Music exports it; each track gets its number."""
    path = folder / "Library.xml"
    numbered = {str(1000 + n): {"Track ID": 1000 + n, "Track Type": "File", **said} for n, said in enumerate(tracks)}
    lists = [{"Name": "Library", "Master": True, "Playlist Items": [{"Track ID": 1000}]}]
    document = {"Major Version": 1, "Features": 5, "Tracks": numbered, "Playlists": lists, "Music Folder": "file:///m/"}
    path.write_bytes(plistlib.dumps(document))
    return path


def rekordbox(folder: Path, *tracks: dict[str, str]) -> Path:
    path = folder / "anything.txt"
    lines = [f"<TRACK {' '.join(f'{name}={_quoted(text)}' for name, text in said.items())}/>" for said in tracks]
    playlist = '<NODE Type="0" Name="ROOT"><NODE Name="x" Type="1"><TRACK Key="1"/></NODE></NODE>'
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<DJ_PLAYLISTS Version="1.0.0"><PRODUCT Name="rekordbox" Version="6.0"/>\n'
        f'<COLLECTION Entries="{len(lines)}">{"".join(lines)}</COLLECTION>\n'
        f"<PLAYLISTS>{playlist}</PLAYLISTS></DJ_PLAYLISTS>",
        encoding="utf-8",
    )
    return path


def _quoted(text: str) -> str:
    return '"' + text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;") + '"'


def test_a_library_of_apple(tmp_path: Path) -> None:
    blue, red = tmp_path / "my music" / "Blue", tmp_path / "my music" / "Röd"
    write_track(blue / "1.flac", album="Other tags")
    write_cover(blue / "cover.png", 1)
    write_track(red / "1.flac", album="Other tags", pictures=[(3, picture(2, False))])
    both = {"Album": "Blue & Green", "Album Artist": "Can", "Year": 1972, "Genre": "Rock", "Kind": "FLAC audio file"}
    path = apple(
        tmp_path,
        {"Name": "a", "Artist": "Can feat. X", "Location": url(blue / "1.flac"), "Disc Number": 1, **both},
        {"Name": "b", "Artist": "Can", "Location": url(blue / "2.flac"), "Disc Number": 2, **both},
        {"Name": "c", "Artist": "Neu!", "Album": "Röd", "Year": 1973, "Location": url(red / "1.flac")},
        {"Name": "d", "Artist": "One", "Album": "Mix", "Compilation": True, "Location": "file:///gone/mix/1.mp3"},
        {"Name": "e", "Artist": "Two", "Album": "Mix", "Compilation": True, "Location": "file:///gone/mix/2.mp3"},
        {"Name": "f", "Artist": "Three", "Album": "Cloud", "Track Type": "Remote", "Genre": "Punk"},
        {"Name": "g", "Artist": "Four"},
        {"Name": "i", "Artist": "Six", "Album": "Live", "Location": "file:///gone/all/1.mp3"},
        {"Name": "j", "Artist": "Seven (feat. Six)", "Album": "Live", "Location": "file:///gone/all/2.mp3"},
        {"Name": "h", "Artist": "Five", "Album": "A film", "Movie": True},
    )
    left, *albums = found_in(path)
    assert left == OtherFiles(str(path), "tracks without an album", 2)
    live = [item for item in albums if isinstance(item, ListRow) and item.title == "Live"]
    assert sorted(item.artist for item in live) == ["Seven", "Six"]
    found = {item.title: item for item in albums if isinstance(item, CoverFile | ListRow) and item not in live}
    said = {title: (item.artist, item.year, item.genres) for title, item in found.items()}
    assert said == {
        "Blue & Green": ("Can", 1972, ("rock",)),
        "Röd": ("Neu!", 1973, ()),
        "Mix": ("Various Artists", None, ()),
        "Cloud": ("Three", None, ("punk",)),
    }
    covers = {title: (item.path, item.side) for title, item in found.items() if isinstance(item, CoverFile)}
    assert covers == {
        "Blue & Green": (blue / "cover.png", Side.FRONT),
        "Röd": (red / "1.flac" / "front", Side.FRONT),
    }


def test_a_collection_of_rekordbox(tmp_path: Path) -> None:
    write_track(tmp_path / "a b" / "1.flac", pictures=[(3, picture(1, False))])
    here = f"file://localhost{quote(str(tmp_path / 'a b' / '1.flac'))}"
    path = rekordbox(
        tmp_path,
        {"TrackID": "1", "Name": "x", "Artist": "Ä & B", "Album": "One", "Genre": "Techno / House", "Year": "1999"}
        | {"Label": "Tresor", "Location": here},
        {"TrackID": "2", "Name": "y", "Artist": "C", "Album": "Two", "Year": "0", "Label": "Warp"}
        | {"Location": "file://localhost/C:/Music/y.mp3"},
        {"TrackID": "3", "Name": "z", "Artist": "D", "Album": ""},
    )
    left, two, one = found_in(path)
    assert left == OtherFiles(str(path), "tracks without an album", 1)
    assert isinstance(one, CoverFile)
    assert (one.artist, one.title, one.year, one.genres) == ("Ä & B", "One", 1999, ("techno", "house"))
    assert (one.path, one.extra) == (tmp_path / "a b" / "1.flac" / "front", {"label": "Tresor"})
    assert isinstance(two, ListRow)
    assert (two.artist, two.title, two.year, two.pressing.label) == ("C", "Two", None, "Warp")


def test_a_library_that_is_sorted_otherwise_has_the_same_rows(tmp_path: Path) -> None:
    tracks = [{"Name": str(n), "Artist": "A", "Album": f"Album {n}"} for n in range(5)]
    before = {item.path for item in found_in(apple(tmp_path, *tracks)) if isinstance(item, ListRow)}
    after = {item.path for item in found_in(apple(tmp_path, *reversed(tracks))) if isinstance(item, ListRow)}
    assert before == after
    assert len(before) == 5


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("file:///a%20b/%C3%BC.mp3", "/a b/ü.mp3"),
        ("file://localhost/a/b.mp3", "/a/b.mp3"),
        ("file://nas/share/b.mp3", None),
        ("http://host/b.mp3", None),
        ("file:b.mp3", None),
        ("file:///a%00b", None),
        ("file:///%FF", None),
        ("file://[/a", None),
        (None, None),
    ],
)
def test_only_files_of_this_machine_are_looked_at(location: str | None, path: str | None) -> None:
    assert path_of(location) == (None if path is None else Path(path))


def test_what_is_not_a_track_of_music_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    path = apple(tmp_path, {"Artist": "A", "Album": "B", "Location": url(tmp_path / "secret")})
    [row] = found_in(path)
    assert isinstance(row, ListRow)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (PLIST.replace('"{}"', '"x" [<!ENTITY a "aaa">]') + "<plist><dict/></plist>", "declares entities of its own"),
        (PLIST.format("x") + "<plist><dict><key>Tracks</key><dict>", "is not well-formed XML: no element found"),
        (PLIST.format("x") + "<plist>" + "<dict>" * 99, "its elements are more than 32 deep"),
        (PLIST.format("x") + f"<plist><!-- {'x' * 2**21} --></plist>", "a tag in it, is too long"),
        (f'<DJ_PLAYLISTS><COLLECTION><TRACK Artist="{"x" * 2**21}"/></COLLECTION></DJ_PLAYLISTS>', "is too long"),
        ("<DJ_PLAYLISTS>&b;</DJ_PLAYLISTS>", "is not well-formed XML: undefined entity"),
    ],
)
def test_bad_xml_is_refused_in_one_line(tmp_path: Path, text: str, line: str) -> None:
    path = tmp_path / "Library.xml"
    path.write_text(text)
    with pytest.raises(SourceError, match=line) as refused:
        found_in(path)
    assert "\n" not in str(refused.value)


def test_long_texts_are_cut(tmp_path: Path) -> None:
    path = apple(tmp_path, {"Artist": "A" * 10**6, "Album": "B" * 10**6})
    [row] = found_in(path)
    assert isinstance(row, ListRow)
    assert (len(row.artist), len(row.title)) == (500, 500)
    ends = [item.text for item in elements.elements(path) if isinstance(item, elements.End)]
    assert max(map(len, ends)) == 2000


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"SQLite format 3\0rest", "beets"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!DOCTYPE plist>\n<plist>", "apple"),
        ('<?xml version="1.0" encoding="UTF-16"?><DJ_PLAYLISTS>'.encode("utf-16"), "rekordbox"),
        (b"<html><body>", None),
        (b"artist,album\n<plist", None),
        (b"", None),
    ],
)
def test_a_library_is_known_by_what_is_in_it(tmp_path: Path, head: bytes, kind: str | None) -> None:
    path = tmp_path / "file"
    path.write_bytes(head)
    assert kind_of_library(path) == kind
