"""Incomplete albums → looked up and filled in, one by one."""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from enum import StrEnum

from db import incomplete
from db.database import Database
from db.incomplete import Additions, IncompleteAlbum
from db.records import HashedCover, UploadedCover
from indexer.images.cover_store import CoverStore
from indexer.progress import Progress
from indexer.sources.musicbrainz import reading
from indexer.sources.musicbrainz.covers import FoundCover
from indexer.sources.musicbrainz.keeping import content_hash_of, genres_of, origin_of, place_of
from indexer.sources.musicbrainz.matching import match
from indexer.sources.musicbrainz.pace import Failures
from indexer.sources.musicbrainz.printed import COMPARED_PICTURES, asked_words, printed_on, sure_match
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
    artist: str | None
    title: str | None
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
        show_one_artwork: whether the bytes of an image show the artwork of a cover.
        dry_run: looks albums up, and changes and asks the archive nothing.
    """

    def __init__(
        self,
        database: Database,
        store: CoverStore,
        services: Services,
        sides: Sequence[Side],
        show_one_artwork: Callable[[bytes, HashedCover], bool],
        *,
        dry_run: bool,
    ) -> None:
        self._database = database
        self._store = store
        self._services = services
        self._sides = sides
        self._show_one_artwork = show_one_artwork
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
        missing = Additions(
            None if album.artist else group.artist,
            None if album.title else group.title,
            genres_of(group, self._genres) if album.lacks_genre else (),
            group.year if album.year is None else None,
        )
        if self._dry_run:
            filled = _filled(album, group, missing, album.missing_sides)
        else:
            filled = self._write(album, group, missing, self._covers(album, group, report))
        if not (filled.artist or filled.title or filled.genres or filled.year or filled.sides):
            return FillEnding.REJECTED if len(report.not_filled) > before else FillEnding.UNCHANGED
        report.filled.append(filled)
        return FillEnding.FILLED

    def _looked_up(self, album: IncompleteAlbum) -> ReleaseGroup | str:
        group_id = reading.mbid(album.group_id)
        if group_id is not None:
            return self._services.musicbrainz.release_group(group_id) or f"MusicBrainz does not know the id {group_id}"
        if album.artist and album.title:
            return match(album, self._services.musicbrainz.hits(album.artist, album.title))
        return self._by_text(album)

    def _by_text(self, album: IncompleteAlbum) -> ReleaseGroup | str:
        words = asked_words(album.lines)
        if not words:
            return "it has no names to look for, and its front says no words"
        hits = self._services.musicbrainz.hits_by_words(words, album.artist, album.title)
        found = printed_on(album, hits)
        group = sure_match(found)
        if group is not None:
            return group
        if not found:
            return "MusicBrainz finds no album whose artist or title is printed on its front"
        if self._dry_run:
            return "only its picture can tell, and a dry run does not ask the archive"
        shown = (one.group for one in found[:COMPARED_PICTURES] if self._shows_front(one.group, album.front))
        return next(shown, "neither the words on its front nor the picture tell which album it is")

    def _shows_front(self, group: ReleaseGroup, own: HashedCover | None) -> bool:
        try:
            front = self._services.archive.cover(group, Side.FRONT)
        except FileRejectedError:
            return False
        return own is not None and isinstance(front, FoundCover) and self._show_one_artwork(front.data, own)

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
        missing: Additions,
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
            additions = replace(missing, covers=covers)
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
        return _filled(album, group, new, tuple(cover.side for cover in new.covers))


def _filled(album: IncompleteAlbum, group: ReleaseGroup, new: Additions, sides: tuple[Side, ...]) -> FilledAlbum:
    return FilledAlbum(album, group, new.artist, new.title, new.genres, new.year, sides)
