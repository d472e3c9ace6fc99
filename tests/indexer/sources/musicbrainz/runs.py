"""A run over the stand-in, and what it leaves in the catalogue."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from sqlalchemy import select

from db import albums
from db.database import Database
from db.tables import Cover
from indexer.images.cover_store import CoverStore
from indexer.progress import Silent
from indexer.sources.musicbrainz import GroupAdder, GroupQuery, GroupReport, QueryKind
from indexer.sources.musicbrainz.covers import CoverArtArchive
from indexer.sources.musicbrainz.services import Services
from indexer.sources.musicbrainz.web_service import WebService
from indexer.sources.web_services.answer_cache import AnswerCache
from indexer.sources.web_services.client import Client, Manners
from indexer.sources.web_services.pace import Clock
from sleeve.vocabulary import Side
from tests.indexer.sources.musicbrainz.stand_in import ARCHIVE, MUSICBRAINZ, StandIn
from tests.indexer.sources.remote_image.server import near

BLACK_METAL = GroupQuery(QueryKind.GENRE, "black metal")


@dataclass
class Time:
    """A clock that waits a thousandth of long waits, gives a date that a test sets, and can be interrupted."""

    day: float = 0
    waits_s: list[float] = field(default_factory=list)
    disturb: Callable[[int], None] = lambda _wait: None

    def sleep(self, seconds: float) -> None:
        self.waits_s.append(seconds)
        self.disturb(len(self.waits_s))
        time.sleep(seconds if seconds < 0.5 else seconds / 1000)

    def clock(self) -> Clock:
        return Clock(now_s=lambda: time.time() + self.day * 86_400, sleep=self.sleep)


def services_of(stand_in: StandIn, home: Path, moment: Time, answer_time_s: float = 10) -> Services:
    manners = Manners("sleeve/1 ( me@example.org )", near(), moment.clock(), stand_in.interval_s, answer_time_s)
    client = Client(AnswerCache(home / "musicbrainz/answers", time.time()), manners)
    service = WebService(client, stand_in.base(MUSICBRAINZ))
    return Services(client, service, CoverArtArchive(client, service, stand_in.base(ARCHIVE)))


def run(
    stand_in: StandIn,
    database: Database,
    home: Path,
    *,
    moment: Time | None = None,
    wanted: GroupQuery = BLACK_METAL,
    limit: int = 1000,
    backs: bool = False,
    answer_time_s: float = 10,
) -> GroupReport:
    services = services_of(stand_in, home, moment or Time(), answer_time_s)
    adder = GroupAdder(database, CoverStore(home / "covers"), services, tuple(Side) if backs else (Side.FRONT,))
    return adder.add(islice(services.musicbrainz.release_groups(wanted), limit), Silent())


def catalogue_of(database: Database, home: Path) -> list[tuple[object, ...]]:
    """Every cover with its album, and that its bytes are where they are said to be."""
    with database.reading() as session:
        extra = {row.id: row.extra for row in session.execute(select(Cover.id, Cover.extra))}
        found = albums.of_ids(session, [*albums.with_cover(session)]).values()
    rows = [
        (a.title, a.artist, a.year, a.genres, str(c.side), c.file, str(c.path.relative_to(home)), extra[c.id].items())
        for a in found
        for c in a.covers
        if c.path.is_file()
    ]
    assert len(rows) == len(extra), "a cover is without its file"
    return sorted((*row[:7], *sorted(row[7])) for row in rows)
