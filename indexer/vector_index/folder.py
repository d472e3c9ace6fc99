"""Index folders: written whole or not at all, opened only when every byte is what was written."""

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from indexer.files import new_folder
from indexer.vector_index.building import load
from indexer.vector_index.index import ASIDE, IDS_FILE, NATIVE_FILE, VectorIndex
from indexer.vector_index.manifest import FileRecord, IndexManifest
from sleeve.errors import VectorIndexError
from sleeve.platform import protect_from_writing
from sleeve.vocabulary import Fingerprint

_MANIFEST_FILE = "manifest.json"
_DATA_FILES = (NATIVE_FILE, IDS_FILE)
_ASIDE_FILES = tuple(f"{ASIDE}{name}" for name in _DATA_FILES)
_PIECE = 1 << 20
_READ_AT_ONCE = 1 << 18


def write(index: VectorIndex, folder: Path, *, fingerprint: Fingerprint, recall: float | None) -> IndexManifest:
    """Write an index as a new folder of files that are not to be written to, creating its parents.

    A crash leaves either no folder or a whole one, and at worst a hidden leftover (``new_folder``).

    Args:
        fingerprint: of the bundle that the vectors come from.
        recall: as measured by `recall_against_exact`; None when it was not.

    Raises:
        VectorIndexError: the folder exists already or cannot be written.
    """
    if folder.exists():
        raise VectorIndexError(f"{folder} exists already; an index is written to a new folder")
    try:
        with new_folder(folder) as fresh:
            index.save(fresh)
            manifest = _manifest_of(index, fresh, fingerprint, recall)
            (fresh / _MANIFEST_FILE).write_text(manifest.to_json(), encoding="utf-8")
            for file in fresh.iterdir():
                protect_from_writing(file)
    except OSError as error:
        raise VectorIndexError(f"the index cannot be written to {folder}: {error.strerror or error}") from error
    return manifest


def open_folder(folder: Path, *, expected_fingerprint: Fingerprint) -> VectorIndex:
    """Check a folder that `write` made, byte for byte, and open its index for searching only: see `load`.

    Raises:
        VectorIndexError: there is none, it holds another bundle's vectors, or anything in it is missing or damaged.
    """
    manifest = read_manifest(folder)
    if manifest.fingerprint != expected_fingerprint:
        raise VectorIndexError(
            f"the index in {folder} holds vectors of another bundle "
            f"({manifest.fingerprint[:12]}, not {expected_fingerprint[:12]})"
        )
    for name in (*_DATA_FILES, *(name for name in _ASIDE_FILES if (folder / name).exists() or name in manifest.files)):
        _check_file(folder / name, manifest.files.get(name))
    index = load(folder, manifest.dimension, read_only=True)
    if index.width_name is not None and index.width_name in manifest.arguments:
        index.search_with(manifest.arguments[index.width_name])
    for name, found, stated in (
        ("kind", index.kind, manifest.kind),
        ("count", len(index), manifest.count),
        ("tombstones", index.tombstones, manifest.tombstones),
    ):
        if found != stated:
            raise VectorIndexError(f"the index in {folder} has {name} {found}, but its manifest says {stated}")
    return index


def delete(folder: Path) -> int:
    """Delete the files that `write` made in a folder, and the folder if nothing else is in it.

    Returns:
        How many bytes that freed, 0 if there were no such files.

    Raises:
        OSError: a file cannot be deleted; the next try goes on from there.
    """
    freed_bytes = 0
    # The manifest goes first: what a crash leaves then is not an index.
    for name in (_MANIFEST_FILE, *_DATA_FILES, *_ASIDE_FILES):
        with suppress(FileNotFoundError):
            size_bytes = (folder / name).stat().st_size
            (folder / name).unlink()
            freed_bytes += size_bytes
    with suppress(OSError):
        folder.rmdir()
    return freed_bytes


def read_manifest(folder: Path) -> IndexManifest:
    """Return what a folder says it holds, without checking the rest.

    Raises:
        VectorIndexError: there is no index, or its manifest cannot be used.
    """
    try:
        text = (folder / _MANIFEST_FILE).read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError) as error:
        raise VectorIndexError(f"there is no index in {folder}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise VectorIndexError(f"{folder / _MANIFEST_FILE} cannot be read") from error
    try:
        return IndexManifest.from_json(text)
    except VectorIndexError as error:
        raise VectorIndexError(f"the index in {folder} cannot be used: {error}") from error


def stamp(folder: Path) -> tuple[object, ...]:
    """Return what changes when a file of an index is deleted, replaced or written to, without reading any."""
    found: list[object] = []
    for name in (*_DATA_FILES, *_ASIDE_FILES, _MANIFEST_FILE):
        try:
            stat = (folder / name).stat()
        except OSError:
            found.append(None)
        else:
            found.append((stat.st_ino, stat.st_size, stat.st_mtime_ns))
    return tuple(found)


def _manifest_of(index: VectorIndex, folder: Path, fingerprint: Fingerprint, recall: float | None) -> IndexManifest:
    return IndexManifest(
        kind=index.kind,
        dimension=index.dimension,
        count=len(index),
        tombstones=index.tombstones,
        factory=index.factory,
        arguments=dict(index.arguments),
        fingerprint=fingerprint,
        recall=recall,
        created_at=datetime.now(UTC),
        files={name: _file_record(folder / name) for name in (*_DATA_FILES, *_ASIDE_FILES) if (folder / name).exists()},
    )


def _file_record(path: Path) -> FileRecord:
    """Size and hash of a file; its pieces are hashed on all processors at once."""
    size = path.stat().st_size
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        digests = threads.map(lambda start: _digest_of_piece(path, start), range(0, size, _PIECE))
        return FileRecord(size_bytes=size, sha256_of_pieces=sha256(b"".join(digests)).hexdigest())


def _digest_of_piece(path: Path, start: int) -> bytes:
    digest, buffer = sha256(), memoryview(bytearray(_READ_AT_ONCE))
    with path.open("rb") as file:
        file.seek(start)
        for _ in range(_PIECE // _READ_AT_ONCE):
            digest.update(buffer[: file.readinto(buffer)])
    return digest.digest()


def _check_file(path: Path, stated: FileRecord | None) -> None:
    if stated is None:
        raise VectorIndexError(f"the manifest in {path.parent} does not state {path.name}")
    try:
        found = _file_record(path)
    except OSError as error:
        raise VectorIndexError(f"{path} is missing or cannot be read") from error
    if found.size_bytes != stated.size_bytes:
        raise VectorIndexError(f"{path} is {found.size_bytes} bytes long, not {stated.size_bytes}")
    if found.sha256_of_pieces != stated.sha256_of_pieces:
        raise VectorIndexError(f"{path} is damaged: its SHA-256 is not the one in the manifest")
