"""Zip archives of every kind, written by hand, also as no honest program would."""

import struct
import zlib
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from tests.factories import write_cover


def cover_bytes(seed: int, folder: Path) -> bytes:
    path = write_cover(folder / f"{seed}.png", seed)
    data = path.read_bytes()
    path.unlink()
    return data


def write_zip(path: Path, files: Mapping[str, bytes], *, method: int = ZIP_DEFLATED) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with ZipFile(path, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def raw_entry(
    name: bytes,
    data: bytes,
    *,
    flags: int = 0,
    method: int = 0,
    crc: int | None = None,
    size: int | None = None,
    extra: bytes = b"",
) -> tuple[bytes, bytes, bytes]:
    """A member as (local header and data, middle of its central record, its name and extra field); sizes may lie."""
    crc = zlib.crc32(data) if crc is None else crc
    size = len(data) if size is None else size
    fields = struct.pack("<HHHHHIIIHH", 20, flags, method, 0, 0, crc, len(data), size, len(name), len(extra))
    return b"PK\x03\x04" + fields + name + extra + data, fields, name + extra


def raw_zip(path: Path, entries: list[tuple[bytes, bytes, bytes]], *, mode: int = 0) -> Path:
    """Members put together as they are, whatever their names."""
    out = BytesIO()
    table = b""
    for local, fields, name in entries:
        offset = out.tell()
        out.write(local)
        table += b"PK\x01\x02\x14\x00" + fields + struct.pack("<HHHII", 0, 0, 0, mode << 16, offset) + name
    start = out.tell()
    out.write(table)
    out.write(struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, len(entries), len(entries), len(table), start, 0))
    path.write_bytes(out.getvalue())
    return path


def zip64_entry(name: str) -> ZipInfo:
    """A member that is to be written with Zip64 records."""
    return ZipInfo(name, (2000, 1, 1, 0, 0, 0))
