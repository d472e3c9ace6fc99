"""RIFF INFO, APEv2 and ASF as programs other than mutagen write them, and as nobody should."""

import struct
from pathlib import Path
from uuid import UUID

import pytest
from mutagen.apev2 import APEv2
from mutagen.asf import ASF
from mutagen.asf._attrs import ASFDWordAttribute
from mutagen.id3 import ID3, TALB
from mutagen.wave import WAVE

from indexer.images.audio import chunks
from indexer.images.audio.tags import Tags, read_tags
from indexer.images.decoding import read
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import Rejection, Side
from tests.indexer.images.audio.recordings import READ_FORMATS, silence, write_track


def refused(path: Path) -> tuple[Rejection, str]:
    with pytest.raises(FileRejectedError) as caught:
        read_tags(path)
    return caught.value.reason, caught.value.detail


def info(texts: dict[bytes, bytes]) -> bytes:
    """A LIST chunk as FFmpeg writes it: texts end in NUL and are padded to even lengths."""
    body = b"INFO"
    for name, text in texts.items():
        body += struct.pack("<4sI", name, len(text) + 1) + text + b"\0" * (1 + (len(text) + 1) % 2)
    return struct.pack("<4sI", b"LIST", len(body)) + body


def wav(path: Path, *extra: bytes) -> Path:
    body = silence("wav")[8:] + b"".join(extra)
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    return path


ANIMALS = {
    b"IPRD": b"Animals",
    b"IART": "Кино".encode(),
    b"IGNR": b"Rock",
    b"ICRD": b"1977",
    b"INAM": b"Dogs",
    b"ISFT": b"Lavf59",
}


def test_a_wav_without_id3_is_read_by_its_info(tmp_path: Path) -> None:
    path = wav(tmp_path / "a.wav", info(ANIMALS))
    assert read_tags(path) == Tags("Animals", "Кино", dates=("1977",), genres=("Rock",), title="Dogs")
    assert read_tags(wav(tmp_path / "b.wav", info({b"IART": b"Bj\xf6rk"}))).artist == "Björk"


def test_id3_in_a_wav_goes_before_its_info(tmp_path: Path) -> None:
    path = wav(tmp_path / "a.wav", info(ANIMALS))
    music = WAVE(path)
    music.add_tags()
    assert music.tags is not None
    music.tags.add(TALB(encoding=3, text=["Wish You Were Here"]))
    music.save()
    assert read_tags(path) == Tags("Wish You Were Here", "Кино", dates=("1977",), genres=("Rock",), title="Dogs")


def test_sizes_in_a_wav_are_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = info(ANIMALS)
    endless = b"LIST" + b"\xff\xff\xff\xff" + whole[8:]
    assert read_tags(wav(tmp_path / "a.wav", endless)).album == "Animals"
    assert read_tags(wav(tmp_path / "a.wav", whole[:-30])) == Tags("Animals", "Кино", genres=("Rock",), dates=("1977",))
    for extra in (whole[:20], b"LIST\xff\xff\xff\xff", whole[:4] + bytes(4) + whole[8:]):
        assert read_tags(wav(tmp_path / "a.wav", extra)) == Tags()
    long = info({b"IPRD": b"x" * 20_000, b"IART": b"Artist"})
    assert read_tags(wav(tmp_path / "b.wav", long)) == Tags(artist="Artist")
    monkeypatch.setattr(chunks, "MAX_INFO_BYTES", 300)
    assert read_tags(wav(tmp_path / "c.wav", info({b"ICMT": b"x" * 150}), whole)).album == "Animals"
    assert read_tags(wav(tmp_path / "d.wav", *[info({b"ICMT": b"x" * 130})] * 2, whole)) == Tags()


def test_ape_keys_are_of_any_case_and_texts_of_several_values(tmp_path: Path) -> None:
    path = tmp_path / "a.wv"
    path.write_bytes(silence("wv"))
    tags = APEv2()
    for key, value in {"ALBUM": "A", "aRTIST": "B", "album ARTIST": "C", "Genre": ["Rock", "Jazz"]}.items():
        tags[key] = value
    tags.save(path)
    path.write_bytes(path.read_bytes() + b"TAG" + bytes(60) + b"Cut".ljust(30, b"\0") + b"1999" + bytes(31))
    assert read_tags(path) == Tags("A", "B", "C", dates=("1999",), genres=("Rock", "Jazz"))


@pytest.mark.parametrize("kind", ["mp3", "aac", "tta"])
def test_ape_speaks_for_what_id3_does_not_say(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    path.write_bytes(silence(kind))
    tags = APEv2()
    tags["Album"], tags["Artist"] = "Ape album", "Ape artist"
    tags.save(path)
    assert read_tags(path) == Tags("Ape album", "Ape artist")
    named = ID3()
    named.add(TALB(encoding=3, text=["ID3 album"]))
    named.save(path)
    assert read_tags(path) == Tags("ID3 album", "Ape artist")


def test_a_damaged_ape_tag_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.ape"

    def written(items: bytes, size: int, count: int = 1) -> Path:
        footer = struct.pack("<8sIIII8x", b"APETAGEX", 2000, size, count, 0)
        path.write_bytes(silence("ape") + items + footer)
        return path

    item = struct.pack("<II", 1, 0) + b"Album\0A"
    assert read_tags(written(item, 32 + len(item), 2**32 - 1)) == Tags("A")
    assert read_tags(written(item[:-1] + b"", 32 + len(item) - 1)) == Tags()
    larger = "its APEv2 tag is larger than the file"
    assert refused(written(item, 2**32 - 1)) == (Rejection.BAD_TAGS, larger)
    assert refused(written(item, 0)) == (Rejection.BAD_TAGS, larger)
    nameless = struct.pack("<II", 1, 0) + b"k" * 5000
    assert refused(written(nameless, 32 + len(nameless))) == (
        Rejection.BAD_TAGS,
        "an item of its APEv2 tag has no name",
    )


def test_a_wmas_first_genre_is_its_first_and_numbers_are_years(tmp_path: Path) -> None:
    path = write_track(tmp_path / "a.wma", genres=["Progressive Rock", "Art Rock", "Rock"])
    music = ASF(path)
    music["Year"] = [ASFDWordAttribute(1977)]
    music["wm/ORIGINALRELEASETIME"] = ["1975-01-23"]
    music.save()
    tags = read_tags(path)
    assert tags.genres == ("Progressive Rock", "Art Rock", "Rock")
    assert (tags.dates, tags.original_dates) == (("1977",), ("1975-01-23",))


def asf(path: Path, *parts: bytes, size: int | None = None) -> Path:
    body = b"".join(parts)
    size = 30 + len(body) if size is None else size
    path.write_bytes(silence("wma")[:16] + struct.pack("<QL", size, len(parts)) + b"\1\2" + body)
    return path


def asf_object(guid: str, body: bytes, size: int | None = None) -> bytes:
    return UUID(guid).bytes_le + struct.pack("<Q", 24 + len(body) if size is None else size) + body


EXTENDED, EXTENSION = "D2D0A440-E307-11D2-97F0-00A0C95EA850", "5FBF03B5-A92E-11CF-8EE3-00C00C205365"


def test_sizes_in_a_wma_are_not_trusted(tmp_path: Path) -> None:
    path = tmp_path / "a.wma"
    small = "an object of its header is smaller than its head"
    assert refused(asf(path, asf_object(EXTENDED, b"", size=0))) == (Rejection.BAD_TAGS, small)
    inside = asf_object(EXTENSION, bytes(22) + asf_object(EXTENDED, b"", size=1))
    assert refused(asf(path, inside)) == (Rejection.BAD_TAGS, small)
    assert refused(asf(path, asf_object(EXTENDED, b"\xff\xff")))[0] is Rejection.BAD_TAGS
    assert read_tags(asf(path, size=2**63)) == Tags()
    assert read_tags(asf(path, size=0)) == Tags()
    picture = "WM/Picture\0".encode("utf-16-le")
    cut = asf_object(EXTENDED, struct.pack("<HH", 1, len(picture)) + picture + struct.pack("<HH", 1, 2) + b"\3\0")
    assert refused(asf(path, cut))[0] is Rejection.BAD_TAGS
    nothing = struct.pack("<HHH", 0, 0, 0)
    many = asf_object(EXTENDED, struct.pack("<H", 10_001) + nothing * 10_001)
    assert refused(asf(path, many)) == (Rejection.BAD_TAGS, "its tags have too many parts")


@pytest.mark.parametrize("kind", READ_FORMATS)
def test_a_picture_in_a_format_that_is_only_read(tmp_path: Path, kind: str) -> None:
    path = write_track(tmp_path / f"a.{kind}", album="A", pictures=[(4, b"back" * 30_000), (3, b"front" * 30_000)])
    assert read_tags(path).sides == {Side.FRONT, Side.BACK}
    assert read(path / "front") == b"front" * 30_000
    assert read(path / "back") == b"back" * 30_000


def test_matroska_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.mka").write_bytes(b"\x1a\x45\xdf\xa3" + bytes(100))
    assert refused(tmp_path / "a.mka") == (Rejection.BAD_TAGS, "Matroska, whose tags are not read")


@pytest.mark.parametrize(("written", "name"), [("mp3", "mp2"), ("wav", "wave"), ("aiff", "aif"), ("m4a", "m4b")])
def test_other_names_of_a_format(tmp_path: Path, written: str, name: str) -> None:
    path = write_track(tmp_path / f"a.{written}", album="A", artist="B")
    assert read_tags(path.rename(tmp_path / f"a.{name.upper()}")) == Tags("A", "B")
