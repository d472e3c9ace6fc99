"""Predicted genres for music files: plan what to write, write it, and undo that from a journal."""

from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from db import albums
from db.database import Database
from indexer.images.audio.genre_writing import genre_splices, read_genres, splice_genres, write_genres
from indexer.images.audio.writing.splices import Splice, inverse
from indexer.sources.file_names import absolute
from indexer.sources.music import MusicSource
from indexer.sources.track_albums import TrackAlbum
from service.actions.journal import Journal, new_journal, records_backwards
from service.answers.classify import Classifier
from sleeve.errors import FileRejectedError, NotFoundError
from sleeve.vocabulary import Rejection

COMMAND = "tag"


@dataclass(frozen=True, slots=True)
class GenreChange:
    """A music file and the change of its genre tag.

    Attributes:
        before, after: the tag's texts.
        probability: of the predicted genre; None if nothing was predicted.
        note: why the file is not changed; empty if it is.
    """

    file: Path
    before: tuple[str, ...]
    after: tuple[str, ...]
    probability: float | None = None
    note: str = ""


def plan(database: Database, classifier: Classifier, library: MusicSource, *, overwrite: bool) -> Iterator[GenreChange]:
    """What the genre of every track of a library would become.

    Args:
        overwrite: whether tracks that have a genre get the predicted one instead.

    Raises:
        VectorIndexError: there is no index.
    """
    for album in library.albums():
        genre, probability, note = _predicted(database, classifier, library, album)
        for track in album.tracks:
            file = absolute(track.path)
            yield _planned(file, genre, probability, note, overwrite)


def write(changes: Sequence[GenreChange], journals: Path) -> tuple[Path, list[GenreChange]]:
    """Write the genres, each into the journal first.

    Returns:
        The journal, and what became of each change; a note says what went wrong.

    Raises:
        OutputError: the journal cannot be written; nothing else was.
    """
    with new_journal(journals, COMMAND) as journal:
        return journal.path, [change if change.note else _write_one(change, journal) for change in changes]


def undo(journal: Path) -> list[GenreChange]:
    """Put back every byte that a run changed; of files that were changed since, the genres if they are still its own.

    Raises:
        SourceError: the journal cannot be read; nothing was changed.
    """
    done: list[GenreChange] = []
    for written, pieces in records_backwards(journal, COMMAND, _record):
        change = GenreChange(written.file, written.after, written.before)
        try:
            current = read_genres(change.file)
            if current == change.after:
                change = replace(change, before=current, note="it is as it was before")
            elif current != change.before:
                change = replace(change, note="its genre was changed since")
            else:
                _put_back(change, pieces)
        except FileRejectedError as error:
            change = replace(change, note=str(error))
        done.append(change)
    return done


def _put_back(change: GenreChange, pieces: Sequence[Splice]) -> None:
    try:
        splice_genres(change.file, change.after, pieces)
    except FileRejectedError as error:
        if error.reason is not Rejection.CHANGED:
            raise
        write_genres(change.file, change.after)


def _predicted(
    database: Database, classifier: Classifier, library: MusicSource, album: TrackAlbum
) -> tuple[str | None, float | None, str]:
    """The genre, its probability, and why it is not to be written."""
    paths = [str(absolute(path)) for shown in library.art(album).values() for path in shown]
    with database.reading() as session:
        known = albums.of_files(session, paths)
    album_id = next((known[path] for path in paths if path in known), None)
    if album_id is None:
        return None, None, "its album is not in the catalogue; `sleeve add --genre-from tags` first"
    try:
        found = classifier.by_album(album_id)
    except NotFoundError:
        return None, None, "its album waits for `sleeve index`"
    if not found.genres:
        return None, None, "no genre is known"
    likeliest = found.genres[0]
    return likeliest.genre, likeliest.probability, "the prediction is unsure" if found.unsure else ""


def _planned(file: Path, genre: str | None, probability: float | None, note: str, overwrite: bool) -> GenreChange:
    before: tuple[str, ...] = ()
    try:
        before = read_genres(file)
        if before and not overwrite:
            note = note or "it has a genre; --replace writes over it"
        elif before == (genre,):
            note = note or "it has this genre"
        if genre is None or note:
            return GenreChange(file, before, before, probability, note)
        # So that what cannot be written is known before anything is.
        genre_splices(file, (genre,))
    except FileRejectedError as error:
        return GenreChange(file, before, before, probability, str(error))
    return GenreChange(file, before, (genre,), probability)


def _write_one(change: GenreChange, journal: Journal) -> GenreChange:
    try:
        splices = genre_splices(change.file, change.after)
        pieces = [
            (piece.at, *(b64encode(data).decode() for data in (piece.old, piece.new))) for piece in inverse(splices)
        ]
        record = {"file": str(change.file), "before": change.before, "after": change.after, "pieces": pieces}
        journal.write(record)
        splice_genres(change.file, change.after, splices)
    except FileRejectedError as error:
        return replace(change, note=str(error))
    return change


def _record(said: Any) -> tuple[GenreChange, list[Splice]]:
    """A change, and what undoes it; older journals have only the genres."""
    before, after = ([str(genre) for genre in said[name]] for name in ("before", "after"))
    pieces = [Splice(int(at), b64decode(old), b64decode(new)) for at, old, new in said.get("pieces", ())]
    return GenreChange(Path(said["file"]), tuple(before), tuple(after)), pieces
