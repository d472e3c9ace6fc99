"""Bytes as a zip archive: its covers are offered or rejected, its members are read or refused."""

from pathlib import Path

import atheris

with atheris.instrument_imports(
    include=["zipfile", "indexer.images.archive", "indexer.images.bounded_file", "indexer.sources"]
):
    from zipfile import ZIP_STORED

    from db.records import CoverFile
    from indexer.images import archive
    from indexer.sources.add_report import AddReport
    from indexer.sources.archive import ArchiveSource
    from sleeve.errors import FileRejectedError

from tests.fuzz.session import fuzz
from tests.indexer.images.zips import raw_entry, raw_zip, write_zip

MAX_BYTES = 100_000


def read_archive(data: bytes, folder: Path, name: str = "black metal.zip") -> None:
    path = folder / name
    path.write_bytes(data)
    # A table is known by its file's time, and the clock of a file system ticks more slowly than this runs.
    archive._contents.cache_clear()
    for offered in AddReport().offered(ArchiveSource(path)):
        assert str(offered.path).encode()
        if isinstance(offered, CoverFile):
            assert offered.path.is_relative_to(path)
            assert ".." not in offered.path.parts
            assert offered.file.encode()
    try:
        names = list(archive.contents(path).members)
    except FileRejectedError:
        return
    for member in names:
        try:
            assert 0 < len(archive.read_member(path, member, MAX_BYTES)) <= MAX_BYTES
        except FileRejectedError:
            continue
    assert [file.name for file in folder.iterdir()] == [path.name]


def seeds(folder: Path) -> list[bytes]:
    path = folder / "seed.zip"
    files = {"a/front.jpg": b"x" * 500, "a/back.jpg": b"y", "Ночь.png": b"z" * 20, "in.zip": b"PK\x03\x04"}
    odd = [raw_entry(b"../a.jpg", b"x"), raw_entry(b"a\\b.jpg", b"x", flags=1), raw_entry(b"a.jpg", b"x", size=9)]
    written = [write_zip(path, files).read_bytes(), write_zip(path, files, method=ZIP_STORED).read_bytes()]
    written += [raw_zip(path, odd).read_bytes(), raw_zip(path, odd[2:], mode=0o120777).read_bytes()]
    path.unlink()
    return written


if __name__ == "__main__":
    fuzz("archive", read_archive, seeds)
