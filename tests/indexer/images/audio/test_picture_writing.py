import struct
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutagen.flac import FLAC, Picture
from mutagen.id3 import APIC, ID3, TALB
from mutagen.mp4 import MP4
from mutagen.ogg import OggPage
from mutagen.oggopus import OggOpus

from indexer.images.audio.picture_writing import picture_splices, read_front, splice_picture
from indexer.images.audio.pictures import read_picture
from indexer.images.audio.tags import read_tags
from indexer.images.audio.writing.picture_change import FrontPicture
from indexer.images.audio.writing.splices import apply, inverse
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import Rejection
from tests.indexer.images.audio.recordings import FORMATS, READ_FORMATS, silence, write_track

JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4
LONG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 400
"""Longer than an attribute of a WMA, and than a page of Ogg."""

PNG = b"\x89PNG\r\n\x1a\n"


def write(path: Path, new: bytes) -> bytes:
    """Make it the front, and check that undoing that gives every byte back; returns the new file."""
    before = path.read_bytes()
    picture = FrontPicture(read_front(path), new, (500, 400))
    splices = picture_splices(path, picture)
    splice_picture(path, picture, splices)
    assert read_front(path) == new
    undone = path.with_name("undone")
    undone.touch()
    apply(inverse(splices), path, undone)
    assert undone.read_bytes() == before
    undone.unlink()
    return path.read_bytes()


@pytest.mark.parametrize("new", [JPEG, LONG], ids=["short", "long"])
@pytest.mark.parametrize("kind", [*FORMATS, *READ_FORMATS])
def test_a_front_is_replaced_and_everything_else_stays(tmp_path: Path, kind: str, new: bytes) -> None:
    old, back = PNG + b"front" * 50, PNG + b"back" * 50
    shown = [(3, old), (4, back)] if kind != "m4a" else [(3, old)]
    path = write_track(tmp_path / f"a.{kind}", album="Ночь", artist="Кино", date="1986", pictures=shown, genres=["a"])
    path.chmod(0o640)
    before = read_tags(path)
    data = write(path, new)
    after = read_tags(path)
    assert (after.album, after.artist, after.dates, after.genres) == (before.album, before.artist, ("1986",), ("a",))
    assert after.sides == before.sides
    if kind != "m4a":
        assert read_picture(path, "back", 10_000) == back
    assert path.stat().st_mode & 0o777 == 0o640
    assert old not in data
    # Larger, then smaller again.
    write(path, old)
    assert [item.name for item in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("new", [JPEG, LONG], ids=["short", "long"])
@pytest.mark.parametrize("kind", [*FORMATS, *READ_FORMATS])
def test_a_file_without_a_picture_gets_one(tmp_path: Path, kind: str, new: bytes) -> None:
    path = write_track(tmp_path / f"a.{kind}", album="A", artist="B", genres=["c"])
    write(path, new)
    assert read_tags(path).album == "A"
    bare = tmp_path / f"b.{kind}"
    bare.write_bytes(silence(kind))
    write(bare, new)


def test_what_it_is_called_stays(tmp_path: Path) -> None:
    """The kind and the description of a picture are taken over, and the type is that of a JPEG."""
    path = tmp_path / "a.mp3"
    path.write_bytes(silence("mp3"))
    tags = ID3()
    tags.add(APIC(encoding=1, mime="image/png", type=6, desc="Etikett ☆", data=PNG + b"old"))
    tags.add(APIC(encoding=0, mime="image/png", type=4, desc="", data=PNG + b"back"))
    tags.add(TALB(encoding=3, text=["A"]))
    tags.save(path)
    write(path, JPEG)
    tags = ID3(path)
    frame = tags["APIC:Etikett ☆"]
    assert (frame.mime, frame.type, frame.data) == ("image/jpeg", 6, JPEG)

    path = tmp_path / "a.flac"
    path.write_bytes(silence("flac"))
    music: Any = FLAC(path)
    picture = Picture()
    picture.type, picture.desc, picture.mime, picture.data = 0, "Hülle", "image/png", PNG + b"old"
    music.add_picture(picture)
    music.save()
    write(path, JPEG)
    [found] = FLAC(path).pictures
    assert (found.type, found.desc, found.mime, found.data) == (0, "Hülle", "image/jpeg", JPEG)
    assert (found.width, found.height, found.depth) == (500, 400, 24)


@pytest.mark.parametrize("version", [2, 3, 4])
@pytest.mark.parametrize("flags", [0, 0x80])
def test_pictures_of_every_version_of_id3(tmp_path: Path, version: int, flags: int) -> None:
    """Also in tags that are unsynchronised: a JPEG is full of what that changes."""
    path = tmp_path / "a.mp3"
    head = b"ID3" + bytes([version, 0, flags])
    name = b"TP1" if version == 2 else b"TPE1"
    text = b"\0Band"
    size = len(text).to_bytes(3 if version == 2 else 4, "big")
    frame = name + size + (b"" if version == 2 else bytes(2)) + text
    path.write_bytes(head + bytes([0, 0, 0, len(frame) + 20]) + frame + bytes(20) + silence("mp3"))
    tricky = b"\xff\xd8\xff\xe0" + b"\xff\x00\xff\xe1\xff\xff" * 50 + b"\xff"
    write(path, tricky)
    assert ID3(path).getall("APIC")[0].mime == "image/jpeg"
    write(path, JPEG)
    assert read_tags(path).artist == "Band"
    assert path.read_bytes()[:4] == head[:4]


def test_a_wav_that_ffmpeg_wrote_keeps_its_names(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    whole = silence("wav")
    info = b"INFO" + b"IPRD" + struct.pack("<I", 6) + b"Album\0"
    data = whole + b"LIST" + struct.pack("<I", len(info)) + info
    path.write_bytes(data[:4] + struct.pack("<I", len(data) - 8) + data[8:])
    write(path, JPEG)
    assert read_tags(path).album == "Album"


def test_an_old_picture_in_a_comment_becomes_one_that_players_read(tmp_path: Path) -> None:
    path = tmp_path / "a.opus"
    path.write_bytes(silence("opus"))
    music: Any = OggOpus(path)
    music["coverart"] = [b64encode(PNG + b"old").decode()]
    music.save()
    write(path, LONG)
    assert "coverart" not in OggOpus(path)
    with path.open("rb") as file:
        numbers, written = [], b""
        while file.tell() < path.stat().st_size:
            page: Any = OggPage(file)
            numbers.append(page.sequence)
            written += page.write()
    assert numbers == list(range(len(numbers)))
    assert written == path.read_bytes(), "with right checksums"


def test_the_second_picture_of_an_mp4_stays(tmp_path: Path) -> None:
    path = write_track(tmp_path / "a.m4a", album="A", pictures=[(3, PNG + b"front"), (3, PNG + b"booklet")])
    write(path, JPEG)
    first, second = MP4(path)["covr"]
    assert (bytes(first), first.imageformat, bytes(second)) == (JPEG, first.FORMAT_JPEG, PNG + b"booklet")


def test_two_pictures_of_one_kind_are_not_mixed_up(tmp_path: Path) -> None:
    for kind in ("flac", "mp3", "opus", "oga"):
        path = write_track(tmp_path / f"a.{kind}", album="A", pictures=[(3, PNG + b"one"), (3, PNG + b"two")])
        first = read_front(path)
        write(path, JPEG)
        data = path.read_bytes()
        if kind != "opus":
            assert (PNG + b"one" in data, PNG + b"two" in data) == (first == PNG + b"two", first == PNG + b"one")


def test_a_picture_that_another_took_the_place_of_is_not_replaced(tmp_path: Path) -> None:
    path = write_track(tmp_path / "a.flac", album="A", pictures=[(3, PNG + b"first")])
    picture = FrontPicture(PNG + b"first", JPEG, (9, 9))
    splices = picture_splices(path, picture)
    write_track(path, album="A", pictures=[(3, PNG + b"newer and longer")])
    data = path.read_bytes()
    with pytest.raises(FileRejectedError) as refused:
        splice_picture(path, picture, splices)
    assert (refused.value.reason, path.read_bytes()) == (Rejection.CHANGED, data)
    assert [item.name for item in tmp_path.iterdir()] == [path.name]


@pytest.mark.slow
@given(
    kind=st.sampled_from([*FORMATS, *READ_FORMATS]),
    at=st.integers(0, 400),
    cut=st.integers(0, 12),
    put=st.binary(max_size=12),
)
def test_damaged_files_are_refused_or_undone(
    tmp_path_factory: pytest.TempPathFactory, kind: str, at: int, cut: int, put: bytes
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    path = write_track(folder / f"a.{kind}", album="A", artist="B", pictures=[(3, PNG + b"old")])
    data = path.read_bytes()
    data = data[:at] + put + data[at + cut :]
    path.write_bytes(data)
    try:
        write(path, JPEG)
    except FileRejectedError:
        assert path.read_bytes() == data
