import os
from dataclasses import replace
from pathlib import Path

import pytest
from mutagen.id3 import ID3, TALB, TCON, TDRC, TPE1, TXXX

from indexer.images.audio import genre_writing
from indexer.images.audio.genre_writing import read_genres, write_genres
from indexer.images.audio.tags import read_tags
from indexer.images.decoding import read
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import Rejection
from tests.indexer.images.audio.recordings import FORMATS, READ_FORMATS, silence, write_track
from tests.indexer.images.audio.test_tags import frame, id3


@pytest.mark.parametrize("kind", FORMATS)
def test_a_genre_is_written_and_everything_else_stays(tmp_path: Path, kind: str) -> None:
    path = write_track(
        tmp_path / f"a.{kind}", album="Ночь", artist="Кино", date="1986", pictures=[(3, b"front")], genres=["a", "b"]
    )
    path.chmod(0o640)
    before = read_tags(path)
    write_genres(path, ["black metal"])
    after = read_tags(path)
    assert after.genres == read_genres(path) == ("black metal",)
    assert (after.album, after.artist, after.dates, after.sides) == (before.album, "Кино", ("1986",), before.sides)
    assert path.stat().st_mode & 0o777 == 0o640
    write_genres(path, ["a", "b"])
    assert read_tags(path) == before
    write_genres(path, [])
    assert read_genres(path) == ()
    assert [item.name for item in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_without_tags_gets_one(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    path.write_bytes(silence(kind))
    write_genres(path, ["jazz"])
    assert read_genres(path) == ("jazz",)


def test_an_old_tag_stays_an_old_tag(tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(silence("mp3"))
    tags = ID3()
    for item in (
        TALB(encoding=1, text=["Ночь"]),
        TPE1(encoding=1, text=["Кино"]),
        TDRC(encoding=0, text=["1986-05"]),
        TXXX(encoding=1, desc="mine", text=["kept"]),
        TCON(encoding=0, text=["Rock"]),
    ):
        tags.add(item)
    tags.update_to_v23()
    tags.save(path, v2_version=3)
    write_genres(path, ["jazz"])
    raw = ID3(path, translate=False)
    assert raw.version == (2, 3, 0)
    assert {str(raw["TALB"]), str(raw["TXXX:mine"]), str(raw["TYER"]), str(raw["TCON"])} == {
        "Ночь",
        "kept",
        "1986",
        "jazz",
    }


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    path = write_track(tmp_path / "real/a.flac")
    (tmp_path / "link.flac").symlink_to(path)
    write_genres(tmp_path / "link.flac", ["jazz"])
    assert (tmp_path / "link.flac").is_symlink()
    assert read_genres(path) == ("jazz",)


def test_what_fails_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_track(tmp_path / "a.flac", genres=["rock"])
    data = path.read_bytes()

    def torn(music: object, genres: list[str]) -> None:
        Path(str(music.filename)).write_bytes(data[:50])  # type: ignore[attr-defined]

    monkeypatch.setattr(genre_writing, "_set", torn)
    with pytest.raises(FileRejectedError) as caught:
        write_genres(path, ["jazz"])
    assert caught.value.reason is Rejection.BAD_TAGS
    monkeypatch.undo()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(FileRejectedError, match="No space left"):
        write_genres(path, ["jazz"])
    assert path.read_bytes() == data
    assert [item.name for item in tmp_path.iterdir()] == ["a.flac"]


def test_a_file_that_can_be_read_but_not_written_is_rejected(tmp_path: Path) -> None:
    """Found by fuzzing: padding after the tags that says it is larger than the file."""
    path = write_track(tmp_path / "a.m4a", genres=["rock"])
    data = bytearray(path.read_bytes())
    padding = data.index(b"free", data.index(b"ilst"))
    data[padding - 4 : padding] = b"APIC"
    path.write_bytes(data)
    assert read_genres(path) == ("rock",)
    with pytest.raises(FileRejectedError) as refused:
        write_genres(path, ["jazz"])
    assert refused.value.reason is Rejection.BAD_TAGS
    assert path.read_bytes() == data
    assert [item.name for item in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("kind", [kind for kind in READ_FORMATS if kind != "oga"])
def test_a_format_whose_tags_are_only_read_is_refused(tmp_path: Path, kind: str) -> None:
    path = write_track(tmp_path / f"a.{kind}", album="Album", genres=["rock"])
    data = path.read_bytes()
    with pytest.raises(FileRejectedError) as refused:
        write_genres(path, ["jazz"])
    assert (refused.value.reason, refused.value.detail) == (
        Rejection.BAD_TAGS,
        f"genres are not written to .{kind} files, only read",
    )
    assert read_genres(path) == ("rock",)
    assert path.read_bytes() == data


def test_a_flac_in_ogg_keeps_its_picture(tmp_path: Path) -> None:
    path = write_track(tmp_path / "a.oga", album="Album", genres=["rock"], pictures=[(3, b"front" * 30_000)])
    before = read_tags(path)
    write_genres(path, ["jazz"])
    assert read_tags(path) == replace(before, genres=("jazz",))
    assert read(path / "front") == b"front" * 30_000


def test_a_file_whose_other_tags_would_change_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(id3(frame(b"TDRC", b"\x03c1997")) + silence("mp3"))
    data = path.read_bytes()
    with pytest.raises(FileRejectedError, match="its other tags would not stay as they are"):
        write_genres(path, ["jazz"])
    assert path.read_bytes() == data
    assert [item.name for item in tmp_path.iterdir()] == [path.name]
