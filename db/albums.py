"""Queries about albums, their covers and genres."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from sqlalchemy import BigInteger, Connection, Text, bindparam, delete, desc, exists, func, select
from sqlalchemy.orm import Session, selectinload

from db import removed_files
from db.database import Prepared, is_listed
from db.identity import hashed
from db.offered import others
from db.records import AlbumRecord, AlbumRow, CatalogueCounts, CatalogueRow, CoverRecord, Pressing
from db.tables import Album, AlbumGenre, AlbumList, Cover, Entry, File, Genre, Regrouped
from sleeve.errors import NotFoundError
from sleeve.vocabulary import AlbumId, ContentHash, CoverId, ListName, Outcome, Side

_PAGE_COVERS = 1000
_ASKED_AT_ONCE = 8192

_COVER = (Cover.id, Cover.album_id, Cover.side, Cover.file, Cover.path, Cover.content_hash)
"""The columns of a ``CoverRecord``, in its order."""

_SOME = bindparam("album_ids", None, type_=Text)
_ALBUMS = Prepared(select(Album.id, Album.title, Album.artist, Album.year).where(is_listed(Album.id, _SOME)))
_COVERS_OF = Prepared(select(*_COVER).where(is_listed(Cover.album_id, _SOME)).order_by(Cover.id))
_COVERS_OF_CONTENT = Prepared(
    select(*_COVER)
    .where(Cover.content_hash == bindparam("content_hash", None, type_=Text))
    .order_by(Cover.id)
    .limit(bindparam("limit", None, type_=BigInteger))
)
_GENRES_OF = Prepared(
    select(AlbumGenre.album_id, Genre.name)
    .join(Genre, Genre.id == AlbumGenre.genre_id)
    .where(is_listed(AlbumGenre.album_id, _SOME))
    .order_by(AlbumGenre.position)
)
_LISTS_OF = Prepared(select(AlbumList.album_id, AlbumList.name).where(is_listed(AlbumList.album_id, _SOME)))


def album(session: Session, album_id: AlbumId) -> AlbumRecord:
    """One album.

    Raises:
        NotFoundError: there is none with this id; it names the one that it was made one with, if it was.
    """
    found = of_ids(session, [album_id]).get(album_id)
    if found is None:
        other = _merged_into(session, album_id)
        known = "" if other is None else f"; it was made one with album {other}"
        raise NotFoundError(f"there is no album {album_id}{known}", other)
    return found


def _merged_into(session: Session, album_id: AlbumId) -> AlbumId | None:
    """The album that has the oldest cover, or else the oldest row of a list, of one that a person made one with it."""
    was_in = select(Regrouped.id).where(Regrouped.deed == "merge", Regrouped.was_in == album_id)
    for member, key in ((Cover, Regrouped.cover_id), (Entry, Regrouped.entry_id)):
        of_it = exists(was_in.where(key == member.id).correlate(member))
        found = session.scalar(select(member.album_id).where(of_it).order_by(member.id).limit(1))
        if found is not None:
            return AlbumId(found)
    return None


def of_ids(session: Session, album_ids: Sequence[AlbumId]) -> dict[AlbumId, AlbumRecord]:
    """These albums by their ids; those that are gone are absent."""
    covers: defaultdict[AlbumId, list[CoverRecord]] = defaultdict(list)
    for row in _COVERS_OF.rows_in(session, album_ids=_listed(album_ids)):
        cover = _cover(*row)
        covers[cover.album_id].append(cover)
    genres, on = genres_of(session, album_ids), lists_of(session, album_ids)
    rows = _ALBUMS.rows_in(session, album_ids=_listed(album_ids))
    return {
        album_id: AlbumRecord(
            album_id, title, artist, year, genres.get(album_id, ()), tuple(covers[album_id]), on.get(album_id, ())
        )
        for album_id, title, artist, year in rows
    }


def _listed(album_ids: Sequence[AlbumId]) -> str:
    return json.dumps(list(album_ids))


def rows(session: Session) -> Iterator[CatalogueRow]:
    """Every cover with its album, in the order in which they were added."""
    after, several = 0, _of_one_name(session)
    while True:
        page = session.execute(
            select(Cover, Album).join(Album).where(Cover.id > after).order_by(Cover.id).limit(_PAGE_COVERS)
        ).all()
        if not page:
            return
        album_ids = list({AlbumId(row.Album.id) for row in page})
        genres, names = genres_of(session, album_ids), _names_elsewhere(session, album_ids, several)
        on = lists_of(session, album_ids)
        yield from (
            CatalogueRow(
                cover_record(cover),
                album.title,
                album.artist,
                album.year,
                names.get(AlbumId(album.id)),
                genres.get(AlbumId(album.id), ()),
                cover.extra,
                on.get(AlbumId(album.id), ()),
            )
            for cover, album in page
        )
        after = page[-1].Cover.id
        session.expunge_all()


def rows_without_cover(session: Session) -> Iterator[AlbumRow]:
    """Every album without a cover, in the order in which they were added."""
    after, several = 0, _of_one_name(session)
    without = ~exists().where(Cover.album_id == Album.id)
    while True:
        query = select(Album).where(Album.id > after, without).order_by(Album.id).limit(_PAGE_COVERS)
        page = session.scalars(query.options(selectinload(Album.entries))).all()
        if not page:
            return
        album_ids = [AlbumId(album.id) for album in page]
        genres, names = genres_of(session, album_ids), _names_elsewhere(session, album_ids, several)
        on = lists_of(session, album_ids)
        for album in page:
            pressing = next((pressing_of(entry) for entry in album.entries), Pressing())
            album_id = AlbumId(album.id)
            yield AlbumRow(
                album_id,
                album.title,
                album.artist,
                album.year,
                names.get(album_id),
                genres.get(album_id, ()),
                on.get(album_id, ()),
                pressing,
            )
        after = page[-1].id
        session.expunge_all()


def pressing_of(entry: Entry) -> Pressing:
    """What a row of a list says of the record itself."""
    return Pressing(entry.label, entry.catalogue_number, entry.format, entry.year, entry.release_id)


_Called = tuple[str | None, str | None, int | None]


def _of_one_name(session: Session) -> dict[_Called, int]:
    """Artist, title and year that several albums share → the oldest of them."""
    called = (Album.artist_folded, Album.title_folded, Album.year)
    rows = session.execute(select(*called, func.min(Album.id)).group_by(*called).having(func.count() > 1))
    return {(artist, title, year): first for artist, title, year, first in rows}


def _names_elsewhere(
    session: Session, album_ids: Sequence[AlbumId], several: Mapping[_Called, int]
) -> dict[AlbumId, str]:
    """What other catalogues are to call these albums, so that they keep together and apart what is so here.

    By their names, two catalogues have the same for the same album.
    """
    loaded = selectinload(Album.covers), selectinload(Album.entries)
    query = select(Album).where(Album.id.in_(album_ids)).options(*loaded)
    found: dict[AlbumId, str] = {}
    for album in session.scalars(query):
        called = (album.artist_folded, album.title_folded, album.year)
        if album.artist and album.title and several.get(called, album.id) == album.id:
            found[AlbumId(album.id)] = hashed(album.artist_folded or "", album.title_folded or "", str(album.year))
        elif not album.covers:
            found[AlbumId(album.id)] = hashed(*(entry.path for entry in album.entries[:1]))
        elif len(album.covers) > 1 or (album.artist and album.title):
            found[AlbumId(album.id)] = hashed(album.covers[0].content_hash, album.covers[0].path)
    return found


def of_files(session: Session, paths: Sequence[str]) -> dict[str, AlbumId]:
    """The albums that these files are covers of, or copies of covers; files that are none are absent."""
    found = session.execute(
        select(File.path, Cover.album_id).join(Cover, Cover.id == File.cover_id).where(File.path.in_(paths))
    )
    return {path: AlbumId(album_id) for path, album_id in found}


def first_id(session: Session) -> AlbumId:
    """The id of the album with a cover that was added first.

    Raises:
        NotFoundError: there is none.
    """
    found = session.scalar(select(func.min(Cover.album_id)))
    if found is None:
        raise NotFoundError("the catalogue is empty; run `sleeve add FOLDER` first")
    return AlbumId(found)


def cover(session: Session, cover_id: CoverId) -> CoverRecord:
    """One cover.

    Raises:
        NotFoundError: there is none with this id.
    """
    found = session.get(Cover, cover_id)
    if found is None:
        raise NotFoundError(f"there is no cover {cover_id}")
    return cover_record(found)


def genres_of(session: Session, album_ids: Sequence[AlbumId]) -> dict[AlbumId, tuple[str, ...]]:
    """The genres of these albums, the main one first, each once; albums without a label are absent."""
    found: dict[AlbumId, list[str]] = {}
    for album_id, name in _GENRES_OF.rows_in(session, album_ids=_listed(album_ids)):
        found.setdefault(AlbumId(album_id), []).append(name)
    return {album_id: tuple(dict.fromkeys(names)) for album_id, names in found.items()}


def lists_of(session: Session, album_ids: Sequence[AlbumId]) -> dict[AlbumId, tuple[ListName, ...]]:
    """The lists that these albums are on; albums that are on none are absent."""
    found: defaultdict[AlbumId, set[ListName]] = defaultdict(set)
    for album_id, name in _LISTS_OF.rows_in(session, album_ids=_listed(album_ids)):
        found[AlbumId(album_id)].add(ListName(name))
    return {album_id: tuple(name for name in ListName if name in on) for album_id, on in found.items()}


def with_cover(session: Session) -> set[AlbumId]:
    """The ids of all albums that have a cover."""
    return {AlbumId(album_id) for album_id in session.scalars(select(Cover.album_id).distinct())}


def years(session: Session) -> dict[AlbumId, int]:
    """The year of every album that has one."""
    rows = session.execute(select(Album.id, Album.year).where(Album.year.is_not(None)))
    return {AlbumId(row.id): row.year for row in rows}


def genres_of_many(session: Session, album_ids: Sequence[AlbumId]) -> dict[AlbumId, tuple[str, ...]]:
    """``genres_of`` for any number of albums."""
    found: dict[AlbumId, tuple[str, ...]] = {}
    for start in range(0, len(album_ids), _ASKED_AT_ONCE):
        found |= genres_of(session, album_ids[start : start + _ASKED_AT_ONCE])
    return found


def state(session: Session) -> tuple[int, ...]:
    """Numbers that change when albums come or go or get other genres: counts and sums over both tables.

    Changes that cancel out in every sum are possible, so use this only where missing one does no harm.
    """
    album, genre = AlbumGenre.album_id, AlbumGenre.genre_id
    albums = session.execute(select(func.count(), func.sum(Album.id), func.sum(Album.id * Album.id)))
    sums = (func.sum(of) for of in (album, genre, album * genre, album * genre * AlbumGenre.position))
    labels = session.execute(select(func.count(), *sums))
    return tuple(int(number or 0) for row in (albums.one(), labels.one()) for number in row)


def genre_names(session: Session) -> list[str]:
    """The names of all genres, also of those that no album has any more."""
    return list(session.scalars(select(Genre.name)))


def albums_per_genre(session: Session) -> dict[str, int]:
    """How many albums are of each genre, the commonest genre first."""
    rows = session.execute(
        select(Genre.name, func.count(AlbumGenre.album_id.distinct()).label("albums"))
        .join(AlbumGenre)
        .group_by(Genre.name)
        .order_by(desc("albums"), Genre.name)
    )
    return {row[0]: row[1] for row in rows}


def decades(session: Session) -> list[int]:
    """The first years of the decades that albums are from, the one with most albums first."""
    decade = (Album.year // 10 * 10).label("decade")
    query = select(decade).where(Album.year.is_not(None)).group_by(decade).order_by(desc(func.count()), decade)
    return list(session.scalars(query))


def remove(session: Session, album_ids: Sequence[AlbumId]) -> int:
    """Forget albums with their covers, labels, vectors and files; returns how many covers went.

    Their covers are left out when their files are added again.

    Raises:
        NotFoundError: one of them does not exist; nothing is removed.
    """
    present = set(session.scalars(select(Album.id).where(Album.id.in_(album_ids))))
    missing = [str(album_id) for album_id in album_ids if album_id not in present]
    if missing:
        raise NotFoundError(f"there is no album {', '.join(missing)}; nothing was removed")
    cover_ids = [CoverId(found) for found in session.scalars(select(Cover.id).where(Cover.album_id.in_(album_ids)))]
    removed_files.remember(session, cover_ids)
    removed_files.remember_entries(session, album_ids)
    session.execute(delete(File).where(File.cover_id.in_(cover_ids)))
    session.execute(delete(Album).where(Album.id.in_(album_ids)))
    return len(cover_ids)


def stored_covers(session: Session, album_ids: Sequence[AlbumId]) -> list[CoverRecord]:
    """The covers of these albums whose files Sleeve wrote."""
    found = session.scalars(select(Cover).where(Cover.album_id.in_(album_ids), Cover.stored))
    return [cover_record(cover) for cover in found]


def covers_of_content(connection: Connection, content_hash: ContentHash, limit: int) -> list[CoverRecord]:
    """Covers with these bytes, in the order in which they were added."""
    found = _COVERS_OF_CONTENT.rows(connection, content_hash=content_hash, limit=limit)
    return [_cover(*row) for row in found]


def paths_of_content(session: Session, content_hash: ContentHash) -> list[Path]:
    """Where the covers with these bytes are."""
    return [Path(path) for path in session.scalars(select(Cover.path).where(Cover.content_hash == content_hash))]


def has_cover_at(session: Session, path: Path) -> bool:
    """Whether any cover is kept at this path."""
    return session.scalar(select(Cover.id).where(Cover.path == str(path))) is not None


def counts(session: Session) -> CatalogueCounts:
    """How much of everything the catalogue holds."""
    files = session.execute(select(File.outcome, func.count()).group_by(File.outcome))
    rejections = session.execute(
        select(File.reason, func.count()).where(File.outcome == Outcome.REJECTED).group_by(File.reason)
    )
    return CatalogueCounts(
        albums=session.scalar(select(func.count(Album.id))) or 0,
        covers=session.scalar(select(func.count(Cover.id))) or 0,
        genres=albums_per_genre(session),
        files={row[0]: row[1] for row in files},
        rejections={str(row[0]): row[1] for row in rejections},
        others=others(session),
        lists=_per_list(session),
        without_cover=session.scalar(select(func.count(Album.id)).where(~exists().where(Cover.album_id == Album.id)))
        or 0,
    )


def _per_list(session: Session) -> dict[ListName, int]:
    rows = session.execute(select(AlbumList.name, func.count()).group_by(AlbumList.name))
    found = {row[0]: row[1] for row in rows}
    return {name: found[name] for name in ListName if name in found}


def cover_record(row: Cover) -> CoverRecord:
    """A row as the record that leaves this package."""
    return _cover(row.id, row.album_id, row.side, row.file, row.path, row.content_hash)


def _cover(cover_id: int, album_id: int, side: str, file: str, path: str, content_hash: str) -> CoverRecord:
    """Of the columns ``_COVER``."""
    return CoverRecord(CoverId(cover_id), AlbumId(album_id), Side(side), file, path, ContentHash(content_hash))
