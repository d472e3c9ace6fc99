"""What becomes of offered files: one batch, one transaction. The content hash decides.

A path that is known keeps its cover; the same content elsewhere is a moved file if the old path is gone and a
copy if it is not; only content that the album does not have yet makes a new cover.
"""

from bisect import insort
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from math import inf

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, selectinload

from db.cover_links import forget
from db.records import CoverFile, FileOutcome, InspectedFile, RejectedFile, fold
from db.tables import Album, AlbumGenre, Cover, CoverText, File, Genre, Vector
from sleeve.vocabulary import ContentHash, LabelSource, Outcome


def known_hashes(session: Session, paths: Sequence[str]) -> dict[str, str]:
    """The content hash of each of these paths that has a cover."""
    rows = session.execute(select(Cover.path, Cover.content_hash).where(Cover.path.in_(paths)))
    return {row.path: row.content_hash for row in rows}


def copies(session: Session, paths: Sequence[str]) -> dict[str, tuple[str, ContentHash]]:
    """The path of the same image, and its content hash, for each of these paths that was offered as a copy."""
    rows = session.execute(
        select(File.path, Cover.path.label("kept_at"), Cover.content_hash)
        .join(Cover, Cover.id == File.cover_id)
        .where(File.path.in_(paths), Cover.path != File.path, Cover.content_hash == File.content_hash)
    )
    return {row.path: (row.kept_at, ContentHash(row.content_hash)) for row in rows}


def register(
    session: Session, batch: Sequence[InspectedFile | RejectedFile], still_there: Callable[[str], bool]
) -> list[FileOutcome]:
    """Write a batch of files to the catalogue.

    Args:
        session: a writing session.
        batch: the files, each path once.
        still_there: whether a path still exists; decides between a moved file and a copy.

    Returns:
        The outcome of each, in order.
    """
    register = _Register(session, batch, still_there)
    outcomes = [register.reject(item) if isinstance(item, RejectedFile) else register.accept(item) for item in batch]
    session.flush()
    return outcomes


class _Register:
    """The rows that a batch touches, loaded at once instead of one by one."""

    def __init__(
        self, session: Session, batch: Sequence[InspectedFile | RejectedFile], still_there: Callable[[str], bool]
    ) -> None:
        self._session = session
        self._still_there = still_there
        accepted = [item for item in batch if isinstance(item, InspectedFile)]
        paths = [_path(item) for item in batch]
        hashes = {item.content_hash for item in accepted}
        identities = {item.cover_file.identity for item in accepted} - {None}
        names = {fold(genre) for item in accepted for genre in item.cover_file.genres}
        whole = selectinload(Cover.album).options(selectinload(Album.labels), selectinload(Album.covers))
        covers = session.scalars(
            select(Cover)
            .where(Cover.path.in_(paths) | Cover.content_hash.in_(hashes))
            .options(whole)
            .order_by(Cover.id)
        ).all()
        self._by_path = {cover.path: cover for cover in covers}
        self._by_hash: dict[str, list[Cover]] = defaultdict(list)
        for cover in covers:
            self._by_hash[cover.content_hash].append(cover)
        albums = session.scalars(
            select(Album)
            .where(Album.identity.in_(identities))
            .options(selectinload(Album.labels), selectinload(Album.covers))
        ).all()
        self._albums = {album.identity: album for album in albums}
        self._genres = {genre.name: genre for genre in session.scalars(select(Genre).where(Genre.name.in_(names)))}
        cover_ids = [cover.id for cover in covers]
        claims = session.scalars(
            select(File).where(File.path.in_(paths) | File.cover_id.in_(cover_ids)).options(selectinload(File.cover))
        ).all()
        self._files = {claim.path: claim for claim in claims}
        self._paths: dict[Cover | None, set[str]] = defaultdict(set)
        for claim in claims:
            self._paths[claim.cover].add(claim.path)

    def reject(self, item: RejectedFile) -> FileOutcome:
        self._record(item.path, Outcome.REJECTED, None, None, str(item.reason), item.detail)
        return FileOutcome(item.file, item.path, Outcome.REJECTED, item.reason, item.detail)

    def accept(self, item: InspectedFile) -> FileOutcome:
        cover_file, path = item.cover_file, _path(item)
        cover = self._by_path.get(path)
        if cover is None:
            cover, outcome, detail = self._place(item)
        else:
            outcome, detail = self._update(cover, item)
        self._record(path, outcome, cover, item.content_hash, None, detail)
        self._label(cover, cover_file)
        return FileOutcome(cover_file.file, path, outcome, None, detail)

    def _place(self, item: InspectedFile) -> tuple[Cover, Outcome, str]:
        """Content at a path that has no cover: moved, a copy, or new."""
        cover_file, path = item.cover_file, _path(item)
        identity = cover_file.identity
        same = [c for c in self._by_hash[item.content_hash] if identity is None or c.album.identity == identity]
        gone = next((cover for cover in same if not self._still_there(cover.path)), None)
        if gone is not None:
            old = gone.path
            self._by_path.pop(old, None)
            self._drop_claim(old)
            gone.path, gone.stored = path, cover_file.stored
            self._describe(gone, cover_file)
            self._by_path[path] = gone
            # Within one flush rows are changed by age, and an older cover may come to the path that this one leaves.
            self._session.flush()
            return gone, Outcome.UNCHANGED, f"moved from {old}"
        if same:
            return same[0], Outcome.UNCHANGED, f"same image as {same[0].path}"
        cover = Cover(path=path, content_hash=item.content_hash, stored=cover_file.stored)
        self._describe(cover, cover_file)
        cover.album = self._album(cover_file)
        self._session.add(cover)
        self._by_path[path] = cover
        self._by_hash[item.content_hash].append(cover)
        return cover, Outcome.ADDED, ""

    def _update(self, cover: Cover, item: InspectedFile) -> tuple[Outcome, str]:
        """A known path: follow what its source says about the album, then its content."""
        cover_file = item.cover_file
        self._describe(cover, cover_file)
        self._follow_names(cover, cover_file)
        if cover.content_hash == item.content_hash:
            cover.stored |= cover_file.stored
            return Outcome.UNCHANGED, ""
        # Whoever changed the file, it is no longer what Sleeve wrote there before.
        cover.stored = cover_file.stored
        self._by_hash[cover.content_hash].remove(cover)
        insort(self._by_hash[item.content_hash], cover, key=_age)
        cover.content_hash = item.content_hash
        self._session.execute(delete(Vector).where(Vector.cover_id == cover.id))
        self._session.execute(delete(CoverText).where(CoverText.cover_id == cover.id))
        forget(self._session, cover)
        return Outcome.ADDED, "content changed"

    def _describe(self, cover: Cover, cover_file: CoverFile) -> None:
        if cover.id is not None and cover.side != cover_file.side:
            forget(self._session, cover)
        cover.file, cover.side = cover_file.file, cover_file.side
        cover.extra = {**(cover.extra or {}), **cover_file.extra}

    def _follow_names(self, cover: Cover, cover_file: CoverFile) -> None:
        album, identity = cover.album, cover_file.identity
        alone = len(album.covers) == 1
        if identity is not None and identity != album.identity:
            if alone and identity not in self._albums:
                self._albums.pop(album.identity, None)
                self._albums[identity] = album
                album.identity = identity
                self._session.flush()
            else:
                cover.album = self._album(cover_file)
                self._session.flush()
                if alone:
                    self._carry_hand_labels(album, cover.album)
                    self._albums.pop(album.identity, None)
                    self._session.delete(album)
                    self._session.flush()
                return
        elif cover_file.is_named:
            _respell(album, cover_file)
            return
        if alone or identity == album.identity:
            _name(album, cover_file)

    def _album(self, cover_file: CoverFile) -> Album:
        album = self._albums.get(cover_file.identity) if cover_file.identity else None
        if album is not None and cover_file.is_named:
            _respell(album, cover_file)
            return album
        if album is None:
            album = Album(identity=cover_file.identity)
            self._session.add(album)
            if cover_file.identity:
                self._albums[cover_file.identity] = album
        _name(album, cover_file)
        return album

    def _carry_hand_labels(self, left: Album, joined: Album) -> None:
        """Genres that a person gave an album go with its last cover, unless the other album has such genres."""
        if not _is_labelled_by_hand(left) or _is_labelled_by_hand(joined):
            return
        joined.labels[:] = [AlbumGenre(genre=label.genre, source=label.source) for label in left.labels]

    def _label(self, cover: Cover, cover_file: CoverFile) -> None:
        """Add the labels; they replace those of the same source when no other file speaks for the album.

        Genres that a person gave the album stay alone, whatever a file says.
        """
        album, source = cover.album, cover_file.label_source
        if not cover_file.genres or _is_labelled_by_hand(album):
            return
        names = {fold(genre) for genre in cover_file.genres}
        if len(self._paths[cover]) == 1 and len(album.covers) == 1:
            stale = [label for label in album.labels if label.source == source and label.genre.name not in names]
            for label in stale:
                album.labels.remove(label)
        present = {label.genre.name for label in album.labels if label.source == source}
        for name in sorted(names - present):
            album.labels.append(AlbumGenre(genre=self._genre(name), source=source))

    def _genre(self, name: str) -> Genre:
        if name not in self._genres:
            self._genres[name] = Genre(name=name)
            self._session.add(self._genres[name])
        return self._genres[name]

    def _record(
        self,
        path: str,
        outcome: Outcome,
        cover: Cover | None,
        content_hash: str | None,
        reason: str | None,
        detail: str,
    ) -> None:
        claim = self._files.get(path)
        if claim is None:
            claim = self._files[path] = File(path=path)
            self._session.add(claim)
        claim.outcome, claim.reason, claim.detail = outcome, reason, detail
        if outcome is not Outcome.REJECTED:
            self._paths[claim.cover].discard(path)
            self._paths[cover].add(path)
            claim.cover, claim.content_hash = cover, content_hash

    def _drop_claim(self, path: str) -> None:
        claim = self._files.pop(path, None)
        if claim is not None:
            self._paths[claim.cover].discard(path)
            self._session.delete(claim)


def _age(cover: Cover) -> float:
    """Of two covers of one content the older one counts; what this batch adds has no id yet."""
    return cover.id or inf


def _name(album: Album, cover_file: CoverFile) -> None:
    if cover_file.artist:
        album.artist, album.artist_folded = cover_file.artist, fold(cover_file.artist)
    album.title = cover_file.title or album.title
    album.year = cover_file.year or album.year


def _respell(album: Album, cover_file: CoverFile) -> None:
    """Take a source's new spelling of the same names, but leave names that a person changed since."""
    if cover_file.artist and fold(cover_file.artist) == album.artist_folded:
        album.artist = cover_file.artist
    if cover_file.title and fold(cover_file.title) == album.title_folded:
        album.title = cover_file.title


def _is_labelled_by_hand(album: Album) -> bool:
    return any(label.source == LabelSource.HAND for label in album.labels)


def _path(item: InspectedFile | RejectedFile) -> str:
    return item.path if isinstance(item, RejectedFile) else str(item.cover_file.path)


def record_rejections(session: Session, rejected: Iterable[RejectedFile]) -> list[RejectedFile]:
    """Keep why covers that are in the catalogue could not be embedded; returns those that failed otherwise before."""
    new: list[RejectedFile] = []
    for item in rejected:
        row = session.get(File, item.path) or File(path=item.path)
        now = (Outcome.REJECTED, str(item.reason), item.detail)
        if (row.outcome, row.reason, row.detail) != now:
            new.append(item)
        row.outcome, row.reason, row.detail = now
        session.add(row)
    return new
