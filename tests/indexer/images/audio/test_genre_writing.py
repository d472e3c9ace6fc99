import os
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutagen.id3 import ID3, TALB, TCON, TDRC, TPE1, TXXX
from mutagen.ogg import OggPage

from indexer.images.audio import tag_writing
from indexer.images.audio.genre_writing import genre_splices, read_genres, splice_genres, write_genres
from indexer.images.audio.tags import read_tags
from indexer.images.audio.writing.splices import inverse
from indexer.images.decoding import read
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import Rejection
from tests.indexer.images.audio.recordings import FORMATS, READ_FORMATS, silence, write_track
from tests.indexer.images.audio.test_tags import frame, id3


@pytest.mark.parametrize("kind", [*FORMATS, *READ_FORMATS])
def test_a_genre_is_written_and_everything_else_stays(tmp_path: Path, kind: str) -> None:
    path = write_track(
        tmp_path / f"a.{kind}", album="Ночь", artist="Кино", date="1986", pictures=[(3, b"front")], genres=["a", "b"]
    )
    path.chmod(0o640)
    before, data = read_tags(path), path.read_bytes()
    splices = genre_splices(path, ["black metal"])
    splice_genres(path, ["black metal"], splices)
    assert read_genres(path) == ("black metal",)
    assert read_tags(path) == replace(before, genres=("black metal",))
    assert path.stat().st_mode & 0o777 == 0o640
    splice_genres(path, ["a", "b"], inverse(splices))
    assert path.read_bytes() == data
    write_genres(path, ["x" * 300, "Рок"])
    assert read_tags(path) == replace(before, genres=("x" * 300, "Рок"))
    write_genres(path, [])
    assert read_genres(path) == ()
    assert [item.name for item in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("kind", [*FORMATS, *READ_FORMATS])
def test_a_file_without_tags_gets_one(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    path.write_bytes(silence(kind))
    splices = genre_splices(path, ["jazz"])
    splice_genres(path, ["jazz"], splices)
    assert read_genres(path) == ("jazz",)
    splice_genres(path, [], inverse(splices))
    assert path.read_bytes() == silence(kind)


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

    monkeypatch.setattr(tag_writing, "apply", lambda _splices, _source, fresh: fresh.write_bytes(data[:50]))
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


def test_a_flac_in_ogg_keeps_its_picture(tmp_path: Path) -> None:
    path = write_track(tmp_path / "a.oga", album="Album", genres=["rock"], pictures=[(3, b"front" * 30_000)])
    before = read_tags(path)
    write_genres(path, ["jazz"])
    assert read_tags(path) == replace(before, genres=("jazz",))
    assert read(path / "front") == b"front" * 30_000


def test_a_date_that_is_none_stays_as_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(id3(frame(b"TDRC", b"\x03c1997")) + silence("mp3"))
    write_genres(path, ["jazz"])
    assert frame(b"TDRC", b"\x03c1997") in path.read_bytes()
    assert read_tags(path).dates == ("c1997",)


def old_frame(name: bytes, data: bytes, version: int = 3) -> bytes:
    if version == 2:
        return name + len(data).to_bytes(3, "big") + data
    return name + len(data).to_bytes(4, "big") + bytes(2) + data


def old_tag(version: int, body: bytes, flags: int = 0) -> bytes:
    size = bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3" + bytes([version, 0, flags]) + size + body


KEPT = (
    old_frame(b"TPE1", b"\1" + "Band\0Guest".encode("utf-16")),
    old_frame(b"TSIZ", b"\x0012345"),
    old_frame(b"RVAD", bytes(range(10))),
    old_frame(b"XXXX", b"of nobody's making"),
    old_frame(b"TCOM", b"\0AC/DC\0X"),
)


@pytest.mark.parametrize("had", [(), (old_frame(b"TCON", b"\0(17)"),), (old_frame(b"TCON", b"\0A long one\0B"),)])
@pytest.mark.parametrize("padding", [0, 500])
def test_every_other_frame_of_an_old_tag_stays_byte_by_byte(
    tmp_path: Path, had: tuple[bytes, ...], padding: int
) -> None:
    path = tmp_path / "a.mp3"
    data = old_tag(3, b"".join((*KEPT[:3], *had, *KEPT[3:])) + bytes(padding)) + silence("mp3")
    path.write_bytes(data)
    splices = genre_splices(path, ["Rock"])
    splice_genres(path, ["Rock"], splices)
    written = path.read_bytes()
    assert written.startswith(b"ID3\3")
    assert [piece for piece in KEPT if piece not in written] == []
    assert written.endswith(silence("mp3"))
    assert len(written) == len(data) or not padding
    assert sum(len(splice.new) for splice in splices) < 60 + 1100 * (not padding)
    splice_genres(path, read_genres_of(data, tmp_path), inverse(splices))
    assert path.read_bytes() == data


def read_genres_of(data: bytes, folder: Path) -> tuple[str, ...]:
    (folder / "other.mp3").write_bytes(data)
    return read_genres(folder / "other.mp3")


@pytest.mark.parametrize(
    ("tag", "kept"),
    [
        (old_tag(2, old_frame(b"TP1", b"\0Band", 2) + bytes(50)), old_frame(b"TP1", b"\0Band", 2)),
        (
            old_tag(3, old_frame(b"TPE1", b"\1\xff\xfeB\0").replace(b"\xff\xfe", b"\xff\0\xfe") + bytes(50), 0x80),
            b"\xff\0\xfeB",
        ),
        (old_tag(3, b"\0\0\0\6" + bytes(6) + KEPT[0] + bytes(50), 0x40), KEPT[0]),
        (old_tag(4, id3(frame(b"TPE1", b"\3Band"))[10:], 0x10) + b"3DI\4\0\x10" + id3(frame(b"TPE1", b"\3Band"))[6:10],
         b"Band"),
    ],
    ids=["2.2", "unsynchronised", "extended", "footer"],
)  # fmt: skip
def test_tags_of_every_version_are_written(tmp_path: Path, tag: bytes, kept: bytes) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(tag + silence("mp3"))
    splices = genre_splices(path, ["Рок"])
    splice_genres(path, ["Рок"], splices)
    assert read_genres(path) == ("Рок",)
    assert kept in path.read_bytes()
    assert path.read_bytes()[3] == tag[3]
    splice_genres(path, [], inverse(splices))
    assert path.read_bytes() == tag + silence("mp3")


def test_old_tags_behind_the_sound_lose_nothing(tmp_path: Path) -> None:
    """ID3v1 alone gets ID3v2 with all that it says; APEv2 is written in its place."""
    one = (
        b"TAG" + b"Title".ljust(30, b"\0") + b"Band".ljust(30, b"\0") + b"Album".ljust(30, b"\0") + b"1999" + bytes(30)
    )
    path = tmp_path / "a.mp3"
    path.write_bytes(silence("mp3") + one + b"\x11")
    write_genres(path, ["Jazz"])
    tags = ID3(path)
    assert (tags.version, str(tags["TALB"]), str(tags["TCON"])) == ((2, 4, 0), "Album", "Jazz")
    assert path.read_bytes()[-1:] == b"\x08"
    ape = write_track(tmp_path / "b.ape", album="A", genres=["rock"]).read_bytes()
    path = tmp_path / "b.mp3"
    path.write_bytes(silence("mp3") + ape[len(silence("ape")) :] + one + b"\x11")
    write_genres(path, ["Jazz"])
    assert (read_genres(path), read_tags(path).album) == (("Jazz",), "A")
    assert not path.read_bytes().startswith(b"ID3")


def test_ogg_is_renumbered_where_its_comments_grow_by_a_page(tmp_path: Path) -> None:
    path = write_track(tmp_path / "a.opus", album="A", pictures=[(3, b"x" * 48_000)])
    before = path.read_bytes()
    long = ["y" * 9_000]
    splices = genre_splices(path, long)
    splice_genres(path, long, splices)
    pages, numbers = [], []
    with path.open("rb") as file:
        while file.tell() < path.stat().st_size:
            page: Any = OggPage(file)
            pages.append(page)
            numbers.append(page.sequence)
    assert numbers == list(range(len(pages)))
    assert b"".join(page.write() for page in pages) == path.read_bytes(), "with right checksums"
    splice_genres(path, [], inverse(splices))
    assert path.read_bytes() == before


def test_offsets_of_mp4_follow_what_moves(tmp_path: Path) -> None:
    path = write_track(tmp_path / "a.m4a", album="A")
    data = path.read_bytes()
    moov = data.index(b"moov") - 4
    free = data.index(b"free", data.index(b"ilst"))
    assert struct.unpack(">I", data[free - 4 : free])[0] > 200
    whole = data.replace(b"stco" + bytes(8), b"stco" + bytes(4) + struct.pack(">II", 1, len(data) - 8 + 4), 1)
    sizes = [whole.index(name) - 4 for name in (b"trak", b"mdia", b"minf", b"stbl", b"stco")]
    patched = bytearray(whole)
    for at in (*sizes, moov):
        patched[at : at + 4] = (int.from_bytes(patched[at : at + 4], "big") + 4).to_bytes(4, "big")
    path.write_bytes(patched)
    for genres, grown in ((["jazz"], 0), (["x" * 3000], 1)):
        before = path.read_bytes()
        [target] = offsets(before)
        write_genres(path, genres)
        after = path.read_bytes()
        assert offsets(after) == [target + len(after) - len(before)]
        assert (len(after) > len(before)) == grown
        assert after[offsets(after)[0] :] == before[target:]


def offsets(data: bytes) -> list[int]:
    at = data.index(b"stco") + 8
    (count,) = struct.unpack_from(">I", data, at)
    return list(struct.unpack_from(f">{count}I", data, at + 4))


def test_pieces_of_another_file_are_refused(tmp_path: Path) -> None:
    path = write_track(tmp_path / "a.flac", album="A", genres=["rock"])
    splices = genre_splices(path, ["jazz"])
    write_genres(path, ["blues and more"])
    data = path.read_bytes()
    with pytest.raises(FileRejectedError) as refused:
        splice_genres(path, ["jazz"], splices)
    assert (refused.value.reason, path.read_bytes()) == (Rejection.CHANGED, data)


@given(
    kind=st.sampled_from([*FORMATS, *READ_FORMATS]),
    at=st.integers(0, 400),
    cut=st.integers(0, 12),
    put=st.binary(max_size=12),
)
def test_damaged_files_are_refused_or_undone(
    tmp_path_factory: pytest.TempPathFactory, kind: str, at: int, cut: int, put: bytes
) -> None:
    path = write_track(tmp_path_factory.mktemp("damaged") / f"a.{kind}", album="A", artist="B", genres=["Rock", "Pop"])
    data = path.read_bytes()
    data = data[:at] + put + data[at + cut :]
    path.write_bytes(data)
    try:
        before, splices = read_genres(path), genre_splices(path, ["jazz"])
        splice_genres(path, ["jazz"], splices)
    except FileRejectedError:
        assert path.read_bytes() == data
        return
    assert read_genres(path) == ("jazz",)
    splice_genres(path, before, inverse(splices))
    assert path.read_bytes() == data
