"""Dates as people and programs write them: the text stays, whatever mutagen would make of it."""

from pathlib import Path
from typing import Any

import pytest
from mutagen.apev2 import APEv2
from mutagen.asf import ASF
from mutagen.flac import FLAC
from mutagen.id3 import ID3, TDOR, TDRC, TORY, TXXX, TYER
from mutagen.mp4 import MP4

from indexer.images.audio.tags import read_tags
from indexer.sources.track_albums import Track, albums_of
from tests.indexer.images.audio.recordings import FORMATS, READ_FORMATS, silence, write_track
from tests.indexer.images.audio.test_tags import frame, id3


def year(*paths: Path) -> int | None:
    [album] = albums_of(Track(path, read_tags(path)) for path in paths)
    return album.year


# mutagen writes no such text in a date of ID3.
WRITTEN_AS_TEXT = [kind for kind in (*FORMATS, *READ_FORMATS) if kind not in {"mp3", "wav", "aiff", "aac"}]
WRITTEN_AS_TEXT = [kind for kind in WRITTEN_AS_TEXT if kind not in {"tta", "dsf", "dff"}]


@pytest.mark.parametrize("kind", WRITTEN_AS_TEXT)
def test_the_text_of_a_date_is_as_written(tmp_path: Path, kind: str) -> None:
    assert read_tags(write_track(tmp_path / f"a.{kind}", date="31/12/1997")).dates == ("31/12/1997",)


@pytest.mark.parametrize("text", ["c1997", "[1997]", "℗ 1997", "Dec 1997", "31/12/1997", "1997-12-31"])
@pytest.mark.parametrize(("name", "version"), [(b"TDRC", 4), (b"TYER", 3), (b"TYER", 4), (b"TYE", 2)])
def test_the_text_of_a_date_in_id3_is_as_written(tmp_path: Path, text: str, name: bytes, version: int) -> None:
    path = tmp_path / "a.mp3"
    body = b"\x01" + text.encode("utf-16")
    part = name + len(body).to_bytes(3, "big") + body if version == 2 else frame(name, body)
    path.write_bytes(id3(part, version=version) + silence("mp3"))
    assert text in read_tags(path).dates
    assert year(path) == 1997


def originals(path: Path, **names: str) -> Path:
    """A track of 2011 with further tags, as Picard, Mp3tag and foobar2000 name them."""
    write_track(path, album="Animals", date="2011-09-26")
    kinds: Any = {".flac": FLAC, ".m4a": MP4, ".wma": ASF, ".ape": APEv2}
    music = kinds[path.suffix](path)
    for name, value in names.items():
        key = f"----:com.apple.iTunes:{name}" if path.suffix == ".m4a" else name.replace("__", "/")
        music[key] = [value.encode()] if path.suffix == ".m4a" else value
    music.save()
    return path


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("flac", "ORIGINALDATE"),
        ("flac", "originalyear"),
        ("m4a", "ORIGINALDATE"),
        ("m4a", "originalyear"),
        ("ape", "ORIGINALYEAR"),
        ("ape", "Original Date"),
        ("wma", "WM__OriginalReleaseTime"),
        ("wma", "WM__OriginalReleaseYear"),
    ],
)
def test_the_original_year_wins(tmp_path: Path, kind: str, name: str) -> None:
    path = originals(tmp_path / f"a.{kind}", **{name: "1977"})
    assert year(path) == 1977
    nothing = originals(tmp_path / f"nothing.{kind}", **{name: "0000"})
    assert year(nothing) == 2011


@pytest.mark.parametrize(
    "original",
    [
        TDOR(encoding=3, text=["1977-01-23"]),
        TXXX(encoding=3, desc="originalyear", text=["1977"]),
        TXXX(encoding=3, desc="ORIGINALDATE", text=["1977-01-23"]),
    ],
)
def test_the_original_year_wins_in_id3(tmp_path: Path, original: Any) -> None:
    path = write_track(tmp_path / "a.mp3", album="Animals", date="2011")
    tags = ID3(path)
    tags.add(original)
    tags.save(path)
    assert year(path) == 1977
    reissue = write_track(tmp_path / "b.mp3", album="Animals", date="2011")
    third = write_track(tmp_path / "c.mp3", album="Animals", date="2011")
    assert year(path, reissue, third) == 1977


def test_the_original_year_wins_in_old_id3(tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(silence("mp3"))
    tags = ID3()
    tags.add(TORY(encoding=0, text=["1977"]))
    tags.add(TYER(encoding=0, text=["2011"]))
    tags.save(path, v2_version=3)
    assert (read_tags(path).original_dates, year(path)) == (("1977",), 1977)
    tags.add(TDRC(encoding=0, text=["2011"]))
    assert year(path) == 1977
