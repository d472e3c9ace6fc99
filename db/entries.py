"""Rows of lists: each is a statement about an album, which needs no cover. ADR 30 has the rules."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import asdict
from math import inf

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import removed_files
from db.albums import pressing_of
from db.identity import Word, word_of
from db.records import AlbumEntry, FileOutcome, ListRow, fold
from db.settling import Names, derive
from db.statements import albums_by_key, find_by, fits, load, said_by
from db.tables import Album, AlbumList, Cover, Entry, RemovedFile, Statement
from sleeve.vocabulary import AlbumId, LabelSource, ListName, Outcome

_AT_ONCE = 500


def register(session: Session, rows: Sequence[ListRow], *, again: bool = False) -> list[FileOutcome]:
    """Write rows of a list to the catalogue; returns the outcome of each, in order. ``settle`` until nothing waits.

    Args:
        session: a writing session.
        rows: at most a batch of them, each path once.
        again: also those that a person removed.
    """
    register = _Register(session, rows, again=again)
    outcomes = [FileOutcome(row.file, row.path, register.accept(row)) for row in rows]
    session.flush()
    return outcomes


class _Register:
    """The rows that a batch touches, loaded at once."""

    def __init__(self, session: Session, rows: Sequence[ListRow], *, again: bool) -> None:
        self._session = session
        self._again = again
        paths = [row.path for row in rows]
        self._entries = {one.path: one for one in session.scalars(select(Entry).where(Entry.path.in_(paths)))}
        # Kept, so that they are not loaded again one by one.
        self._albums = load(session, sorted({entry.album_id for entry in self._entries.values()}))
        self._removed = {
            row.path: row for row in removed_files.of_contents(session, map(removed_files.hash_of_entry, paths))
        }
        self._words = {row.path: _word(row) for row in rows}
        new = [word for path, word in self._words.items() if path not in self._entries]
        self._by_key = albums_by_key(session, {key for word in new for key in (word.outside_id, word.names) if key})
        self._genre_of = Names(session)
        self._genre_of.know(fold(genre) for row in rows for genre in row.genres)

    def accept(self, row: ListRow) -> Outcome:
        entry = self._entries.get(row.path)
        removed: RemovedFile | None = self._removed.get(row.path)
        if removed is not None and not self._again:
            return Outcome.REMOVED
        if removed is not None:
            self._session.delete(removed)
        if entry is not None:
            _write(entry, row)
            if _say(entry, row):
                entry.album.unsettled = True
            return Outcome.UNCHANGED
        album = self._album_of(self._words[row.path])
        if self._is_known_elsewhere(row):
            return Outcome.UNCHANGED
        if row.exported and album.id is not None and set(row.lists) <= {one.name for one in album.lists}:
            # An export that was not changed is the catalogue seen twice, and no source of its own.
            return Outcome.UNCHANGED
        entry = Entry(path=row.path, place=row.place, album=album)
        _write(entry, row)
        _say(entry, row)
        self._session.add(entry)
        word = self._words[row.path]
        for key in (word.outside_id, word.names):
            if key:
                self._by_key[key].append(entry)
        if album.id is None:
            derive(self._session, album, self._genre_of)
        else:
            album.unsettled = True
        return Outcome.ADDED

    def _is_known_elsewhere(self, row: ListRow) -> bool:
        """Whether another table that is the same list has the very row: a list that was exported, or kept twice."""
        word = self._words[row.path]
        return any(
            isinstance(one, Entry) and one.place != row.place and (one.name, one.cells) == (row.name, row.cells)
            for key in (word.outside_id, word.names)
            if key and row.name
            for one in self._by_key[key]
        )

    def _album_of(self, word: Word) -> Album:
        found = {one.album: None for key in (word.outside_id, word.names) if key for one in self._by_key[key]}
        ranked = sorted(found, key=lambda one: (word.year is not None and one.year != word.year, one.id or inf))
        said = {LabelSource.LIST: word}
        return next((one for one in ranked if fits(said, one.members)), None) or Album()


def _word(row: ListRow) -> Word:
    return word_of(row.artist, row.title, row.year, None, row.extra)


def _write(entry: Entry, row: ListRow) -> None:
    """Put the row in place of what it was."""
    entry.name, entry.position, entry.cells = row.name, row.position, dict(row.cells)
    for part, value in asdict(row.pressing).items():
        setattr(entry, part, value)


def _say(entry: Entry, row: ListRow) -> bool:
    """Put what the row says now in place of what it said; returns whether that is something else."""
    said = said_by(entry, LabelSource.LIST)
    new = {
        "artist": row.artist,
        "title": row.title,
        "year": row.year,
        "genres": list(dict.fromkeys(map(fold, row.genres))) or None,
        "extra": dict(row.extra) or None,
        "lists": dict.fromkeys(map(str, row.lists), True) or None,
    }
    before = {part: getattr(said, part) for part in new}
    for part, value in new.items():
        setattr(said, part, value)
    find_by(said)
    return before != new


def forget_others(session: Session, place: str, still: Set[str]) -> tuple[int, list[AlbumId]]:
    """Forget the rows of a list that it does not have any more; returns how many, and the albums that went with them.

    Albums of which nothing else is known go, unless a person said something about them: that stays, and so does the
    name by which it was said.

    Args:
        session: a writing session.
        place: of the list.
        still: the paths of the rows that it has.
    """
    listed = select(Entry.id, Entry.path).where(Entry.place == place, Entry.cells.is_not(None))
    gone = [row.id for row in session.execute(listed) if row.path not in still]
    albums: list[AlbumId] = []
    for start in range(0, len(gone), _AT_ONCE):
        some = gone[start : start + _AT_ONCE]
        of_albums = session.scalars(select(Entry.album_id).where(Entry.id.in_(some)).distinct())
        for album in load(session, sorted(of_albums)):
            for entry in [entry for entry in album.entries if entry.id in some]:
                _forget(session, entry)
            if album.members:
                album.unsettled = True
            else:
                albums.append(AlbumId(album.id))
                session.delete(album)
        session.flush()
    return len(gone), albums


def _forget(session: Session, entry: Entry) -> None:
    by_hand = [one for one in entry.statements if one.source == LabelSource.HAND and _says_anything(one)]
    if not by_hand and not entry.held:
        entry.album.entries.remove(entry)
        return
    listed = said_by(entry, LabelSource.LIST)
    earlier = said_by(entry, LabelSource.EARLIER)
    earlier.artist, earlier.title, earlier.extra = listed.artist, listed.title, listed.extra
    find_by(earlier)
    entry.statements.remove(listed)
    entry.name, entry.cells = None, None


def _says_anything(said: Statement) -> bool:
    return any(part is not None for part in (said.artist, said.title, said.year, said.genres, said.lists))


def of_album(session: Session, album_id: AlbumId) -> list[AlbumEntry]:
    """What lists say of an album, in the order in which they were added."""
    found = session.scalars(select(Entry).where(Entry.album_id == album_id).order_by(Entry.id))
    return [_shown(entry) for entry in found]


def _shown(entry: Entry) -> AlbumEntry:
    return AlbumEntry(None if entry.name is None else ListName(entry.name), pressing_of(entry), entry.cells or {})


def marked_by_hand(session: Session, album_id: AlbumId) -> dict[ListName, bool]:
    """What a person said about which lists an album is on."""
    found: dict[ListName, bool] = {}
    for album in load(session, [album_id]):
        for said in (one for member in album.members for one in member.statements if one.source == LabelSource.HAND):
            found |= {ListName(name): is_on for name, is_on in (said.lists or {}).items()}
    return found


def places(session: Session) -> list[str]:
    """What the lists of the catalogue are known by."""
    return list(session.scalars(select(Entry.place).distinct().order_by(Entry.place)))


def rows_of_list(session: Session, name: ListName) -> Iterator[tuple[str, str, AlbumEntry]]:
    """Artist, title and the rows of all tables that are this list, table by table, in their order; without those whose
    album a person took off the list."""
    taken_off = _taken_off(session, name)
    said = (Statement.entry_id == Entry.id) & (Statement.source == LabelSource.LIST)
    query = select(Entry, Statement.artist, Statement.title).join(Statement, said)
    query = query.where(Entry.name == name, Entry.cells.is_not(None))
    for entry, artist, title in session.execute(query.order_by(Entry.place, Entry.position, Entry.id)):
        if entry.album_id not in taken_off:
            yield artist or "", title or "", _shown(entry)


def albums_without_row(session: Session, name: ListName) -> list[AlbumId]:
    """The albums of a list that no table has as a whole: a person, or the rows of a table, put them on it."""
    in_table = select(Entry.album_id).where(Entry.name == name, Entry.cells.is_not(None))
    on = select(AlbumList.album_id).where(AlbumList.name == name, AlbumList.album_id.not_in(in_table))
    return [AlbumId(album_id) for album_id in session.scalars(on.order_by(AlbumList.album_id))]


def _taken_off(session: Session, name: ListName) -> set[int]:
    by_hand = (Statement.source == LabelSource.HAND) & Statement.lists.is_not(None)
    found: set[int] = set()
    for member, key in ((Cover, Statement.cover_id), (Entry, Statement.entry_id)):
        said = select(member.album_id, Statement.lists).join(member, member.id == key).where(by_hand)
        found.update(row.album_id for row in session.execute(said) if row.lists.get(name) is False)
    return found
