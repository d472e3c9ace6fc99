"""Albums without a name, a genre, a year or a cover, and what is added to them."""

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from db import removed_files, texts
from db.identity import first, release_of
from db.records import HashedCover, Placed, TextLine, UploadedCover, fold
from db.release_groups import KEY
from db.settling import Names, derive
from db.statements import find_by, load, said_by
from db.tables import Album, AlbumGenre, Cover, CoverText, Entry, Statement
from db.uploads import add_cover
from sleeve.vocabulary import AlbumId, ContentHash, CoverId, Fact, LabelSource, Side

EVERY_FACT: Set[Fact] = frozenset(Fact)


@dataclass(frozen=True, slots=True)
class IncompleteAlbum:
    """An album and what is missing of it.

    Attributes:
        group_id: the MusicBrainz release group that a source named; None if none did.
        release_id: likewise the release of Discogs.
        missing_sides: those of the sides asked about that it has no cover of.
        front: its first cover of that side; None if it has none.
        lines: what is printed on that.
    """

    id: AlbumId
    title: str | None
    artist: str | None
    year: int | None
    group_id: str | None
    lacks_genre: bool
    missing_sides: tuple[Side, ...]
    front: HashedCover | None = None
    lines: tuple[TextLine, ...] = ()
    release_id: str | None = None


@dataclass(frozen=True, slots=True)
class Additions:
    """What is added to an album, or was; it never replaces anything."""

    artist: str | None = None
    title: str | None = None
    genres: tuple[str, ...] = ()
    year: int | None = None
    covers: tuple[UploadedCover, ...] = ()


def ids(session: Session, sides: Sequence[Side], facts: Set[Fact] = EVERY_FACT) -> list[AlbumId]:
    """The albums that lack one of these facts and can be looked up: by names, by the id of a group or by what is
    printed on the front.

    Args:
        sides: of which a cover is to be there.
    """
    lacking: dict[Fact, list[ColumnElement[bool]]] = {
        Fact.ARTIST: [Album.artist.is_(None)],
        Fact.TITLE: [Album.title.is_(None)],
        Fact.YEAR: [Album.year.is_(None), _has_only_pressings_year()],
        Fact.GENRE: [~exists().where(AlbumGenre.album_id == Album.id)],
        Fact.COVER: [~exists().where(Cover.album_id == Album.id, Cover.side == side) for side in sides],
    }
    lacks = [condition for fact, conditions in lacking.items() if fact in facts for condition in conditions]
    of_group = exists().where(Cover.album_id == Album.id, Cover.extra[KEY].as_string().is_not(None))
    named = Album.artist.is_not(None) & Album.title.is_not(None)
    fronts = select(Cover.id).join(CoverText, CoverText.cover_id == Cover.id)
    printed = fronts.where(Cover.album_id == Album.id, Cover.side == Side.FRONT, CoverText.letters.is_not(None))
    found = session.scalars(select(Album.id).where(or_(*lacks), named | of_group | printed.exists()).order_by(Album.id))
    return [AlbumId(album_id) for album_id in found]


def album(
    session: Session, album_id: AlbumId, sides: Sequence[Side], facts: Set[Fact] = EVERY_FACT
) -> IncompleteAlbum | None:
    """What is missing of an album; None if none of these facts is, or if the album is gone."""
    row = session.get(Album, album_id)
    if row is None:
        return None
    had = {Side(cover.side) for cover in row.covers}
    missing = tuple(side for side in sides if side not in had)
    year = _said_year(row)
    there = {
        Fact.ARTIST: row.artist,
        Fact.TITLE: row.title,
        Fact.YEAR: year is not None,
        Fact.GENRE: row.labels,
        Fact.COVER: not missing,
    }
    if all(there[fact] for fact in facts):
        return None
    group_id = next((cover.extra[KEY] for cover in row.covers if cover.extra.get(KEY)), None)
    front = next((cover for cover in row.covers if cover.side == Side.FRONT), None)
    return IncompleteAlbum(
        album_id,
        row.title,
        row.artist,
        year,
        group_id,
        not row.labels,
        missing,
        HashedCover(CoverId(front.id), front.file, front.path, ContentHash(front.content_hash)) if front else None,
        texts.of_covers(session, [CoverId(front.id)]).get(CoverId(front.id), ()) if front else (),
        _release_id(row),
    )


def _release_id(row: Album) -> str | None:
    """Of the oldest row in a list that has one, else of a cover."""
    listed = (entry.release_id for entry in row.entries)
    said = (release_of(cover.extra) for cover in row.covers)
    return first((*listed, *said))


def _said_year(row: Album) -> int | None:
    """The album's year; None if only that of a pressing is known."""
    if row.year is None or not row.entries:
        return row.year
    every = (statement for member in row.members for statement in member.statements)
    return row.year if any(statement.year is not None for statement in every) else None


def _has_only_pressings_year() -> ColumnElement[bool]:
    """The condition that an album is in a list, and no source says its own year."""
    says = [
        exists().where(member.album_id == Album.id, key == member.id, Statement.year.is_not(None))
        for member, key in ((Cover, Statement.cover_id), (Entry, Statement.entry_id))
    ]
    return and_(exists().where(Entry.album_id == Album.id), *(~one for one in says))


def fill(
    session: Session,
    album_id: AlbumId,
    additions: Additions,
    source: LabelSource,
    put: Callable[[UploadedCover, Path], Placed],
) -> Additions:
    """Add to an album what is missing of it at this moment, but no cover that a person removed; returns what was added.

    Which covers belong to it stays as its sources said, whatever year it is given.

    Args:
        session: a writing session.
        source: who says the genres.
        put: puts the bytes of a cover at a path, or at a free one near it; called before the cover's row is written.
    """
    removed = removed_files.of_contents(session, [cover.content_hash for cover in additions.covers])
    left_out = {(one.path, one.content_hash) for one in removed}
    now = album(session, album_id, tuple(Side))
    row = session.get(Album, album_id)
    if now is None or row is None:
        return Additions()
    new = Additions(
        additions.artist if not now.artist else None,
        additions.title if not now.title else None,
        additions.genres if now.lacks_genre else (),
        additions.year if now.year is None else None,
        tuple(
            cover
            for cover in additions.covers
            if cover.side in now.missing_sides and (str(cover.path), cover.content_hash) not in left_out
        ),
    )
    for cover in new.covers:
        add_cover(session, row, cover, source, put)
    if new.artist or new.title or new.genres or new.year:
        _say(session, album_id, new, source)
    return new


def _say(session: Session, album_id: AlbumId, new: Additions, source: LabelSource) -> None:
    session.expire_all()
    [row] = load(session, [album_id])
    said = said_by(row.members[0], source)
    said.artist, said.title = new.artist or said.artist, new.title or said.title
    said.genres, said.year = list(map(fold, new.genres)) or said.genres, new.year or said.year
    find_by(said)
    derive(session, row, Names(session))
    session.flush()
