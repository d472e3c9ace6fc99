"""Incomplete albums → looked up and filled in, one by one."""

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from enum import StrEnum

from db import incomplete
from db.database import Database
from db.incomplete import Additions, IncompleteAlbum
from db.records import UploadedCover
from indexer.images.cover_store import CoverStore
from indexer.progress import Progress
from indexer.sources.musicbrainz import reading
from indexer.sources.musicbrainz.covers import FoundCover
from indexer.sources.musicbrainz.keeping import content_hash_of, genres_of, origin_of, place_of
from indexer.sources.musicbrainz.matching import match
from indexer.sources.musicbrainz.pace import Failures
from indexer.sources.musicbrainz.records import ReleaseGroup
from indexer.sources.musicbrainz.services import Services
from sleeve.errors import FileRejectedError, SourceError
from sleeve.vocabulary import AlbumId, LabelSource, Side


class FillEnding(StrEnum):
    """How an incomplete album ended."""

    FILLED = "filled"
    UNCHANGED = "unchanged"
    NOT_FOUND = "not found"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class FilledAlbum:
    """What an album was given, or would be; ``sides`` are the covers that it has now, or would be looked for."""

    album: IncompleteAlbum
    group: ReleaseGroup
    genres: tuple[str, ...]
    year: int | None
    sides: tuple[Side, ...]


@dataclass(frozen=True, slots=True)
class NotFilled:
    """An album, or a side of it, that was not filled in, and why."""

    album: IncompleteAlbum
    why: str


@dataclass(slots=True)
class FillReport:
    """How every album ended, what was filled in and what was not."""

    counts: Counter[FillEnding] = field(default_factory=Counter)
    filled: list[FilledAlbum] = field(default_factory=list)
    not_filled: list[NotFilled] = field(default_factory=list)


class AlbumFiller:
    """Fills in what is missing of albums.

    Args:
        sides: those that an album is to have.
        dry_run: looks albums up, and changes and asks the archive nothing.
    """

    def __init__(
        self, database: Database, store: CoverStore, services: Services, sides: Sequence[Side], *, dry_run: bool
    ) -> None:
        self._database = database
        self._store = store
        self._services = services
        self._sides = sides
        self._dry_run = dry_run
        self._genres = services.musicbrainz.genres()

    def incomplete_albums(self, limit: int) -> list[AlbumId]:
        """The first incomplete albums, at most ``limit``."""
        with self._database.reading() as session:
            return incomplete.ids(session, self._sides)[:limit]

    def fill(self, album_ids: Sequence[AlbumId], progress: Progress) -> FillReport:
        """Fill in these albums. Each is a transaction, so a run that ends goes on there.

        Raises:
            SourceError: a service does not answer; what was filled in stays.
            CatalogueError: the database or the disk cannot be used.
        """
        report = FillReport()
        failures = Failures()
        for album_id in album_ids:
            with self._database.reading() as session:
                album = incomplete.album(session, album_id, self._sides)
            if album is not None:
                try:
                    ending = self._fill(album, report)
                    failures.succeeded()
                except SourceError as error:
                    failures.failed(error)
                    report.not_filled.append(NotFilled(album, str(error)))
                    ending = FillEnding.REJECTED
                report.counts[ending] += 1
            progress.advance(1)
        return report

    def _fill(self, album: IncompleteAlbum, report: FillReport) -> FillEnding:
        group = self._looked_up(album)
        if isinstance(group, str):
            report.not_filled.append(NotFilled(album, group))
            return FillEnding.NOT_FOUND
        before = len(report.not_filled)
        genres = genres_of(group, self._genres) if album.lacks_genre else ()
        year = group.year if album.year is None else None
        if self._dry_run:
            filled = FilledAlbum(album, group, genres, year, album.missing_sides)
        else:
            filled = self._write(album, group, genres, year, self._covers(album, group, report))
        if not (filled.genres or filled.year or filled.sides):
            return FillEnding.REJECTED if len(report.not_filled) > before else FillEnding.UNCHANGED
        report.filled.append(filled)
        return FillEnding.FILLED

    def _looked_up(self, album: IncompleteAlbum) -> ReleaseGroup | str:
        group_id = reading.mbid(album.group_id)
        if group_id is not None:
            return self._services.musicbrainz.release_group(group_id) or f"MusicBrainz does not know the id {group_id}"
        if not album.artist or not album.title:
            return "it has no names to look for"
        return match(album, self._services.musicbrainz.hits(album.artist, album.title))

    def _covers(self, album: IncompleteAlbum, group: ReleaseGroup, report: FillReport) -> list[FoundCover]:
        found = []
        for side in album.missing_sides:
            try:
                cover = self._services.archive.cover(group, side)
            except FileRejectedError as error:
                report.not_filled.append(NotFilled(album, f"its {side}: {error}"))
                continue
            if isinstance(cover, FoundCover):
                found.append(cover)
            elif cover.why:
                report.not_filled.append(NotFilled(album, cover.why))
        return found

    def _write(
        self,
        album: IncompleteAlbum,
        group: ReleaseGroup,
        genres: tuple[str, ...],
        year: int | None,
        found: Sequence[FoundCover],
    ) -> FilledAlbum:
        with ExitStack() as aside:
            put = {cover.side: aside.enter_context(self._store.set_aside(cover.data)) for cover in found}
            covers = tuple(
                UploadedCover(
                    side=cover.side,
                    file=cover.url,
                    path=place_of(self._store, group, cover),
                    content_hash=content_hash_of(cover),
                    extra=origin_of(group, cover),
                )
                for cover in found
            )
            additions = Additions(genres, year, covers)
            with self._database.writing() as session:
                new = incomplete.fill(
                    session,
                    album.id,
                    additions,
                    LabelSource.MUSICBRAINZ,
                    lambda cover, path: put[cover.side](path),
                )
        for cover in found:
            self._services.client.forget(cover.url)
        return FilledAlbum(album, group, new.genres, new.year, tuple(cover.side for cover in new.covers))
