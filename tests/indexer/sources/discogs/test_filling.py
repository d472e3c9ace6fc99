"""Albums of lists get their covers from Discogs over real HTTP, whatever it answers; what is there stays."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from db import albums, entries
from db.database import Database
from db.records import AlbumRecord
from db.tables import Album, Cover
from indexer.home import Home
from indexer.images.cover_store import CoverStore
from indexer.jobs.fill_from_discogs import fill_from_discogs
from indexer.progress import Silent
from indexer.sources.discogs import ReleaseFinder, reading, service
from indexer.sources.discogs.reading import RecordKind
from indexer.sources.remote_image import Reach, is_public
from indexer.sources.spelling import Spellings
from indexer.sources.web_services.answer_cache import AnswerCache
from indexer.sources.web_services.client import MAX_JSON_BYTES, MAX_TRIES, Access, Client, Manners
from indexer.sources.web_services.filling import AlbumFiller, FillReport
from indexer.sources.web_services.pace import Clock
from sleeve.errors import SettingsError, SourceError
from sleeve.settings import Settings
from sleeve.vocabulary import AlbumId, Side
from tests.db.test_entries import row
from tests.indexer.sources.discogs.stand_in import IMAGES, TOKEN, Discogs, says, serving, stalls
from tests.indexer.sources.musicbrainz.runs import Time
from tests.indexer.sources.musicbrainz.stand_in import picture
from tests.indexer.sources.remote_image.server import near


@dataclass
class Skipping(Time):
    """A clock on which waits pass at once."""

    skipped_s: float = 0.0

    def sleep(self, seconds: float) -> None:
        self.waits_s.append(seconds)
        self.disturb(len(self.waits_s))
        self.skipped_s += seconds

    def clock(self) -> Clock:
        return Clock(lambda: time.monotonic() + self.skipped_s, time.time, self.sleep)


@pytest.fixture
def discogs() -> Iterator[Discogs]:
    with serving() as stand_in:
        yield stand_in


def fill(
    discogs: Discogs,
    database: Database,
    home: Path,
    *,
    moment: Time | None = None,
    token: str = TOKEN,
    reach: Reach | None = None,
    answer_time_s: float = 10,
    dry_run: bool = False,
) -> FillReport:
    access = Access(discogs.base(), "Discogs token=", SecretStr(token), service.SETTING)
    moment = moment or Skipping()
    manners = Manners("sleeve/1", reach or near(), moment.clock(), 0.001, answer_time_s, access)
    finder = ReleaseFinder(Client(AnswerCache(home / "answers", 0), manners), discogs.base(), Spellings.read())
    filler = AlbumFiller(database, CoverStore(home / "covers"), finder, (Side.FRONT,), dry_run=dry_run)
    return filler.fill(filler.incomplete_albums(1000), Silent())


def put(database: Database, *rows: Any) -> list[AlbumId]:
    """Albums of a list, in order."""
    with database.writing() as session:
        entries.register(session, rows)
        return [AlbumId(album_id) for album_id in session.scalars(select(Album.id).order_by(Album.id))]


def album(database: Database, album_id: AlbumId) -> AlbumRecord:
    with database.reading() as session:
        return albums.album(session, album_id)


def endings(report: FillReport) -> dict[str, int]:
    return {str(ending): count for ending, count in report.counts.items()}


def test_covers_come_by_the_id_of_a_list_else_by_names(discogs: Discogs, database: Database, tmp_path: Path) -> None:
    discogs.release(7, "Can", "Ege Bamyasi", master_id=70)
    discogs.release(8, "Can", "Tago Mago", image=False, master_id=80)
    discogs.master(80, "Can", "Tago Mago", styles=["Experimental"])
    discogs.master(90, "Nirvana (2)", "All Of Us", styles=[])
    discogs.release(100, "Neu!", "Neu! 2", genres=["Electronic", "Rock"])
    discogs.master(110, "Faust", "IV")
    discogs.master(111, "Faust", "IV")
    discogs.master(120, "Various", "Blech")
    ids = put(
        database,
        row("Can", "Ege Bamyasi", 7),
        row("Can", "Tago Mago", 8, genres=("jazz",)),
        row("Nirvana", "All Of Us"),
        row("neu", "NEU 2", name="wanted"),  # type: ignore[arg-type]
        row("Faust", "IV"),
        row("Various Artists", "Blech"),
        row("Nobody", "Nothing", 404),
    )
    report = fill(discogs, database, tmp_path)
    assert endings(report) == {"filled": 5, "not found": 2}
    assert [one.known_as for one in report.filled] == [
        "release-7",
        "master-80",
        "master-90",
        "release-100",
        "master-120",
    ]
    assert [(one.album.title, one.why) for one in report.not_filled] == [
        ("IV", "Discogs has 2 albums of these names"),
        ("Nothing", "Discogs finds no album of these names"),
    ]
    found = [album(database, one) for one in ids]
    assert [one.genres for one in found[:4]] == [
        ("rock", "krautrock"),
        ("jazz",),
        ("rock",),
        ("electronic", "rock", "krautrock"),
    ]
    shown = {one.title: cover.path.read_bytes() for one in found for cover in one.covers}
    assert {
        title: data == picture(number, False)
        for (title, data), number in zip(shown.items(), (7, 80, 90, 100, 120), strict=True)
    } == dict.fromkeys(shown, True)
    with database.reading() as session:
        [origin] = session.scalars(select(Cover.extra).where(Cover.album_id == ids[0]))
    assert origin == {"source": "discogs", "discogs_picture": "release-7"}
    # What is filled in is not asked for again, and the answers about the others are kept.
    asked = len(discogs.log)
    assert endings(fill(discogs, database, tmp_path)) == {"not found": 2}
    assert len(discogs.log) == asked


def test_the_album_of_the_year_is_taken(discogs: Discogs, database: Database, tmp_path: Path) -> None:
    discogs.master(1, "Weezer", "Weezer", year=1994)
    discogs.master(2, "Weezer", "Weezer", year=2001)
    put(database, row("Weezer", "Weezer", year=2001))
    [filled] = fill(discogs, database, tmp_path).filled
    assert filled.known_as == "master-2"


def test_a_dry_run_knows_what_there_is_and_fetches_nothing(
    discogs: Discogs, database: Database, tmp_path: Path
) -> None:
    discogs.release(7, "Can", "Ege Bamyasi")
    discogs.release(8, "Can", "Tago Mago", image=False)
    put(database, row("Can", "Ege Bamyasi", 7), row("Can", "Tago Mago", 8))
    report = fill(discogs, database, tmp_path, dry_run=True)
    assert [(one.sides, one.genres) for one in report.filled] == [
        ((Side.FRONT,), ("rock", "Krautrock")),
        ((), ("rock", "Krautrock")),
    ]
    assert discogs.asked(IMAGES) == []
    assert not (tmp_path / "covers").exists()


def test_the_token_goes_to_discogs_and_nowhere_else(
    discogs: Discogs, database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    discogs.release(7, "Can", "Ege Bamyasi")
    discogs.fail("/releases/8", lambda: says({"message": f"go away, {TOKEN}"}, 400))
    put(database, row("Can", "Ege Bamyasi", 7), row("Can", "Tago Mago", 8))
    report = fill(discogs, database, tmp_path)
    assert endings(report) == {"filled": 1, "rejected": 1}
    sent = {
        line.host: {"Authorization" in other.headers for other in discogs.log if other.host == line.host}
        for line in discogs.log
    }
    assert sent == {"api.discogs.test": {True}, IMAGES: {False}}
    assert all(line.headers["User-Agent"] == "sleeve/1" for line in discogs.log)
    kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    said = "".join(one.why for one in report.not_filled)
    assert TOKEN.encode() not in kept
    assert TOKEN not in said + caplog.text + "".join(line.path for line in discogs.log)


def test_a_token_that_is_not_accepted_ends_the_run_at_once(
    discogs: Discogs, database: Database, tmp_path: Path
) -> None:
    discogs.release(7, "Can", "Ege Bamyasi")
    put(database, row("Can", "Ege Bamyasi", 7), row("Can", "Tago Mago", 8))
    with pytest.raises(SettingsError, match="does not accept the token; set SLEEVE_DISCOGS_TOKEN") as refused:
        fill(discogs, database, tmp_path, token="wrong")
    assert "wrong" not in str(refused.value)
    assert len(discogs.log) == 1
    # The refusal is not kept: with the right token it goes on.
    assert endings(fill(discogs, database, tmp_path)) == {"filled": 1, "not found": 1}


def test_it_asks_no_faster_than_the_answers_permit(discogs: Discogs, database: Database, tmp_path: Path) -> None:
    for number in range(1, 6):
        discogs.release(number, "Can", f"Album {number}")
    discogs.permitted = 3
    discogs.fail("/releases/1", lambda: says({}, 429))

    def disturb(_wait: int) -> None:
        if moment.waits_s[-1] > 50:
            discogs.used = 0

    moment = Skipping(disturb=disturb)
    put(database, *(row("Can", f"Album {number}", number) for number in range(1, 6)))
    assert endings(fill(discogs, database, tmp_path, moment=moment)) == {"filled": 5}
    assert [line.status for line in discogs.log if line.status == 429] == [429], "the one that the test asked for"
    # 3 a minute are 20 s apart; when none is left, it waits for a minute.
    waits = [round(wait) for wait in moment.waits_s if wait > 1]
    assert waits.count(60) == 1
    assert set(waits) <= {2, 18, 20, 60}
    assert waits.count(20) >= 2


@pytest.mark.parametrize("limit", ["0", "-5", "NaN", "9" * 400, "soon"])
def test_a_limit_that_lies_holds_nothing_up_for_long(
    discogs: Discogs, database: Database, tmp_path: Path, limit: str
) -> None:
    discogs.release(1, "Can", "Album 1")
    record = discogs.records["/releases/1"]
    limits = {"X-Discogs-Ratelimit": limit, "X-Discogs-Ratelimit-Remaining": limit}
    discogs.fail("/releases/1", lambda: says(record, headers=limits))
    put(database, row("Can", "Album 1", 1), row("Can", "Album 2", 2))
    moment = Skipping()
    assert endings(fill(discogs, database, tmp_path, moment=moment)) == {"filled": 1, "not found": 1}
    assert sum(wait for wait in moment.waits_s if wait > 1) <= 4 * 60


def test_what_lies_as_an_image_is_refused_and_the_run_goes_on(
    discogs: Discogs, database: Database, tmp_path: Path
) -> None:
    for number in range(1, 7):
        discogs.release(number, "Can", f"Album {number}")
    inside = f"http://intranet.test:{discogs.port}/1.png"
    discogs.records["/releases/1"]["images"] = [{"type": "primary", "uri": inside}]
    discogs.fail("/2.png", lambda: (302, b"", {"Location": inside}))
    discogs.fail("/3.png", lambda: (200, b"<html>no</html>", {}))
    discogs.fail("/4.png", lambda: (200, b"", {"Content-Length": str(2**40)}))
    discogs.records["/releases/5"]["images"] = [{"type": "primary", "uri": "file:///etc/passwd"}]
    put(database, *(row("Can", f"Album {number}", number, genres=("rock",)) for number in range(1, 7)))
    at = {"intranet.test": [ip_address("10.0.0.1")]}
    reach = replace(
        near(),
        resolve=lambda host, _left_s: at.get(host, [ip_address("127.0.0.1")]),
        allowed=lambda address: is_public(address) or address.is_loopback,
    )
    report = fill(discogs, database, tmp_path, reach=reach)
    assert endings(report) == {"rejected": 5, "filled": 1}
    assert [one.why for one in report.not_filled] == [
        "its front: URL not allowed: intranet.test is not on the public Internet",
        "its front: URL not allowed: intranet.test is not on the public Internet",
        "its front: not an image: HTML text",
        "its front: too many bytes: over 67,108,864 bytes",
        "its front: URL not allowed: not an http or https URL",
    ]
    assert [one.album.title for one in report.filled] == ["Album 6"]
    assert len([file for file in (tmp_path / "covers").rglob("*.png") if file.is_file()]) == 1


def test_records_that_lie_are_not_found(discogs: Discogs, database: Database, tmp_path: Path) -> None:
    discogs.release(1, "Can", "Album 1", id=999)
    discogs.records["/releases/2"] = {"id": 2, "title": ["x"], "artists": "Can", "images": {}}
    discogs.release(3, "Can", "Album 3", images=[None, 7, {"uri": 7}], genres="rock", styles=[["x"]] * 10**4)
    put(database, *(row("Can", f"Album {number}", number) for number in (1, 2, 3)))
    report = fill(discogs, database, tmp_path)
    assert endings(report) == {"not found": 2, "unchanged": 1}
    assert reading.hits({"results": [{"id": 10**30, "title": "A - B"}, {"id": True, "title": "x"}, 7]}) == []
    assert reading.record(
        RecordKind.MASTER, {"id": 1, "title": "x\0y", "artists": [{"name": "B*", "join": "&"}, {"name": "C"}]}
    ) == (reading.Record(RecordKind.MASTER, 1, "B & C", "xy", None, (), None))


@pytest.mark.slow
def test_who_stalls_or_breaks_ends_the_run(discogs: Discogs, database: Database, tmp_path: Path) -> None:
    put(database, *(row("Can", f"Album {number}", number) for number in range(1, 5)))
    for number in range(1, 5):
        discogs.fail(f"/releases/{number}", *[stalls(0.3)] * MAX_TRIES)
    with pytest.raises(SourceError, match=r"did not answer 5 requests: not there within 0\.05 s"):
        fill(discogs, database, tmp_path, answer_time_s=0.05)
    too_long = b'{"a": "' + b"x" * MAX_JSON_BYTES + b'"}'
    for number in range(1, 5):
        discogs.faults[f"/releases/{number}"].clear()
        discogs.fail(f"/releases/{number}", lambda: (200, too_long, {}))
    with pytest.raises(SourceError, match="too many bytes"):
        fill(discogs, database, tmp_path)


@pytest.mark.parametrize("token", ["", "two words", "ünïcode", "a\r\nX: y", "x" * 201])
def test_what_is_no_token_is_never_sent(tmp_path: Path, token: str) -> None:
    home = Home(Settings(home=tmp_path / "home", _env_file=None))
    with pytest.raises(SettingsError, match="is not a token of Discogs"):
        fill_from_discogs(home, Silent(), SecretStr(token), limit=None, dry_run=False)
