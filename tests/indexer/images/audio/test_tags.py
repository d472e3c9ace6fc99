import os
import struct
import sys
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutagen.id3 import ID3, TCON
from mutagen.mp3 import MP3

from indexer.images.audio import id3_bounds, opening
from indexer.images.audio.opening import open_tags
from indexer.images.audio.tags import Tags, read_tags
from indexer.images.decoding import DecodingLimits, present, read
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import Rejection, Side
from tests.indexer.images.audio.recordings import FORMATS, READ_FORMATS, silence, write_track

IDS = {
    "musicbrainz_albumid": "b1392450-e666-3926-a536-22c65f834433",
    "musicbrainz_releasegroupid": "b1392450-e666-3926-a536-22c65f834434",
    "barcode": "5099902988023",
}


def refused(path: Path) -> tuple[Rejection, str]:
    with pytest.raises(FileRejectedError) as caught:
        read_tags(path)
    return caught.value.reason, caught.value.detail


@pytest.mark.parametrize("kind", [*FORMATS, *READ_FORMATS])
def test_every_format_says_the_same(tmp_path: Path, kind: str) -> None:
    path = write_track(
        tmp_path / f"a.{kind}",
        album="Ночь / 夜",
        artist="Кино",
        album_artist="Various",
        date="1988-03-01",
        genres=["Rock", "Pop"],
        compilation=True,
        ids=IDS,
        pictures=[(3, b"front"), (4, b"back"), (3, b"second front")],
    )
    sides = {Side.FRONT} if kind == "m4a" else {Side.FRONT, Side.BACK}
    assert read_tags(path) == Tags(
        "Ночь / 夜",
        "Кино",
        "Various",
        (),
        ("1988-03-01",),
        True,
        ("Rock", "Pop"),
        IDS,
        frozenset(sides),
        picture=f"5-{zlib.crc32(b'front'):08x}",
    )
    assert read(path / "front") == b"front"
    assert present(str(path / "front"))
    if kind == "m4a":
        assert not present(str(path / "back"))
    else:
        assert read(path / "back") == b"back"


@pytest.mark.parametrize("kind", [*FORMATS, *READ_FORMATS])
def test_a_track_without_tags_says_nothing(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    path.write_bytes(silence(kind))
    assert read_tags(path) == Tags()
    with pytest.raises(FileRejectedError, match="not in the track's tags"):
        read(path / "front")


def test_the_front_is_kind_3_before_kind_0(tmp_path: Path) -> None:
    path = write_track(tmp_path / "a.flac", pictures=[(8, b"artist"), (0, b"other"), (3, b"front")])
    assert read(path / "front") == b"front"
    path = write_track(tmp_path / "b.mp3", pictures=[(8, b"artist"), (0, b"other")])
    assert read(path / "front") == b"other"
    path = write_track(tmp_path / "c.ogg", pictures=[(8, b"artist"), (6, b"label"), (5, b"booklet"), (1, b"icon")])
    assert read(path / "front") == b"booklet"


@pytest.mark.parametrize("kind", ["mp3", "m4a", "flac"])
@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        (["(17)"], ("Rock",)),
        (["17"], ("Rock",)),
        (["(17)(13)"], ("Rock", "Pop")),
        (["(17)Rock"], ("Rock",)),
        (["(4)Eurodisco"], ("Disco", "Eurodisco")),
        (["Rock", "Jazz"], ("Rock", "Jazz")),
    ],
)
def test_numbers_of_genres_are_spelled_out(
    tmp_path: Path, kind: str, written: list[str], read_as: tuple[str, ...]
) -> None:
    assert read_tags(write_track(tmp_path / f"a.{kind}", genres=written)).genres == read_as


def test_an_id3v1_tag_alone_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    fields = b"TAG" + b"song".ljust(30, b"\0") + b"artist".ljust(30, b"\0") + b"album".ljust(30, b"\0") + b"1999"
    path.write_bytes(silence("mp3") + fields + bytes(30) + bytes([17]))
    tags = read_tags(path)
    assert (tags.album, tags.artist, tags.dates, tags.genres) == ("album", "artist", ("1999",), ("Rock",))


def test_what_is_no_music_is_refused_with_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for kind in FORMATS:
        (tmp_path / f"text.{kind}").write_text("not music at all, " * 20)
        (tmp_path / f"empty.{kind}").write_bytes(b"")
        (tmp_path / f"cut.{kind}").write_bytes(silence(kind)[:20])
        for name in ("text", "empty", "cut"):
            assert refused(tmp_path / f"{name}.{kind}")[0] is Rejection.BAD_TAGS, (name, kind)
    assert refused(tmp_path / "gone.mp3") == (Rejection.MISSING, "")
    monkeypatch.setattr(opening, "MAX_TAG_BYTES", 10_000)
    path = write_track(tmp_path / "large.flac", pictures=[(3, bytes(20_000))])
    assert refused(path) == (Rejection.BAD_TAGS, "its tables are too large")


def test_a_pipe_is_never_opened(tmp_path: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("has no named pipes")
    os.mkfifo(tmp_path / "a.mp3")
    assert refused(tmp_path / "a.mp3") == (Rejection.UNREADABLE, "not a regular file")


def id3(*frames: bytes, version: int = 4) -> bytes:
    """A tag of frames."""
    return b"ID3" + bytes([version, 0, 0]) + _sized(b"".join(frames)) + b"".join(frames)


def frame(name: bytes, body: bytes, *, flags: bytes = b"\0\0") -> bytes:
    return name + _sized(body) + flags + body


def _sized(data: bytes) -> bytes:
    return bytes([(len(data) >> shift) & 0x7F for shift in (21, 14, 7, 0)])


def test_a_compressed_frame_is_left_as_it_is(tmp_path: Path) -> None:
    packed = bytes(4) + zlib.compress(b"\x03An album")
    path = tmp_path / "a.mp3"
    tag = id3(frame(b"TALB", packed, flags=b"\0\x09"), frame(b"TPE1", b"\x03Artist"))
    path.write_bytes(tag + silence("mp3"))
    assert str(ID3(path)["TALB"]) == "An album"
    tags = read_tags(path)
    assert (tags.album, tags.artist) == (None, "Artist")


def test_texts_larger_than_any_name_are_kept_but_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(id3_bounds, "MAX_ID3_FRAME_BYTES", 100)
    artist, long = frame(b"TPE1", b"\x03Artist"), frame(b"TALB", b"\x03" + b"a" * 100)
    picture = frame(b"APIC", b"\x03image/png\0\x03\0" + b"x" * 200)
    short = [frame(b"TIT%d" % number, b"\x03" + b"b" * 99) for number in (1, 2, 3)]
    path = tmp_path / "a.mp3"
    path.write_bytes(id3(artist, long, *short, picture) + silence("mp3"))
    music = open_tags(path)
    tags = read_tags(path)
    assert (tags.album, tags.artist, tags.sides) == (None, "Artist", frozenset({Side.FRONT}))
    assert isinstance(music.tags, ID3)
    assert {"TIT1", "TIT2", "TIT3"} <= set(music.tags)
    assert music.tags.unknown_frames == [long]
    monkeypatch.setattr(id3_bounds, "MAX_ID3_BYTES", 250)
    few = open_tags(path).tags
    assert few is not None
    assert {"TIT1", "TIT2"} <= set(few)
    assert "TIT3" not in few


@pytest.mark.parametrize("kind", ["mp3", "wav"])
@pytest.mark.parametrize("version", [2, 3, 4])
def test_more_frames_than_are_read_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, version: int
) -> None:
    head = b"TT2\0\0\x05" if version == 2 else b"TIT2\0\0\0\x05\0\0"
    tag = id3(*[head + b"\0Name"] * 20, version=version)
    path = tmp_path / f"a.{kind}"
    if kind == "mp3":
        path.write_bytes(tag + silence("mp3"))
    else:
        chunks = silence("wav")[12:] + b"id3 " + struct.pack("<I", len(tag)) + tag
        path.write_bytes(b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks)
    left = [(len(head) + 5) * number for number in range(20)]
    monkeypatch.setattr(id3_bounds, "MAX_ID3_COPIED_BYTES", sum(left))
    read_tags(path)
    monkeypatch.setattr(id3_bounds, "MAX_ID3_COPIED_BYTES", sum(left) - 1)
    assert refused(path) == (Rejection.BAD_TAGS, "its ID3 tags have too many frames")


SAMPLES = {kind: silence(kind) for kind in (*FORMATS, *READ_FORMATS)}


@given(
    kind=st.sampled_from(sorted(SAMPLES)),
    tagged=st.booleans(),
    flips=st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 255)), max_size=10),
    cut=st.integers(0, 400),
)
def test_whatever_is_done_to_a_track_it_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, kind: str, tagged: bool, flips: list[tuple[int, int]], cut: int
) -> None:
    folder = tmp_path_factory.mktemp("fuzz")
    path = folder / f"a.{kind}"
    path.write_bytes(SAMPLES[kind])
    if tagged:
        write_track(path, album="Album", artist="Artist", genres=["(17)Rock"], ids=IDS, pictures=[(3, b"x" * 300)])
    data = bytearray(path.read_bytes()[: -cut or None])
    for place, value in flips:
        if data:
            data[place % len(data)] = value
    path.write_bytes(data)
    try:
        tags = read_tags(path)
    except FileRejectedError:
        tags = Tags()
    for side in Side:
        try:
            assert len(read(path / side, DecodingLimits())) > 0
        except FileRejectedError:
            assert side not in tags.sides
    assert [item.name for item in folder.iterdir()] == [path.name]


@given(texts=st.lists(st.text(max_size=40), max_size=5))
def test_any_text_may_be_a_genre(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "a.mp3"
    path.write_bytes(SAMPLES["mp3"])
    music = MP3(path)
    music.add_tags()
    assert music.tags is not None
    kept = [text.encode("utf-8", "ignore").decode() for text in texts]
    music.tags.add(TCON(encoding=3, text=kept))
    music.save()
    assert all(isinstance(genre, str) for genre in read_tags(path).genres)
