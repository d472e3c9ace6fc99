"""What the catalogue says about every front cover, labels with who gave them: what a report describes."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables import Album, AlbumGenre, Cover, Genre
from sleeve.vocabulary import AlbumId, ContentHash, CoverId, Side


@dataclass(frozen=True, slots=True)
class CoverFacts:
    """A front cover with what is known of its album.

    Attributes:
        file: the path as it was added.
        labels: (genre, who says so), the main genre first; a genre from two sources is there twice.
        extra: what else a manifest said about the cover.
    """

    cover_id: CoverId
    album_id: AlbumId
    file: str
    path: Path
    content_hash: ContentHash
    title: str | None
    artist: str | None
    year: int | None
    labels: tuple[tuple[str, str], ...]
    extra: Mapping[str, str]

    @property
    def genres(self) -> tuple[str, ...]:
        """The album's genres, the main one first, each once."""
        return tuple(dict.fromkeys(genre for genre, _ in self.labels))


def front_covers(session: Session) -> tuple[CoverFacts, ...]:
    """Every front cover by ascending id, embedded or not."""
    labels: dict[int, list[tuple[str, str]]] = defaultdict(list)
    said = select(AlbumGenre.album_id, Genre.name, AlbumGenre.source).join(Genre, Genre.id == AlbumGenre.genre_id)
    for album_id, name, source in session.execute(said.order_by(AlbumGenre.position, Genre.name)):
        labels[album_id].append((name, source))
    rows = session.execute(
        select(Cover.id, Cover.album_id, Cover.file, Cover.path, Cover.content_hash, Cover.extra)
        .add_columns(Album.title, Album.artist, Album.year)
        .join(Album, Album.id == Cover.album_id)
        .where(Cover.side == Side.FRONT)
        .order_by(Cover.id)
    )
    return tuple(
        CoverFacts(
            cover_id=CoverId(row.id),
            album_id=AlbumId(row.album_id),
            file=row.file,
            path=Path(row.path),
            content_hash=ContentHash(row.content_hash),
            title=row.title,
            artist=row.artist,
            year=row.year,
            labels=tuple(labels[row.album_id]),
            extra=row.extra,
        )
        for row in rows
    )
