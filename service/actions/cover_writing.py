"""Writing covers next to music files and into them, and undoing that from a journal."""

import os
import stat
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from indexer.care import CoverChange, as_cover
from indexer.files import BEGUN, replacing
from indexer.images.audio.picture_writing import picture_splices, read_front, splice_picture
from indexer.images.audio.tag_writing import splice_file
from indexer.images.audio.writing.picture_change import FrontPicture
from indexer.images.audio.writing.splices import Splice, inverse, joined
from indexer.images.decoding import read, size_px
from indexer.progress import Progress
from service.actions.journal import Journal, new_journal, records_backwards
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import Rejection

COMMAND = "covers"

CHANGED = "it was changed since"
SOURCE_CHANGED = "the picture that it was to get was changed since"
AS_BEFORE = "it is as it was before"


@dataclass(frozen=True, slots=True)
class Undone:
    """A file whose change was undone; a note says why not."""

    file: Path
    note: str = ""


def write(changes: Sequence[CoverChange], journals: Path, progress: Progress) -> tuple[Path, list[CoverChange]]:
    """Write the pictures, each into the journal first.

    What a run that was killed left half-written in the same folders is deleted.

    Returns:
        The journal, and what became of each change; a note says what went wrong.

    Raises:
        OutputError: the journal cannot be made; nothing was changed.
    """
    _sweep(change.file.parent for change in changes if not change.note)
    progress.start("Writing covers", len(changes))
    done = []
    with new_journal(journals, COMMAND) as journal:
        for change in changes:
            done.append(change if change.note else _written(change, journal))
            progress.advance(1)
    return journal.path, done


def undo(journal: Path) -> list[Undone]:
    """Put back every byte that a run changed, and delete the files that it made. What was changed since stays.

    Raises:
        SourceError: the journal cannot be read; nothing was changed.
    """
    done = []
    for record in records_backwards(journal, COMMAND, _record):
        _sweep([record.file.parent])
        try:
            note = _unmade(record) if record.made else _put_back(record)
        except FileRejectedError as error:
            note = _why(error)
        except OSError as error:
            note = error.strerror or str(error)
        done.append(Undone(record.file, note))
    return done


@dataclass(frozen=True, slots=True)
class _Piece:
    """At a place of the file as it was written: how many bytes are there, their SHA-256, and what was there before."""

    at: int
    size_bytes: int
    content_hash: str
    before: bytes


@dataclass(frozen=True, slots=True)
class _Record:
    """What undoes one file.

    Attributes:
        made: the SHA-256 of the whole file if there was none before.
        size_bytes: of the file before.
    """

    file: Path
    made: str
    size_bytes: int
    pieces: tuple[_Piece, ...]


def _record(said: Any) -> _Record:
    if "made" in said:
        return _Record(Path(said["file"]), str(said["made"]), 0, ())
    pieces = [
        _Piece(int(at), int(size_bytes), str(content_hash), b64decode(before))
        for at, size_bytes, content_hash, before in said["pieces"]
    ]
    return _Record(Path(said["file"]), "", int(said["size_bytes"]), tuple(pieces))


def _written(change: CoverChange, journal: Journal) -> CoverChange:
    try:
        note = _into_track(change, journal) if change.is_track else _into_file(change, journal)
    except FileRejectedError as error:
        note = _why(error)
    except OSError as error:
        note = error.strerror or str(error)
    return replace(change, note=note)


def _why(error: FileRejectedError) -> str:
    """What is said to a person; of what the disk refuses, only what it says."""
    if error.reason is Rejection.CHANGED:
        return CHANGED
    return error.detail if error.reason is Rejection.UNREADABLE and error.detail else str(error)


def _into_track(change: CoverChange, journal: Journal) -> str:
    """Returns why it was not written; empty if it was."""
    if change.file.is_symlink():
        return "it is a link"
    data = _new_picture(change)
    if data is None:
        return SOURCE_CHANGED
    old = read_front(change.file)
    if (None if old is None else _hash(old)) != change.before:
        return CHANGED
    picture = FrontPicture(old, data, size_px(data))
    splices = picture_splices(change.file, picture)
    _note_pieces(change.file, splices, journal)
    splice_picture(change.file, picture, splices)
    return ""


def _into_file(change: CoverChange, journal: Journal) -> str:
    """Returns why it was not written; empty if it was."""
    if change.file.is_symlink():
        return "it is a link"
    data = _new_picture(change)
    if data is None:
        return SOURCE_CHANGED
    if change.before is None:
        if os.path.lexists(change.file):
            return "there is a file of this name by now"
        _note(journal, {"file": str(change.file), "made": _hash(data)})
        try:
            with replacing(change.file) as fresh:
                fresh.write_bytes(data)
        except OSError as error:
            raise FileRejectedError(Rejection.UNREADABLE, error.strerror or str(error)) from error
        return ""
    old = read(change.file)
    if _hash(old) != change.before:
        return CHANGED
    splices = joined([Splice(0, old, data)])
    _note_pieces(change.file, splices, journal)
    splice_file(change.file, splices, lambda _: None)
    return ""


def _note_pieces(file: Path, splices: Sequence[Splice], journal: Journal) -> None:
    pieces = [(piece.at, len(piece.old), _hash(piece.old), b64encode(piece.new).decode()) for piece in inverse(splices)]
    _note(journal, {"file": str(file), "size_bytes": file.stat().st_size, "pieces": pieces})


def _note(journal: Journal, record: dict[str, Any]) -> None:
    try:
        journal.write(record)
    except OSError as error:
        detail = f"the journal cannot be written: {error.strerror}"
        raise FileRejectedError(Rejection.UNREADABLE, detail) from error


def _new_picture(change: CoverChange) -> bytes | None:
    assert change.source is not None
    assert change.source_hash is not None
    return _cover_from(change.source, change.source_hash)


@lru_cache(1)
def _cover_from(source: Path, content_hash: str) -> bytes | None:
    """The picture to write; an album's tracks all get the same, one after the other. None if it is another one now."""
    data = read(source)
    return as_cover(data) if _hash(data) == content_hash else None


def _unmade(record: _Record) -> str:
    if not os.path.lexists(record.file):
        return AS_BEFORE
    if record.file.is_symlink() or _hash(read(record.file)) != record.made:
        return CHANGED
    record.file.unlink()
    return ""


def _put_back(record: _Record) -> str:
    splices, originals, moved = [], [], 0
    for piece in record.pieces:
        originals.append((piece.at - moved, piece.before))
        moved += piece.size_bytes - len(piece.before)
    if record.file.is_symlink() or not stat.S_ISREG(record.file.stat().st_mode):
        return CHANGED
    with record.file.open("rb") as file:
        for piece in record.pieces:
            file.seek(piece.at)
            written = file.read(piece.size_bytes)
            if _hash(written) != piece.content_hash:
                break
            splices.append(Splice(piece.at, written, piece.before))
        else:
            splice_file(record.file, splices, lambda _: None)
            return ""
        is_as_before = record.file.stat().st_size == record.size_bytes
        for at, before in originals:
            file.seek(at)
            is_as_before = is_as_before and file.read(len(before)) == before
    return AS_BEFORE if is_as_before else CHANGED


def _sweep(folders: Iterable[Path]) -> None:
    """Delete what a run that was killed left half-written."""
    for folder in dict.fromkeys(folders):
        try:
            begun = [path for path in folder.iterdir() if BEGUN.fullmatch(path.name)]
            for path in begun:
                path.unlink(missing_ok=True)
        except OSError:
            continue  # what is written there next says what is wrong


def _hash(data: bytes) -> str:
    return sha256(data).hexdigest()
