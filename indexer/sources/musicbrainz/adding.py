"""Release groups → albums of the catalogue: what is missing is fetched, looked at, kept and registered, one by one."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from db import release_groups
from db.albums import has_cover_at
from db.database import Database
from db.records import CoverFile, InspectedFile
from db.registration import register
from indexer.images.cover_store import CoverStore
from indexer.progress import Progress, chunks
from indexer.sources.musicbrainz.covers import FoundCover
from indexer.sources.musicbrainz.keeping import genres_of, origin_of
from indexer.sources.musicbrainz.records import ReleaseGroup
from indexer.sources.musicbrainz.services import Services
from indexer.sources.musicbrainz.web_service import PAGE_GROUPS
from indexer.sources.web_services.filling import NoCover, content_hash_of, place_of
from indexer.sources.web_services.pace import Failures
from sleeve.errors import FileRejectedError, SourceError
from sleeve.vocabulary import LabelSource, Outcome, Side


class Ending(StrEnum):
    """How a release group ended."""

    ADDED = "added"
    UNCHANGED = "unchanged"
    NO_ART = "no art"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A cover that is not in the catalogue, and why."""

    group: ReleaseGroup
    side: Side
    why: str


@dataclass(slots=True)
class GroupReport:
    """How every release group ended, how many covers are new, and what was left out."""

    counts: Counter[Ending] = field(default_factory=Counter)
    covers: int = 0
    left_out: list[LeftOut] = field(default_factory=list)


class GroupAdder:
    """Adds release groups with the covers of these sides.

    Args:
        again: also those that a person removed.
    """

    def __init__(
        self, database: Database, store: CoverStore, services: Services, sides: Sequence[Side], *, again: bool = False
    ) -> None:
        self._database = database
        self._store = store
        self._services = services
        self._sides = sides
        self._again = again
        self._genres = services.musicbrainz.genres()

    def add(self, groups: Iterable[ReleaseGroup], progress: Progress) -> GroupReport:
        """Add what the catalogue does not have yet. Each album is a transaction, so a run that ends goes on there.

        Raises:
            SourceError: a service does not answer; what was added stays.
            CatalogueError: the database or the disk cannot be used.
        """
        report = GroupReport()
        failures = Failures()
        for page in chunks(groups, PAGE_GROUPS):
            with self._database.reading() as session:
                known = release_groups.sides(session, [group.id for group in page])
            for group in page:
                wanted = [side for side in self._sides if side not in known.get(group.id, ())]
                try:
                    ending = self._add(group, wanted, report)
                    failures.succeeded()
                except SourceError as error:
                    failures.failed(error)
                    report.left_out.append(LeftOut(group, wanted[0], str(error)))
                    ending = Ending.REJECTED
                report.counts[ending] += 1
                progress.advance(1)
        return report

    def _add(self, group: ReleaseGroup, sides: Sequence[Side], report: GroupReport) -> Ending:
        endings = {self._add_side(group, side, report) for side in sides}
        if Side.FRONT not in sides:
            endings |= {Ending.UNCHANGED}
        # The one that says most of the album as a whole.
        order = (Ending.ADDED, Ending.REJECTED, Ending.UNCHANGED, Ending.NO_ART)
        return next(ending for ending in order if ending in endings)

    def _add_side(self, group: ReleaseGroup, side: Side, report: GroupReport) -> Ending:
        try:
            found = self._services.archive.cover(group, side)
            if isinstance(found, NoCover):
                if found.why:
                    report.left_out.append(LeftOut(group, side, found.why))
                return Ending.NO_ART
        except FileRejectedError as error:
            report.left_out.append(LeftOut(group, side, str(error)))
            return Ending.REJECTED
        outcome = self._keep(group, found)
        if outcome is Outcome.REMOVED:
            report.left_out.append(LeftOut(group, side, "removed before; --release-group brings it back"))
        is_new = outcome is Outcome.ADDED
        report.covers += is_new
        return Ending.ADDED if is_new else Ending.UNCHANGED

    def _keep(self, group: ReleaseGroup, found: FoundCover) -> Outcome:
        place = self._store.place(place_of(self._store, found.data, group.id, found.side), found.data)
        cover_file = CoverFile(
            file=found.url,
            path=place.path,
            label_source=LabelSource.MUSICBRAINZ,
            genres=genres_of(group, self._genres),
            artist=group.artist,
            title=group.title,
            year=group.year,
            side=found.side,
            extra=origin_of(group, found),
            stored=place.stored,
        )
        with self._store.set_aside(found.data) as put, self._database.writing() as session:
            offered = [InspectedFile(cover_file, content_hash_of(found.data))]
            [outcome] = register(session, offered, _is_there, again=self._again)
            is_ours = has_cover_at(session, place.path)
            if is_ours:
                put(place.path)
        if is_ours:
            self._services.client.forget(found.url)
        return outcome.outcome


def _is_there(path: str, _content_hash: str) -> bool:
    """The home's own files are not changed by others."""
    return Path(path).exists()
