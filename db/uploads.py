"""Albums that a person gives with their images: names, covers, genres and vectors in the caller's transaction."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import vectors
from db.albums import genres_of, has_cover_at
from db.identity import word_of
from db.labels import set_genres_by_hand
from db.records import BundleRecord, NewAlbum, NewVector, Placed, SavedAlbum, UploadedCover, fold
from db.statements import albums_by_key, find_by, fits, said_by
from db.tables import Album, Cover, File, Statement
from sleeve.vocabulary import AlbumId, ContentHash, CoverId, LabelSource, Outcome


def keep(
    session: Session, new: NewAlbum, bundle: BundleRecord, put: Callable[[UploadedCover, Path], Placed]
) -> SavedAlbum:
    """Write an uploaded album to the catalogue.

    It is the album of the same names if there is one, also if it had them before it was merged; without artist or
    title, the first that has the same front and whatever name was given. Such an album gains the covers that it does
    not have. If it has them all, nothing changes, except that pending covers get their vectors.

    Args:
        session: a writing session.
        bundle: made the vectors.
        put: puts the bytes of a cover at a path, or at a free one near it; called before the cover's row is written.
    """
    album = _find(session, new)
    is_new = album is None
    if album is None:
        album = Album(title=new.title, artist=new.artist, year=new.year)
        session.add(album)
        session.flush()
    had = {cover.content_hash for cover in album.covers}
    missing = [cover for cover in new.covers if cover.content_hash not in had]
    added: list[CoverId] = []
    for cover in missing:
        said = add_cover(session, album, cover, LabelSource.HAND, put)
        if is_new:
            said.artist, said.title, said.year = new.artist, new.title, new.year
            find_by(said)
        added.append(CoverId(said.cover_id or 0))
    session.flush()
    album_id = AlbumId(album.id)
    before = None
    if missing and new.genres:
        had_genres = _genres(session, album_id)
        set_genres_by_hand(session, album_id, new.genres)
        before = None if is_new or _genres(session, album_id) == had_genres else had_genres
    _embed(session, album_id, new, bundle)
    return SavedAlbum(album_id, tuple(added), before)


def _genres(session: Session, album_id: AlbumId) -> tuple[str, ...]:
    return genres_of(session, [album_id]).get(album_id, ())


def _find(session: Session, new: NewAlbum) -> Album | None:
    word = word_of(new.artist, new.title, new.year, None, {})
    if word.names is not None:
        found = {member.album for members in albums_by_key(session, [word.names]).values() for member in members}
        ranked = sorted(found, key=lambda album: (album.year != new.year, album.id))
        sources = (LabelSource.HAND, LabelSource.EARLIER)
        return next((one for source in sources for one in ranked if fits({source: word}, one.members)), None)
    return _of_same_front(session, new) or _once_of_same_front(session, new)


def _of_same_front(session: Session, new: NewAlbum) -> Album | None:
    same = select(Album).join(Cover).where(Cover.content_hash == new.front.content_hash)
    for column, given in (
        (Album.title_folded, new.title and fold(new.title)),
        (Album.artist_folded, new.artist and fold(new.artist)),
        (Album.year, new.year),
    ):
        if given is not None:
            same = same.where(column == given)
    return session.scalar(same.order_by(Cover.id).limit(1))


def _once_of_same_front(session: Session, new: NewAlbum) -> Album | None:
    """The album that a cover with this front is of now, if what was given is what it was called before."""
    before = select(Statement).join(Cover).where(Cover.content_hash == new.front.content_hash)
    for said in session.scalars(before.where(Statement.source == LabelSource.EARLIER).order_by(Cover.id)):
        given = ((new.title, said.title), (new.artist, said.artist))
        if new.year in {None, said.year} and all(name is None or fold(name) == fold(its or "") for name, its in given):
            return said.cover.album if said.cover else None
    return None


def add_cover(
    session: Session,
    album: Album,
    cover: UploadedCover,
    source: LabelSource,
    put: Callable[[UploadedCover, Path], Placed],
) -> Statement:
    """Write a cover that the home keeps, its bytes first, as one more of an album; returns what its source says."""
    path = cover.path
    if has_cover_at(session, path):
        # Two albums may have the same art, but a path has one cover.
        path = path.with_stem(f"{path.stem}-{album.id}")
    placed = put(cover, path)
    row = Cover(album=album, side=cover.side, file=cover.file, path=str(placed.path), content_hash=cover.content_hash)
    row.extra, row.stored = dict(cover.extra), placed.stored
    session.add(row)
    session.flush()
    file = session.get(File, row.path) or File(path=row.path)
    file.outcome, file.content_hash, file.cover_id = Outcome.ADDED, cover.content_hash, row.id
    session.add(file)
    said = said_by(row, source)
    said.side, said.extra = cover.side, dict(cover.extra) or None
    find_by(said)
    session.flush()
    return said


def _embed(session: Session, album_id: AlbumId, new: NewAlbum, bundle: BundleRecord) -> None:
    made = {cover.content_hash: cover.vector for cover in new.covers if cover.vector is not None}
    rows = session.execute(select(Cover.id, Cover.content_hash).where(Cover.album_id == album_id))
    wanted = [
        NewVector(CoverId(row.id), ContentHash(row.content_hash), made[ContentHash(row.content_hash)])
        for row in rows
        if row.content_hash in made
    ]
    vectors.store(session, bundle, wanted)
