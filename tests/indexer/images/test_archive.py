import os
import stat
import struct
import zlib
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_STORED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.images import archive
from indexer.images.archive import contents, read_member
from indexer.images.decoding import DecodingLimits, present, present_as, read
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import Rejection
from tests.indexer.images.zips import raw_entry, raw_zip, write_zip, zip64_entry

DATA = bytes(range(256)) * 8


def refused(path: Path, name: str, max_bytes: int = 2**20) -> tuple[Rejection, str]:
    with pytest.raises(FileRejectedError) as caught:
        read_member(path, name, max_bytes)
    return caught.value.reason, caught.value.detail


@pytest.mark.parametrize("method", [ZIP_STORED, zlib.DEFLATED])
def test_a_member_is_read_by_a_path_that_goes_on_past_the_archive(tmp_path: Path, method: int) -> None:
    path = write_zip(tmp_path / "black metal.zip", {"in ner/a.jpg": DATA, "b.jpg": b"other"}, method=method)
    assert read(path / "in ner/a.jpg") == DATA
    assert read(path / "b.jpg") == b"other"
    assert present(str(path / "b.jpg"))
    assert not present(str(path / "c.jpg"))
    assert refused(path, "c.jpg") == (Rejection.MISSING, "not in the archive")
    path.unlink()
    assert not present(str(path / "b.jpg"))
    with pytest.raises(FileRejectedError, match="missing file"):
        read(path / "b.jpg")


def test_an_archive_that_was_written_anew_is_read_anew(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {"a.jpg": b"before"})
    assert read(path / "a.jpg") == b"before"
    write_zip(tmp_path / "fresh.zip", {"longer.jpg": b"", "a.jpg": b"afterwards"}).replace(path)
    assert read(path / "a.jpg") == b"afterwards"


def test_zip64_records_and_bytes_before_the_archive_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with ZipFile(path, "w") as made, made.open(zip64_entry("a.jpg"), "w", force_zip64=True) as member:
        member.write(DATA)
    assert read(path / "a.jpg") == DATA
    path.write_bytes(b"#!/bin/sh\n" + path.read_bytes())
    os.utime(path, (1, 1))
    assert read(path / "a.jpg") == DATA


def test_names_in_utf8_are_read_whether_they_say_so_or_not(tmp_path: Path) -> None:
    flagged = write_zip(tmp_path / "flagged.zip", {"Ночь.jpg": b"1", "夜.jpg": b"2"})
    assert list(contents(flagged).members) == ["Ночь.jpg", "夜.jpg"]
    silent = raw_zip(tmp_path / "silent.zip", [raw_entry("Ночь.jpg".encode(), b"1")])
    assert read(silent / "Ночь.jpg") == b"1"


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("cp866", ("рок/Кино - Группа крови.jpg", "джаз/Земфира.jpg")),
        ("cp850", ("Pop/Die Ärzte - Geräusch.jpg", "música/Björk.jpg")),
        ("cp852", ("rock/Čechomor - Proměny.jpg", "folk/Jiří Suchý.jpg")),
        ("cp1252", ("Pop/Die Ärzte - Geräusch.jpg", "música/Björk.jpg")),
        ("cp932", ("ジャズ/山下達郎 - フォー・ユー.jpg", "ポップ/椎名林檎.jpg")),
        ("gb18030", ("摇滚/崔健 - 新长征路上的摇滚.jpg", "流行/王菲.jpg")),
        ("cp949", ("록/신중현 - 미인.jpg", "가요/아이유.jpg")),
    ],
)
def test_names_in_old_encodings_are_read_by_their_letters(
    tmp_path: Path, encoding: str, names: tuple[str, ...]
) -> None:
    path = raw_zip(tmp_path / "a.zip", [raw_entry(name.encode(encoding), name.encode()) for name in (*names, "a.jpg")])
    found = contents(path)
    assert list(found.members) == [*names, "a.jpg"]
    assert found.guessed is not None
    assert found.guessed.encoding == encoding
    assert [read(path / name).decode() for name in names] == list(names)


@pytest.mark.parametrize("encoding", ["cp862", "cp1256", "koi8_r"])
def test_names_are_in_the_encoding_that_somebody_says_and_are_found_by_it(tmp_path: Path, encoding: str) -> None:
    name = {"cp862": "רוק/כוורת.jpg", "cp1256": "عربي/فيروز.jpg", "koi8_r": "рок\\Кино.jpg"}[encoding]
    path = raw_zip(tmp_path / "a.zip", [raw_entry(name.encode(encoding), b"1"), raw_entry("夜.jpg".encode(), b"2")])
    shown = name.replace("\\", "/")
    said = contents(path, encoding)
    assert (list(said.members), said.guessed) == ([shown, "夜.jpg"], None)
    [guessed, _] = contents(path).members
    assert guessed != shown
    for known in (shown, guessed):
        assert read(path / known) == b"1"
        assert present(str(path / known))
    assert present_as(str(path / shown), encoding)
    assert not present_as(str(path / shown), None)
    assert not present_as(str(path / guessed), encoding)
    assert not present(str(path / "רוק/אחר.jpg"))


def test_an_encoding_that_cannot_be_is_refused(tmp_path: Path) -> None:
    path = raw_zip(tmp_path / "a.zip", [raw_entry("рок/Кино.jpg".encode("cp1251"), b"1")])
    with pytest.raises(FileRejectedError, match="its names are not in utf-8"):
        contents(path, "utf-8")


def test_a_unicode_path_goes_before_the_old_name_unless_that_was_changed(tmp_path: Path) -> None:
    name = "Die Ärzte.jpg".encode("cp850")
    field = struct.pack("<BI", 1, zlib.crc32(name)) + "夜.jpg".encode()
    stale = struct.pack("<BI", 1, 7) + "夜.jpg".encode()
    for data, expected in ((field, "夜.jpg"), (stale, "Die Ärzte.jpg"), (b"\x01", "Die Ärzte.jpg")):
        extra = struct.pack("<HHI", 0xCAFE, 4, 0) + struct.pack("<HH", 0x7075, len(data)) + data
        path = raw_zip(tmp_path / f"{len(data)}{expected}.zip", [raw_entry(name, DATA, extra=extra)])
        assert list(contents(path).members) == [expected]
        assert read(path / expected) == DATA


def test_backslashes_of_powershell_part_folders(tmp_path: Path) -> None:
    entries = [
        (b"jazz\\", b""),
        (b"jazz\\a.jpg", b"1"),
        ("ジャズ\\ソ.jpg".encode("cp932"), b"2"),
        (b"b/c\\d.jpg", b"3"),
    ]
    path = raw_zip(tmp_path / "a.zip", [raw_entry(name, data) for name, data in entries])
    assert list(contents(path).members) == ["jazz/a.jpg", "ジャズ/ソ.jpg", "b/c/d.jpg"]
    assert [read(path / name) for name in contents(path).members] == [b"1", b"2", b"3"]


UNSAFE = [
    (b"../../etc/passwd", "it leads out of the archive"),
    (b"a/../../b.jpg", "it leads out of the archive"),
    (b"/etc/passwd", "it is an absolute path"),
    (b"C:/b.jpg", "it is a Windows path with a drive"),
    (b"C:\\b.jpg", "it is a Windows path with a drive"),
    (b"\\\\nas\\b.jpg", "it is an absolute path"),
    (b"..\\b.jpg", "it leads out of the archive"),
    (b"./a.jpg", "it is not a plain path"),
    (b"a//b.jpg", "it is not a plain path"),
    (b"a\0.jpg", "it has characters that are not printable"),
    (b"a\x1b[31m.jpg", "it has characters that are not printable"),
]


@pytest.mark.parametrize(("name", "detail"), UNSAFE)
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, name: bytes, detail: str) -> None:
    path = raw_zip(tmp_path / "a.zip", [raw_entry(name, DATA), raw_entry(b"good.jpg", DATA)])
    found = contents(path).members
    assert [member.fault for member in found.values()] == [(Rejection.UNSAFE_NAME, detail), None]
    assert read(path / "good.jpg") == DATA


def test_members_are_refused_each_for_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "RATIO_COUNTS_FROM_BYTES", 5_000)
    monkeypatch.setattr(archive, "MAX_RATIO", 20)
    dense = zlib.compress(bytes(5_001))[2:-4]
    path = raw_zip(
        tmp_path / "a.zip",
        [
            raw_entry(b"secret.jpg", DATA, flags=1),
            raw_entry(b"inner.zip", DATA),
            raw_entry(b"dense.jpg", dense, method=8, size=5_001),
            raw_entry(b"liar.jpg", dense, method=8, size=1000),
            raw_entry(b"packed.jpg", DATA, method=ZIP_BZIP2),
            raw_entry(b"crc.jpg", DATA, crc=1),
            raw_entry(b"deflate.jpg", b"\xff" * 50, method=8, size=2000),
            raw_entry(b"hidden zip.jpg", b"PK\x03\x04" + DATA),
            raw_entry(b"twice.jpg", b"one"),
            raw_entry(b"twice.jpg", b"two"),
            raw_entry(b"empty.jpg", b""),
            raw_entry(b"large.jpg", bytes(2000)),
        ],
    )
    assert refused(path, "secret.jpg") == (Rejection.ENCRYPTED, "unpack it first")
    assert refused(path, "inner.zip") == (Rejection.NESTED_ARCHIVE, "unpack it first")
    assert refused(path, "dense.jpg") == (Rejection.ARCHIVE_TOO_LARGE, "unpacks to over 20 times its size")
    assert refused(path, "liar.jpg") == (Rejection.BAD_ARCHIVE, "it is not of the size that it says")
    assert refused(path, "packed.jpg") == (Rejection.UNREADABLE, "packed by a method that is not read (12)")
    assert refused(path, "crc.jpg") == (Rejection.BAD_ARCHIVE, "its checksum is wrong")
    assert refused(path, "deflate.jpg")[0] is Rejection.BAD_ARCHIVE
    assert refused(path, "hidden zip.jpg") == (Rejection.NESTED_ARCHIVE, "")
    assert refused(path, "twice.jpg") == (Rejection.UNSAFE_NAME, "it is in the archive twice")
    assert refused(path, "empty.jpg") == (Rejection.EMPTY, "")
    assert refused(path, "large.jpg", max_bytes=1999) == (Rejection.TOO_MANY_BYTES, "over 1,999 bytes")
    assert read_member(path, "large.jpg", 2000) == bytes(2000)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    path = raw_zip(tmp_path / "a.zip", [raw_entry(b"a.jpg", b"/etc/passwd")], mode=stat.S_IFLNK | 0o777)
    assert refused(path, "a.jpg") == (Rejection.UNREADABLE, "a symbolic link")


def test_an_archive_is_refused_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    good = write_zip(tmp_path / "good.zip", {f"{n}.jpg": DATA for n in range(4)})
    data = good.read_bytes()
    for name, content in {"cut.zip": data[:-30], "text.zip": b"no archive", "empty.zip": b""}.items():
        (tmp_path / name).write_bytes(content)
        assert refused(tmp_path / name, "0.jpg")[0] is Rejection.BAD_ARCHIVE
    one, *others = (raw_entry(b"%d.jpg" % n, DATA) for n in range(6))
    lying = raw_zip(tmp_path / "over.zip", [one, *((b"", fields, name) for _, fields, name in others)])
    assert refused(lying, "0.jpg") == (Rejection.BAD_ARCHIVE, "its members overlap")
    for limit, value in (("MAX_MEMBERS", 3), ("MAX_UNPACKED_BYTES", 4 * len(DATA) - 1), ("MAX_TABLE_BYTES", 100)):
        with monkeypatch.context() as patched:
            patched.setattr(archive, limit, value)
            archive._contents.cache_clear()
            assert refused(good, "0.jpg")[0] is Rejection.ARCHIVE_TOO_LARGE
    archive._contents.cache_clear()
    assert read(good / "0.jpg") == DATA


@given(flips=st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=8), cut=st.integers(0, 300))
def test_whatever_is_done_to_an_archive_it_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, flips: list[tuple[int, int]], cut: int
) -> None:
    folder = tmp_path_factory.mktemp("fuzz")
    path = write_zip(folder / "a.zip", {"a.jpg": DATA, "b/c.jpg": b"x" * 500, "Ночь.jpg": b"y"})
    data = bytearray(path.read_bytes()[: -cut or None])
    for place, value in flips:
        data[place % len(data)] = value
    path.write_bytes(data)
    limits = DecodingLimits(max_bytes=10_000)
    try:
        names = list(contents(path).members)
    except FileRejectedError:
        return
    for name in names:
        try:
            assert len(read_member(path, name, limits.max_bytes)) <= limits.max_bytes
        except FileRejectedError:
            continue
    assert [item.name for item in folder.iterdir()] == ["a.zip"]
