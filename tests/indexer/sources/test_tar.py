"""Tar archives, read in place: what other programs write, WebDataset, and what nobody should have written."""

import io
import json
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from db.database import Database
from db.records import CoverFile, Guess, OtherFiles, RejectedFile
from indexer.images import archive
from indexer.images.archive import contents, read_member
from indexer.images.decoding import read
from indexer.sources import open_source
from indexer.sources.adding import add_source
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import Rejection, Side
from tests.indexer.images.zips import cover_bytes
from tests.indexer.jobs.test_export import contents as catalogue

LIMIT = 2**20


def write_tar(path: Path, files: Mapping[str, bytes], format_number: int = tarfile.PAX_FORMAT, **said: Any) -> Path:
    with tarfile.open(path, "w", format=format_number) as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            for key, value in said.items():
                setattr(info, key, value)
            tar.addfile(info, io.BytesIO(data))
    return path


def fault(call: Callable[[], object]) -> tuple[Rejection, str]:
    with pytest.raises(FileRejectedError) as caught:
        call()
    return caught.value.reason, caught.value.detail


@pytest.mark.parametrize("format_number", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_members_are_those_that_tarfile_reads(tmp_path: Path, format_number: int) -> None:
    long_name = f"{'folder/' * 20}x.jpg"
    files = {"a.jpg": b"a" * 511, "Ночь/é.jpg": b"b" * 512, long_name: b"c" * 513, "empty": b""}
    path = write_tar(tmp_path / "x.tar", files, format_number, mtime=1.5 if format_number == tarfile.PAX_FORMAT else 1)
    with tarfile.open(path) as tar:
        theirs = {info.name: (info.offset_data, info.size) for info in tar.getmembers()}
    assert {name: (member.offset, member.size_bytes) for name, member in contents(path).members.items()} == theirs
    assert [read_member(path, name, LIMIT) for name in list(files)[:3]] == [*list(files.values())[:3]]
    assert read(path / "Ночь/é.jpg") == b"b" * 512
    assert fault(lambda: read_member(path, "empty", LIMIT))[0] is Rejection.EMPTY
    assert fault(lambda: read_member(path, "a.jpg", 510))[0] is Rejection.TOO_MANY_BYTES
    assert fault(lambda: read_member(path, "b.jpg", LIMIT))[0] is Rejection.MISSING


def test_what_a_shell_writes(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "x.tar", "w") as tar:
        (tmp_path / "in").mkdir()
        (tmp_path / "in/a.jpg").write_bytes(b"a")
        (tmp_path / "in/link.jpg").symlink_to("/etc/hostname")
        (tmp_path / "in/hard.jpg").hardlink_to(tmp_path / "in/a.jpg")
        tar.add(tmp_path / "in", ".")
    found = contents(tmp_path / "x.tar").members
    assert sorted(found) == ["a.jpg", "hard.jpg", "link.jpg"]
    # Whichever of the two names of one file comes second is a link to the first.
    linked = [name for name, member in found.items() if member.fault == (Rejection.UNREADABLE, "a link")]
    assert "link.jpg" in linked
    assert len(linked) == 2
    [whole] = set(found) - set(linked)
    assert read_member(tmp_path / "x.tar", whole, LIMIT) == b"a"


@pytest.mark.parametrize("name", ["../a.jpg", "/a.jpg", "a/../../b.jpg", "c:/a.jpg", "a\n.jpg", "a//b.jpg"])
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    path = write_tar(tmp_path / "x.tar", {name: b"x", "ok.jpg": b"y"})
    found = contents(path).members
    assert [member.fault and member.fault[0] for member in found.values()] == [Rejection.UNSAFE_NAME, None]
    assert fault(lambda: read_member(path, next(iter(found)), LIMIT))[0] is Rejection.UNSAFE_NAME


def changed(path: Path, at: int, data: bytes, *, checked: bool = True) -> Path:
    """The archive with other bytes in the header of its second member, and the checksum set right."""
    raw = bytearray(path.read_bytes())
    header = raw[1024:1536]
    header[at : at + len(data)] = data
    if checked:
        header[148:156] = b" " * 8
        header[148:156] = b"%06o\0 " % sum(header)
    raw[1024:1536] = header
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize(
    ("at", "data", "checked", "detail"),
    [
        (124, b"77777777777\0", True, "it is cut off, or says a wrong size"),
        (124, b"\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff", True, "it is cut off, or says a wrong size"),
        (124, b"\xff" * 12, True, "it is cut off, or says a wrong size"),
        (124, b"9zz         ", True, "it is cut off, or says a wrong size"),
        (124, b"00000000000\0", True, "it is damaged, or says a wrong size"),
        (0, b"other.jpg", False, "it is damaged, or says a wrong size"),
        (156, b"S", True, "it holds sparse files"),
    ],
)
def test_a_header_that_lies_costs_the_archive_and_never_its_end_alone(
    tmp_path: Path, at: int, data: bytes, checked: bool, detail: str
) -> None:
    path = write_tar(tmp_path / "x.tar", {"a.jpg": b"a", "b.jpg": b"b" * 600, "c.jpg": b"c"}, tarfile.USTAR_FORMAT)
    changed(path, at, data, checked=checked)
    assert fault(lambda: contents(path)) == (Rejection.BAD_ARCHIVE, detail)


def test_other_files_and_cut_ones_are_no_archives(tmp_path: Path) -> None:
    path = write_tar(tmp_path / "x.tar", {"a.jpg": b"a" * 600, "b.jpg": b"b"})
    whole = path.read_bytes()
    for cut in (100, 700, 1124, 1536, 1600, 2560):
        path.write_bytes(whole[:cut])
        assert fault(lambda: contents(path))[0] is Rejection.BAD_ARCHIVE
    path.write_bytes(b"GIF89a" + bytes(2000))
    assert fault(lambda: contents(path)) == (Rejection.BAD_ARCHIVE, "it is not a tar archive")
    path.write_bytes(bytes(1024))
    assert fault(lambda: contents(path)) == (Rejection.BAD_ARCHIVE, "it is not a tar archive")


def test_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_tar(tmp_path / "long.tar", {"x" * 70_000: b"a"})
    assert fault(lambda: contents(path))[0] is Rejection.ARCHIVE_TOO_LARGE
    path = write_tar(tmp_path / "many.tar", {f"{n}.jpg": b"a" for n in range(4)})
    for limit, value in (("MAX_MEMBERS", 3), ("MAX_TAR_HEADER_BYTES", 1000)):
        with monkeypatch.context() as limited:
            limited.setattr(archive, limit, value)
            archive._contents.cache_clear()
            assert fault(lambda: contents(path))[0] is Rejection.ARCHIVE_TOO_LARGE
    archive._contents.cache_clear()
    assert len(contents(path).members) == 4


def offers(path: Path) -> dict[str, CoverFile | RejectedFile]:
    found = [item for item in open_source(path) if isinstance(item, CoverFile | RejectedFile)]
    return {item.file.removeprefix(f"{path}/"): item for item in found}


def test_a_tar_of_folders_is_read_like_a_zip(tmp_path: Path) -> None:
    path = write_tar(tmp_path / "covers.tar", {"jazz/a.png": b"\x89PNG", "rock/b.png": b"\x89PNG"})
    assert {name: item.genres for name, item in offers(path).items()} == {  # type: ignore[union-attr]
        "jazz/a.png": ("jazz",),
        "rock/b.png": ("rock",),
    }
    named = write_tar(tmp_path / "black metal.tar", {"a.png": b"\x89PNG"})
    assert offers(named)["a.png"].genres == ("black metal",)  # type: ignore[union-attr]
    shard = write_tar(tmp_path / "shard-000017.tar", {"a.png": b"\x89PNG"})
    assert offers(shard)["a.png"].genres == ()  # type: ignore[union-attr]


def test_files_of_a_sample_describe_its_picture(tmp_path: Path) -> None:
    files = {
        "000.jpg": b"\xff\xd8",
        "000.json": json.dumps({"artist": "A", "album": "One", "year": 1999, "genre": ["jazz"], "price": 9}).encode(),
        "001.front.jpg": b"\xff\xd8",
        "001.back.jpg": b"\xff\xd8",
        "001.json": b'{"artist": "B"}',
        "002.jpg": b"\xff\xd8",
        "002.cls": b"soul",
        "002.txt": b"a blue cover\n",
        "003.JPG": b"\xff\xd8",
        "003.cls": b"7",
        "004.jpg": b"\xff\xd8",
        "005.jpg": b"\xff\xd8",
        "005.json": b"[1]",
        "alone.json": b"{}",
    }
    path = write_tar(tmp_path / "shard-0.tar", files)
    found: dict[str, Any] = offers(path)
    one = found["000.jpg"]
    assert (one.artist, one.title, one.year, one.genres, one.extra) == ("A", "One", 1999, ("jazz",), {"price": "9"})
    assert [(found[f"001.{side}.jpg"].artist, found[f"001.{side}.jpg"].side) for side in Side] == [
        ("B", Side.FRONT),
        ("B", Side.BACK),
    ]
    assert found["001.front.jpg"].group == found["001.back.jpg"].group is not None
    assert (found["002.jpg"].genres, found["002.jpg"].extra) == (("soul",), {"txt": "a blue cover"})
    assert (found["003.JPG"].genres, found["003.JPG"].extra) == ((), {"cls": "7"})
    assert (found["004.jpg"].genres, found["004.jpg"].extra) == ((), {})
    assert (found["005.jpg"].reason, found["005.jpg"].detail) == (
        Rejection.BAD_RECORD,
        "its .json is not a JSON object",
    )
    others = [(item.kind, item.files) for item in open_source(path) if isinstance(item, OtherFiles)]
    assert sorted(others) == [(".json files", 1), *[("files read for what they say of a cover", 1)] * 6]


def test_what_is_guessed_of_samples_is_named_once(tmp_path: Path) -> None:
    files = {f"{n}.jpg": b"\xff\xd8" for n in range(3)}
    files |= {f"{n}.json": b'{"Performer": "The Group", "year": "12-Mar-67"}' for n in range(3)}
    path = write_tar(tmp_path / "shard-0.tar", files)
    found = list(open_source(path))
    assert {(item.artist, item.year) for item in found if isinstance(item, CoverFile)} == {("The Group", 1967)}
    assert [item.text for item in found if isinstance(item, Guess)] == [
        f"{path}: fields that describe its pictures are read by their names: `Performer` as artist",
        f"{path}: years are read from short dates or days, such as 1967 from 12-Mar-67",
    ]


def test_dots_in_names_part_no_picture_from_its_words(tmp_path: Path) -> None:
    """WebDataset has one sample for all that is called "St. …", and one for all that begins with "01."."""
    files = {
        "St. Vincent.jpg": b"\xff\xd8",
        "St. Vincent.json": b'{"artist": "St. Vincent"}',
        "St. Germain.jpg": b"\xff\xd8",
        "St. Germain.json": b'{"artist": "St Germain"}',
        "St. Nobody.jpg": b"\xff\xd8",
        "vol.1/01. A.jpg": b"\xff\xd8",
        "vol.1/01. B.jpg": b"\xff\xd8",
        "vol.2/01.json": b'{"artist": "other folder"}',
    }
    found: dict[str, Any] = offers(write_tar(tmp_path / "x.tar", files))
    assert {name: item.artist for name, item in found.items()} == {
        "St. Vincent.jpg": "St. Vincent",
        "St. Germain.jpg": "St Germain",
        "St. Nobody.jpg": None,
        "vol.1/01. A.jpg": None,
        "vol.1/01. B.jpg": None,
    }


def test_shards_are_added_and_read_again_in_place(database: Database, tmp_path: Path) -> None:
    pictures = [cover_bytes(seed, tmp_path) for seed in range(4)]
    for shard in range(2):
        files = {}
        for number in range(2):
            files[f"{number}.png"] = pictures[2 * shard + number]
            files[f"{number}.json"] = json.dumps({"artist": "A", "album": f"{shard}{number}", "genre": "jazz"}).encode()
        write_tar(tmp_path / f"s-{shard:03d}.tar", files)
    for _ in range(2):
        reports = [add_source(database, open_source(tmp_path / f"s-{n:03d}.tar"), threads=2) for n in range(2)]
    assert [dict(report.counts) for report in reports] == [{"unchanged": 2}] * 2
    rows: list[Any] = catalogue(database)
    assert [(row[0], row[1], row[4]) for row in rows] == [(f"{s}{n}", "A", ("jazz",)) for s in (0, 1) for n in (0, 1)]
    assert [read(Path(row[5][0][2])) for row in rows] == pictures
    (tmp_path / "s-001.tar").rename(tmp_path / "renamed.tar")
    assert dict(add_source(database, open_source(tmp_path / "renamed.tar"), threads=2).counts) == {"unchanged": 2}
    assert len(catalogue(database)) == 4
