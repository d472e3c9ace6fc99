"""Bytes as a tar archive, with WebDataset's descriptions of its pictures: as of a zip archive."""

import io
import tarfile
from functools import partial
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["indexer.images.tar", "indexer.sources.samples"]):
    import indexer.images.tar
    import indexer.sources.samples  # noqa: F401 - looked into, and called by what is imported next

from tests.fuzz.archive import read_archive
from tests.fuzz.session import fuzz

FORMATS = (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)


def seeds(_folder: Path) -> list[bytes]:
    files = {
        "jazz/000001.jpg": b"x" * 700,
        "jazz/000001.json": b'{"artist": "Sun Ra", "year": 1959}',
        "jazz/000001.cls": b"3",
        f"{'long/' * 30}Ночь.png": b"z" * 20,
    }
    written = []
    for form in FORMATS:
        file = io.BytesIO()
        with tarfile.open(fileobj=file, mode="w", format=form, encoding="utf-8") as tar:
            for name, data in files.items():
                if form != tarfile.USTAR_FORMAT or len(name) < 100:
                    member = tarfile.TarInfo(name)
                    member.size = len(data)
                    tar.addfile(member, io.BytesIO(data))
            link = tarfile.TarInfo("a.jpg")
            link.type, link.linkname = tarfile.SYMTYPE, "../b.jpg"
            tar.addfile(link)
        written.append(file.getvalue())
    return written


if __name__ == "__main__":
    fuzz("tar", partial(read_archive, name="black metal.tar"), seeds)
