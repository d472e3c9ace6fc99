"""Zip and tar archives, read in place: what they hold, and the bytes of one member. Nothing is ever unpacked to disk.

Python's ``zipfile`` parses the table of contents of a zip; a member is then read by hand, so that no file stays open
between two reads and no more comes out than was announced (format: PKWARE, APPNOTE.TXT 6.3.10, sections 4.3 and 4.4).
"""

import stat
import struct
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from encodings.aliases import aliases
from functools import lru_cache
from pathlib import Path, PurePosixPath
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from indexer.images.bounded_file import BoundedFile, OverBudgetError
from indexer.images.tar import TarMember, tar_members
from indexer.old_encodings import OF_ARCHIVES, Likely, likely_encoding
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import Rejection

TAR_SUFFIX = ".tar"
ARCHIVE_SUFFIXES = frozenset({".zip", TAR_SUFFIX})

MAX_MEMBERS = 100_000
MAX_TABLE_BYTES = 16 * 2**20
"""Members of one archive, and the size of its table of contents."""

MAX_TAR_HEADER_BYTES = 256 * 2**20
"""What is read of a tar to find its members; of each at least 512 bytes."""

MAX_UNPACKED_BYTES = 64 * 2**30
"""What all members of one archive may unpack to. They are read one at a time, so this bounds time, not memory."""

MAX_RATIO = 200
"""A member larger than ``RATIO_COUNTS_FROM_BYTES`` may not unpack to more than this many times its packed size."""

RATIO_COUNTS_FROM_BYTES = 2**20

_KEPT_TABLES = 8
_MAX_CALLS = 10_000
_MAX_TAR_CALLS = 16 * MAX_MEMBERS
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_ENCRYPTED = 0x1 | 0x40
_UTF8_NAME = 0x800
_EXTRA_FIELD = struct.Struct("<HH")
_UNICODE_PATH = 0x7075
_UNICODE_PATH_HEAD = struct.Struct("<BI")
_EVIDENCE_BYTES = 2**16
"""What is looked at of names in an unknown encoding."""

_ENCODINGS = tuple(dict.fromkeys((*OF_ARCHIVES, *sorted(set(aliases.values())))))
"""All that Python knows; those that archives are usually in come first."""

_NESTED = {".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".cbz", ".cbr", ".jar"}
_ZIP_BEGINS = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive, as its table of contents has it.

    Attributes:
        offset: where its local header begins; in a tar, its bytes.
        fault: why it is refused, or None.
    """

    offset: int
    packed_bytes: int
    size_bytes: int
    crc: int
    method: int
    fault: tuple[Rejection, str] | None


@dataclass(frozen=True, slots=True)
class Contents:
    """The files of an archive by their names, in the order of its table of contents; folders are left out.

    Names are as written, with slashes between folders; one that could lead out of the archive belongs to a member with
    a fault.

    Attributes:
        guessed: the encoding that the names seem to be in; None if they say it themselves, or somebody else does.
        raw: names in an unknown encoding, as they are in the archive → as they are in ``members``.
    """

    members: Mapping[str, Member]
    guessed: Likely | None = None
    raw: Mapping[bytes, str] = field(default_factory=dict)


def contents(path: Path, encoding: str | None = None) -> Contents:
    """What an archive holds.

    Args:
        encoding: of names that do not say theirs and are not UTF-8; None guesses it.

    Raises:
        FileRejectedError: MISSING, UNREADABLE, BAD_ARCHIVE or ARCHIVE_TOO_LARGE, for the archive as a whole.
    """
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise FileRejectedError(Rejection.UNREADABLE, "not a regular file")
        return _contents(path, encoding, status.st_size, status.st_mtime_ns, status.st_ino)
    except FileNotFoundError as error:
        raise FileRejectedError(Rejection.MISSING) from error
    except OverBudgetError as error:
        raise FileRejectedError(Rejection.ARCHIVE_TOO_LARGE, str(error)) from error
    except OSError as error:
        raise FileRejectedError(Rejection.UNREADABLE, error.strerror or "") from error


def find(path: Path, name: str) -> Member | None:
    """The member of this name, in whichever encoding somebody has said that the names are.

    Raises:
        FileRejectedError: as ``contents``.
    """
    found = contents(path)
    if name in found.members or not found.raw:
        return found.members.get(name)
    # As a tar of `.` and PowerShell's zips have it.
    written = (name, f"./{name}", name.replace("/", "\\"))
    for encoding in _ENCODINGS:
        for text in written:
            raw = _encoded(text, encoding)
            if raw in found.raw:
                return found.members[found.raw[raw]]
    return None


def _encoded(text: str, encoding: str) -> bytes:
    try:
        return text.encode(encoding)
    except (UnicodeError, LookupError):
        return b""


def read_member(path: Path, name: str, max_bytes: int) -> bytes:
    """The bytes of one member, checked against their checksum.

    Raises:
        FileRejectedError: the archive or the member is refused, damaged, gone, or larger than ``max_bytes``.
    """
    member = find(path, name)
    if member is None:
        raise FileRejectedError(Rejection.MISSING, "not in the archive")
    if member.fault is not None:
        raise FileRejectedError(*member.fault)
    if member.size_bytes > max_bytes:
        raise FileRejectedError(Rejection.TOO_MANY_BYTES, f"over {max_bytes:,} bytes")
    if member.size_bytes == 0:
        raise FileRejectedError(Rejection.EMPTY)
    data = _stored(path, member) if _is_tar(path) else _unpack(member, _packed(path, member, max_bytes))
    if data.startswith(_ZIP_BEGINS):
        raise FileRejectedError(Rejection.NESTED_ARCHIVE)
    return data


@lru_cache(maxsize=_KEPT_TABLES)
def _contents(path: Path, encoding: str | None, size_bytes: int, _mtime_ns: int, _inode: int) -> Contents:
    return _contents_of_tar(path, encoding) if _is_tar(path) else _contents_of_zip(path, encoding, size_bytes)


def _is_tar(path: Path) -> bool:
    return path.suffix.lower() == TAR_SUFFIX


def _contents_of_tar(path: Path, encoding: str | None) -> Contents:
    found: list[TarMember] = []
    with BoundedFile(path, max_bytes=MAX_TAR_HEADER_BYTES, max_calls=_MAX_TAR_CALLS) as file:
        for member in tar_members(file):
            found.append(member)
            if len(found) > MAX_MEMBERS:
                raise FileRejectedError(Rejection.ARCHIVE_TOO_LARGE, f"over {MAX_MEMBERS:,} members")
    read, guessed = _decoded([member.name for member in found if not _is_utf8(member.name)], encoding)
    named = [read.get(member.name) or member.name.decode() for member in found]
    # As `tar -cf x.tar .` writes them.
    names = [name.removeprefix("./") for name in named]
    times = Counter(names)
    return Contents(
        {
            name: Member(
                member.offset,
                member.size_bytes,
                member.size_bytes,
                0,
                ZIP_STORED,
                _fault_in_tar(name, member, times[name]),
            )
            for name, member in zip(names, found, strict=True)
        },
        guessed,
        {raw: name.removeprefix("./") for raw, name in read.items()},
    )


def _decoded(unknown: Sequence[bytes], encoding: str | None) -> tuple[dict[bytes, str], Likely | None]:
    """Names in an unknown encoding, each with how it is read, and the encoding if it is guessed.

    Raises:
        FileRejectedError: BAD_ARCHIVE: they are not in this encoding.
    """
    if not unknown:
        return {}, None
    try:
        if encoding is not None:
            return {raw: raw.decode(encoding) for raw in unknown}, None
    except UnicodeError as error:
        raise FileRejectedError(Rejection.BAD_ARCHIVE, f"its names are not in {encoding}") from error
    likely = likely_encoding(b"\n".join(unknown)[:_EVIDENCE_BYTES], OF_ARCHIVES)
    return {raw: raw.decode(likely.encoding, errors="replace") for raw in unknown}, likely


def _is_utf8(name: bytes) -> bool:
    try:
        name.decode()
    except UnicodeDecodeError:
        return False
    return True


def _fault_in_tar(name: str, member: TarMember, times: int) -> tuple[Rejection, str] | None:
    if times > 1:
        return Rejection.UNSAFE_NAME, "it is in the archive twice"
    if (unsafe := _unsafe(name)) is not None:
        return Rejection.UNSAFE_NAME, unsafe
    if member.kind:
        return Rejection.UNREADABLE, member.kind
    if PurePosixPath(name).suffix.lower() in _NESTED:
        return Rejection.NESTED_ARCHIVE, "unpack it first"
    return None


def _contents_of_zip(path: Path, encoding: str | None, size_bytes: int) -> Contents:
    with BoundedFile(path, max_bytes=2 * MAX_TABLE_BYTES, max_calls=_MAX_CALLS) as file:
        try:
            with ZipFile(file) as archive:
                entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        except OSError:
            raise
        # What zipfile raises for tables that are not tables; found by fuzzing.
        except (BadZipFile, NotImplementedError, struct.error, ValueError, IndexError, OverflowError) as error:
            raise FileRejectedError(Rejection.BAD_ARCHIVE, "it is cut off, or no zip archive") from error
    if len(entries) > MAX_MEMBERS:
        raise FileRejectedError(Rejection.ARCHIVE_TOO_LARGE, f"over {MAX_MEMBERS:,} members")
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED_BYTES:
        raise FileRejectedError(Rejection.ARCHIVE_TOO_LARGE, f"unpacks to over {MAX_UNPACKED_BYTES // 2**30} GiB")
    if sum(entry.compress_size + _LOCAL_HEADER.size for entry in entries) > size_bytes:
        raise FileRejectedError(Rejection.BAD_ARCHIVE, "its members overlap")
    said = [_said_name(entry) for entry in entries]
    unknown = [_raw_name(entry) for entry, name in zip(entries, said, strict=True) if name is None]
    read, guessed = _decoded(unknown, encoding)
    names = (read[_raw_name(entry)] if name is None else name for name, entry in zip(said, entries, strict=True))
    # PowerShell and .NET wrote backslashes between folders, and folders as files whose name ends in one.
    named = [(name.replace("\\", "/"), entry) for name, entry in zip(names, entries, strict=True)]
    named = [(name, entry) for name, entry in named if not name.endswith("/")]
    times = Counter(name for name, _ in named)
    return Contents(
        {name: _member(name, entry, times[name]) for name, entry in named},
        guessed,
        {raw: name.replace("\\", "/") for raw, name in read.items()},
    )


def _raw_name(entry: ZipInfo) -> bytes:
    return entry.orig_filename.encode("cp437")


def _said_name(entry: ZipInfo) -> str | None:
    """The name in the encoding that it says, or in UTF-8, which many programs write without saying so; else None."""
    name = entry.orig_filename
    if entry.flag_bits & _UTF8_NAME or name.isascii():
        return name
    raw = name.encode("cp437")
    unicode_path = _unicode_path(entry.extra, zlib.crc32(raw))
    try:
        return (unicode_path or raw).decode()
    except UnicodeError:
        return None


def _unicode_path(extra: bytes, crc: int) -> bytes | None:
    """The name in UTF-8 that Info-ZIP puts next to one in an old encoding (APPNOTE, section 4.6.9)."""
    while len(extra) >= _EXTRA_FIELD.size:
        kind, size = _EXTRA_FIELD.unpack_from(extra)
        data, extra = extra[_EXTRA_FIELD.size :][:size], extra[_EXTRA_FIELD.size + size :]
        if kind == _UNICODE_PATH and len(data) > _UNICODE_PATH_HEAD.size:
            version, of = _UNICODE_PATH_HEAD.unpack_from(data)
            return data[_UNICODE_PATH_HEAD.size :] if (version, of) == (1, crc) else None
    return None


def _member(name: str, entry: ZipInfo, times: int) -> Member:
    return Member(
        entry.header_offset,
        entry.compress_size,
        entry.file_size,
        entry.CRC,
        entry.compress_type,
        (Rejection.UNSAFE_NAME, "it is in the archive twice") if times > 1 else _fault(name, entry),
    )


def _fault(name: str, entry: ZipInfo) -> tuple[Rejection, str] | None:
    if (unsafe := _unsafe(name)) is not None:
        return Rejection.UNSAFE_NAME, unsafe
    if stat.S_ISLNK(entry.external_attr >> 16):
        return Rejection.UNREADABLE, "a symbolic link"
    if entry.flag_bits & _ENCRYPTED:
        return Rejection.ENCRYPTED, "unpack it first"
    if PurePosixPath(name).suffix.lower() in _NESTED:
        return Rejection.NESTED_ARCHIVE, "unpack it first"
    if entry.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
        return Rejection.UNREADABLE, f"packed by a method that is not read ({entry.compress_type})"
    if entry.file_size > max(RATIO_COUNTS_FROM_BYTES, MAX_RATIO * entry.compress_size):
        return Rejection.ARCHIVE_TOO_LARGE, f"unpacks to over {MAX_RATIO} times its size"
    return None


def _unsafe(name: str) -> str | None:
    if not name.isprintable():
        return "it has characters that are not printable"
    if len(name) > 1 and name[1] == ":":
        return "it is a Windows path with a drive"
    if name.startswith("/"):
        return "it is an absolute path"
    if ".." in name.split("/"):
        return "it leads out of the archive"
    # Every path is brought to this form before a member is looked up by it.
    return None if str(PurePosixPath(name)) == name else "it is not a plain path"


def _packed(path: Path, member: Member, max_bytes: int) -> bytes:
    # Deflate never makes anything larger by more than a few bytes in a block.
    if member.packed_bytes > max_bytes + max_bytes // 100 + 1024:
        raise FileRejectedError(Rejection.TOO_MANY_BYTES, f"over {max_bytes:,} bytes")
    try:
        with path.open("rb") as file:
            file.seek(member.offset)
            header = file.read(_LOCAL_HEADER.size)
            if len(header) < _LOCAL_HEADER.size:
                raise _damaged("it is cut off")
            begins, name_bytes, extra_bytes = _LOCAL_HEADER.unpack(header)
            if begins != _ZIP_BEGINS:
                raise _damaged("its header is not where it should be")
            file.seek(name_bytes + extra_bytes, 1)
            packed = file.read(member.packed_bytes)
    except (OSError, ValueError, OverflowError) as error:
        raise _damaged("it cannot be read") from error
    if len(packed) < member.packed_bytes:
        raise _damaged("it is cut off")
    return packed


def _stored(path: Path, member: Member) -> bytes:
    """The bytes of a member of a tar, which has no checksums of them."""
    try:
        with path.open("rb") as file:
            file.seek(member.offset)
            data = file.read(member.size_bytes)
    except (OSError, ValueError) as error:
        raise _damaged("it cannot be read") from error
    if len(data) < member.size_bytes:
        raise _damaged("it is cut off")
    return data


def _unpack(member: Member, packed: bytes) -> bytes:
    data = packed
    if member.method == ZIP_DEFLATED:
        try:
            data = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, member.size_bytes + 1)
        except zlib.error as error:
            raise _damaged("it cannot be unpacked") from error
    if len(data) != member.size_bytes:
        raise _damaged("it is not of the size that it says")
    if zlib.crc32(data) != member.crc:
        raise _damaged("its checksum is wrong")
    return data


def _damaged(detail: str) -> FileRejectedError:
    return FileRejectedError(Rejection.BAD_ARCHIVE, detail)
