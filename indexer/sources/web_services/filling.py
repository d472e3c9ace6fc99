"""Incomplete albums → looked up in a web service and filled in, one by one."""

from collections import Counter
from collections.abc import Sequence, Set
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from db import incomplete
from db.database import Database
from db.incomplete import Additions, IncompleteAlbum
from db.records import UploadedCover
from indexer.images.cover_store import CoverStore
from indexer.images.decoding import sniff
from indexer.progress import Progress
from indexer.sources.web_services.pace import Failures
from sleeve.errors import FileRejectedError, SourceError
from sleeve.vocabulary import AlbumId, ContentHash, Fact, LabelSource, Side


class FillEnding(StrEnum):
    """How an incomplete album ended."""

    FILLED = "filled"
    UNCHANGED = "unchanged"
    NOT_FOUND = "not found"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class FoundPicture:
    """A cover that a service has.

    Attributes:
        url: names it.
        data: the image as it came, decoded without fault.
        origin: what the cover's ``extra`` says about where it comes from.
    """

    url: str
    data: bytes = field(repr=False)
    origin: dict[str, str]


@dataclass(frozen=True, slots=True)
class NoCover:
    """Why a side has no image; an empty ``why`` says that the service has none."""

    side: Side
    why: str = ""


class KnownAlbum(Protocol):
    """An album of the catalogue as a service knows it.

    Attributes:
        id: the service's; a part of the names of its covers' files.
        says: names, genres and year, no covers.
    """

    @property
    def id(self) -> str: ...

    @property
    def says(self) -> Additions: ...

    def may_show(self, side: Side) -> bool:
        """Whether there may be a cover of a side; asks nothing."""

    def cover(self, side: Side) -> FoundPicture | NoCover:
        """The cover of a side.

        Raises:
            SourceError: the service does not answer.
            FileRejectedError: what it answers may not be fetched, or is not a cover that Sleeve can use.
        """


class Service(Protocol):
    """Knows albums.

    Attributes:
        source: who says what it says.
        facts: what it can say of an album.
    """

    @property
    def source(self) -> LabelSource: ...

    @property
    def facts(self) -> Set[Fact]: ...

    def look_up(self, album: IncompleteAlbum, *, dry_run: bool) -> KnownAlbum | str:
        """An album, or why it is not found.

        Args:
            dry_run: ask for no pictures.

        Raises:
            SourceError: the service does not answer.
        """

    def forget(self, url: str) -> None:
        """Keep the answer to this URL no longer; it is in the catalogue."""


@dataclass(frozen=True, slots=True)
class FilledAlbum:
    """What an album was given, or would be; ``sides`` are the covers that it has now, or would be looked for.

    Attributes:
        known_as: the service's id of it.
    """

    album: IncompleteAlbum
    known_as: str
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
        dry_run: looks albums up, and changes nothing and asks for no pictures.
    """

    def __init__(
        self, database: Database, store: CoverStore, service: Service, sides: Sequence[Side], *, dry_run: bool
    ) -> None:
        self._database = database
        self._store = store
        self._service = service
        self._sides = sides
        self._dry_run = dry_run

    def incomplete_albums(self, limit: int) -> list[AlbumId]:
        """The first albums that lack what the service can say, at most ``limit``."""
        with self._database.reading() as session:
            return incomplete.ids(session, self._sides, self._service.facts)[:limit]

    def fill(self, album_ids: Sequence[AlbumId], progress: Progress) -> FillReport:
        """Fill in these albums. Each is a transaction, so a run that ends goes on there.

        Raises:
            SourceError: the service does not answer; what was filled in stays.
            CatalogueError: the database or the disk cannot be used.
        """
        report = FillReport()
        failures = Failures()
        for album_id in album_ids:
            with self._database.reading() as session:
                album = incomplete.album(session, album_id, self._sides, self._service.facts)
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
        known = self._service.look_up(album, dry_run=self._dry_run)
        if isinstance(known, str):
            report.not_filled.append(NotFilled(album, known))
            return FillEnding.NOT_FOUND
        before = len(report.not_filled)
        missing = Additions(
            None if album.artist else known.says.artist,
            None if album.title else known.says.title,
            known.says.genres if album.lacks_genre else (),
            known.says.year if album.year is None else None,
        )
        if self._dry_run:
            filled = _filled(album, known, missing, tuple(filter(known.may_show, album.missing_sides)))
        else:
            filled = self._write(album, known, missing, self._covers(album, known, report))
        if not (filled.artist or filled.title or filled.genres or filled.year or filled.sides):
            return FillEnding.REJECTED if len(report.not_filled) > before else FillEnding.UNCHANGED
        report.filled.append(filled)
        return FillEnding.FILLED

    def _covers(self, album: IncompleteAlbum, known: KnownAlbum, report: FillReport) -> dict[Side, FoundPicture]:
        found = {}
        for side in album.missing_sides:
            try:
                cover = known.cover(side)
            except FileRejectedError as error:
                report.not_filled.append(NotFilled(album, f"its {side}: {error}"))
                continue
            if isinstance(cover, FoundPicture):
                found[side] = cover
            elif cover.why:
                report.not_filled.append(NotFilled(album, cover.why))
        return found

    def _write(
        self, album: IncompleteAlbum, known: KnownAlbum, missing: Additions, found: dict[Side, FoundPicture]
    ) -> FilledAlbum:
        with ExitStack() as aside:
            put = {side: aside.enter_context(self._store.set_aside(cover.data)) for side, cover in found.items()}
            covers = tuple(
                UploadedCover(
                    side=side,
                    file=cover.url,
                    path=place_of(self._store, cover.data, known.id, side),
                    content_hash=content_hash_of(cover.data),
                    extra=cover.origin,
                )
                for side, cover in found.items()
            )
            additions = replace(missing, covers=covers)
            with self._database.writing() as session:
                new = incomplete.fill(
                    session,
                    album.id,
                    additions,
                    self._service.source,
                    lambda cover, path: put[cover.side](path),
                )
        for cover in found.values():
            self._service.forget(cover.url)
        return _filled(album, known, new, tuple(cover.side for cover in new.covers))


def content_hash_of(data: bytes) -> ContentHash:
    """SHA-256 of an image."""
    return ContentHash(sha256(data).hexdigest())


def place_of(store: CoverStore, data: bytes, known_as: str, side: Side) -> Path:
    """Where an image of a service's album is kept: two albums may have the same art, but a path has one cover."""
    plain = store.path(content_hash_of(data), sniff(data))
    return plain.with_stem(f"{plain.stem}-{known_as}-{side}")


def _filled(album: IncompleteAlbum, known: KnownAlbum, new: Additions, sides: tuple[Side, ...]) -> FilledAlbum:
    return FilledAlbum(album, known.id, new.artist, new.title, new.genres, new.year, sides)
