"""The members of a tar archive: where each begins and how large it is.

Read by hand, because ``tarfile`` takes damage in the middle for the end, and so would lose what follows without a word
(format: POSIX.1-2001, pax interchange format; GNU tar, "Basic Tar Format"). Nothing is read of a member itself.
"""

from collections.abc import Iterator
from typing import NamedTuple

from indexer.images.bounded_file import BoundedFile
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import Rejection

BLOCK_BYTES = 512

MAX_EXTENSION_BYTES = 2**16
"""A long name, or what the pax format says of a member."""

_FILE, _LINKS, _FOLDER = b"07\0", b"12", b"5"
_WITHOUT_BYTES = b"123456"
_LONG_NAME, _LONG_LINK = b"L", b"K"
_OF_NEXT, _OF_ALL = b"xX", b"g"
_SPARSE = b"S"


class TarMember(NamedTuple):
    """A member that is no folder.

    Attributes:
        name: as written.
        offset: where its bytes begin.
        kind: what it is if it is not a regular file; else empty.
    """

    name: bytes
    offset: int
    size_bytes: int
    kind: str


def tar_members(file: BoundedFile) -> Iterator[TarMember]:
    """The members in their order.

    Raises:
        FileRejectedError: BAD_ARCHIVE if it is cut off, or anything in it is no header; ARCHIVE_TOO_LARGE.
        OSError: the file cannot be read, or its budget is spent.
    """
    at = 0
    long_name: bytes | None = None
    said: dict[bytes, bytes] = {}
    of_all: dict[bytes, bytes] = {}
    while (header := _header(file, at)) is not None:
        size = header.size_bytes
        if header.kind in _FILE + _OF_NEXT + _OF_ALL and b"size" in said:
            size = _decimal(said[b"size"])
        data_at = at + BLOCK_BYTES
        if header.kind in _WITHOUT_BYTES:
            size = 0
        if not 0 <= size <= file.size_bytes - data_at:
            raise _damaged("it is cut off, or says a wrong size")
        at = data_at + -(-size // BLOCK_BYTES) * BLOCK_BYTES
        if header.kind == _LONG_NAME:
            long_name = _extension(file, data_at, size).rstrip(b"\0")
        elif header.kind in _OF_NEXT:
            said = _records(_extension(file, data_at, size))
        elif header.kind in _OF_ALL:
            of_all |= _records(_extension(file, data_at, size))
        elif header.kind != _LONG_LINK:
            known = of_all | said
            if header.kind == _SPARSE or any(key.startswith(b"GNU.sparse") for key in known):
                raise _damaged("it holds sparse files")
            name = known.get(b"path") or long_name or header.name
            long_name, said = None, {}
            if header.kind != _FOLDER and not (header.kind in _FILE and name.endswith(b"/")):
                yield TarMember(name, data_at, size, _kind(header.kind))


class _Header(NamedTuple):
    name: bytes
    size_bytes: int
    kind: bytes


def _header(file: BoundedFile, at: int) -> _Header | None:
    """The header in a block; None at the end of the archive."""
    file.seek(at)
    block = file.read(BLOCK_BYTES)
    # Without the empty block at the end nobody knows whether members are missing.
    if len(block) < BLOCK_BYTES:
        raise _damaged("it is cut off")
    if not block.strip(b"\0"):
        if at == 0:
            raise _damaged("it is not a tar archive")
        return None
    spaced = block[:148] + b" " * 8 + block[156:]
    signed = sum(byte - 256 if byte > 127 else byte for byte in spaced)
    if _number(block[148:156]) not in {sum(spaced), signed}:
        raise _damaged("it is not a tar archive" if at == 0 else "it is damaged, or says a wrong size")
    name, prefix = block[:100].split(b"\0")[0], block[345:500].split(b"\0")[0]
    is_posix = block[257:263] == b"ustar\0"
    return _Header(prefix + b"/" + name if is_posix and prefix else name, _number(block[124:136]), block[156:157])


def _number(field: bytes) -> int:
    """An octal number, or a large one of base 256 as GNU tar writes it; -1 if it is neither."""
    if field[0] & 0x80:
        return int.from_bytes(bytes([field[0] & 0x7F]) + field[1:], "big") if field[0] == 0x80 else -1
    text = field.strip(b" \0")
    if not text:
        return 0
    return int(text, 8) if text.isdigit() and not set(text) & set(b"89") else -1


def _decimal(text: bytes) -> int:
    if not text.isdigit() or len(text) > 19:
        raise _damaged("it says a wrong size")
    return int(text)


def _extension(file: BoundedFile, at: int, size: int) -> bytes:
    if size > MAX_EXTENSION_BYTES:
        raise FileRejectedError(Rejection.ARCHIVE_TOO_LARGE, f"a name in it takes over {MAX_EXTENSION_BYTES:,} bytes")
    file.seek(at)
    return file.read(size)


def _records(data: bytes) -> dict[bytes, bytes]:
    """The records of a pax header, each as ``length key=value`` and a line break."""
    found: dict[bytes, bytes] = {}
    while data.strip(b"\0"):
        length, space, _ = data.partition(b" ")
        end = _decimal(length)
        key, sign, value = data[len(length) + 1 : end - 1].partition(b"=")
        if not space or not sign or not len(length) + 1 < end <= len(data) or data[end - 1 : end] != b"\n":
            raise _damaged("a pax header in it is damaged")
        found[key] = value
        data = data[end:]
    return found


def _kind(flag: bytes) -> str:
    if flag in _FILE:
        return ""
    return "a link" if flag in _LINKS else "not a regular file"


def _damaged(detail: str) -> FileRejectedError:
    return FileRejectedError(Rejection.BAD_ARCHIVE, detail)
