"""From the services into the catalogue over real HTTP, undisturbed and disturbed."""

from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select

from db import albums
from db.database import Database
from db.tables import Cover
from indexer.sources.musicbrainz import Ending, GroupQuery, QueryKind
from sleeve.errors import SourceError
from sleeve.vocabulary import Side
from tests.indexer.sources.musicbrainz.runs import Time, catalogue_of, run
from tests.indexer.sources.musicbrainz.stand_in import (
    ARCHIVE,
    ITEMS,
    MUSICBRAINZ,
    StandIn,
    group_id,
    picture,
    standing_in,
)


def test_release_groups_become_albums_with_their_covers(database: Database, tmp_path: Path) -> None:
    with standing_in(groups=20) as stand_in:
        report = run(stand_in, database, tmp_path, limit=10)
    assert report.counts == {Ending.ADDED: 8, Ending.NO_ART: 1, Ending.REJECTED: 1}
    assert report.covers == 8
    [left_out] = report.left_out
    assert (left_out.group.title, left_out.why) == ("Title 9", "not an image: HTML text")
    rows = catalogue_of(database, tmp_path)
    assert [row[:4] for row in rows] == [
        (f"Title {n}", f"Artist {n // 3} feat. Choir", [1994, 1995, None, None][n % 4], ("black metal", "metal"))
        for n in (0, 1, 2, 3, 4, 5, 6, 8)
    ]
    with database.reading() as session:
        first = albums.album(session, albums.first_id(session)).covers[0]
        extra = {cover.file: cover.extra for cover in session.scalars(select(Cover))}
    assert first.content_hash == sha256(picture(0, False)).hexdigest()
    assert first.path.read_bytes() == picture(0, False)
    assert first.file == f"{stand_in.base(ARCHIVE)}/release-group/{group_id(0)}/front-500"
    assert extra[first.file] == {"musicbrainz_releasegroupid": group_id(0), "source": "cover art archive"}
    # Group 8 has its front on a release only.
    release = f"00000000-0000-0000-0000-0001{8:08x}"
    assert extra[f"{stand_in.base(ARCHIVE)}/release/{release}/front-500"]["musicbrainz_albumid"] == release


def test_every_request_says_who_asks_and_none_comes_too_early(database: Database, tmp_path: Path) -> None:
    with standing_in(groups=12, interval_s=0.03) as stand_in:
        run(stand_in, database, tmp_path)
    assert {line.headers["User-Agent"] for line in stand_in.log} == {"sleeve/1 ( me@example.org )"}
    assert 503 not in {line.status for line in stand_in.log}
    gaps_s = stand_in.gaps_s()
    assert len(gaps_s[ARCHIVE]) >= 11
    assert min(gap for gaps in gaps_s.values() for gap in gaps) >= 0.03


def test_a_second_run_asks_for_no_cover_again(database: Database, tmp_path: Path) -> None:
    with standing_in(groups=15) as stand_in:
        run(stand_in, database, tmp_path)
        before = catalogue_of(database, tmp_path)
        asked = len(stand_in.log)
        again = run(stand_in, database, tmp_path)
        assert again.counts == {Ending.UNCHANGED: 13, Ending.NO_ART: 1, Ending.REJECTED: 1}
        assert len(stand_in.log) == asked, "an answer that was fresh was asked for again"
        assert catalogue_of(database, tmp_path) == before
        later = run(stand_in, database, tmp_path, moment=Time(day=2))
    assert later.counts == again.counts
    assert catalogue_of(database, tmp_path) == before
    images = [line for line in stand_in.log[asked:] if line.host == ITEMS]
    # Only the file that is not an image is looked at again, and only for whether it has changed.
    assert [(line.path, line.status) for line in images] == [("/items/9/front", 304)]


@pytest.mark.slow
def test_interrupted_ten_times_nothing_is_lost_and_nothing_asked_twice(database: Database, tmp_path: Path) -> None:
    with standing_in(groups=15, interval_s=0.004) as stand_in:
        calm = run(stand_in, database, tmp_path / "calm", backs=True)
        undisturbed, asked = catalogue_of(database, tmp_path / "calm"), stand_in.answered()
        with database.writing() as session:
            albums.remove(session, list(session.scalars(select(Cover.album_id).distinct())))
        stand_in.log.clear()
        moment, stops = Time(disturb=_stop_every(6, stand_in)), 0
        while True:
            try:
                last = run(stand_in, database, tmp_path / "disturbed", moment=moment, backs=True)
                break
            except KeyboardInterrupt:
                stops += 1
    assert stops >= 10
    assert calm.counts[Ending.ADDED] == 13
    assert sum(last.counts.values()) == 15
    assert catalogue_of(database, tmp_path / "disturbed") == undisturbed
    assert stand_in.answered() == asked == dict.fromkeys(asked, 1)
    assert 503 not in {line.status for line in stand_in.log}


def test_backs_come_from_the_lists_of_the_releases(database: Database, tmp_path: Path) -> None:
    with standing_in(groups=8) as stand_in:
        fronts = run(stand_in, database, tmp_path)
        assert fronts.covers == 7
        report = run(stand_in, database, tmp_path, backs=True)
    assert report.covers == 4
    assert Counter(item.why for item in report.left_out) == {
        "the back is a PDF": 1,
        "the back is not approved yet": 1,
        "the back shows more than a back: Front": 1,
    }
    assert report.counts == {Ending.ADDED: 4, Ending.UNCHANGED: 3, Ending.NO_ART: 1}
    with database.reading() as session:
        covers = albums.album(session, albums.first_id(session)).covers
    assert [cover.side for cover in covers] == [Side.FRONT, Side.BACK]
    assert covers[1].path.read_bytes() == picture(2**32 % 2**32, True)


@pytest.mark.parametrize(
    "wanted",
    [
        GroupQuery(QueryKind.ARTIST, 'Artist "3"'),
        GroupQuery(QueryKind.ARTIST, group_id(7)),
        GroupQuery(QueryKind.COLLECTION, group_id(5)),
    ],
    ids=["artist by name", "artist by id", "collection"],
)
@pytest.mark.slow
def test_every_way_of_asking_pages_through_all(database: Database, tmp_path: Path, wanted: GroupQuery) -> None:
    with standing_in(groups=205, interval_s=0) as stand_in:
        stand_in.groups = [number * 10 + 7 for number in range(205)]
        report = run(stand_in, database, tmp_path, wanted=wanted)
    assert report.counts == {Ending.NO_ART: 205}
    pages = [line.path for line in stand_in.log if line.path.startswith("/ws/2/release-group?")]
    assert [path.split("offset=")[1].split("&")[0] for path in pages] == ["0", "100", "200"]


def test_one_by_its_id(database: Database, tmp_path: Path) -> None:
    with standing_in(groups=5) as stand_in:
        report = run(stand_in, database, tmp_path, wanted=GroupQuery(QueryKind.RELEASE_GROUP, group_id(3).upper()))
        assert report.counts == {Ending.ADDED: 1}
        with pytest.raises(SourceError, match="does not know that id"):
            run(stand_in, database, tmp_path, wanted=GroupQuery(QueryKind.RELEASE_GROUP, group_id(77)))
    assert [row[0] for row in catalogue_of(database, tmp_path)] == ["Title 3"]


def test_a_dead_archive_ends_the_run_and_keeps_what_there_is(database: Database, tmp_path: Path) -> None:
    with standing_in(groups=6) as stand_in:
        for number in range(2, 6):
            stand_in.faults[f"/release-group/{group_id(number)}/front-500"].extend(["500"] * 50)
        with pytest.raises(SourceError, match=r"archive.test did not answer 5 requests: the answer is 500"):
            run(stand_in, database, tmp_path)
        assert len(catalogue_of(database, tmp_path)) == 2
        stand_in.faults.clear()
        report = run(stand_in, database, tmp_path)
    assert report.counts == {Ending.UNCHANGED: 2, Ending.ADDED: 4}


def test_two_groups_with_one_picture_keep_a_cover_each(database: Database, tmp_path: Path) -> None:
    class Reissued(StandIn):
        def answer(self, host: str, path: str, query: dict[str, str]) -> tuple[int, bytes, dict[str, str]]:
            return super().answer(host, "/items/0/front" if host == ITEMS else path, query)

    with standing_in(groups=2) as stand_in:
        stand_in.__class__ = Reissued
        report = run(stand_in, database, tmp_path)
    assert report.covers == 2
    assert [row[0] for row in catalogue_of(database, tmp_path)] == ["Title 0", "Title 1"]


def test_mistakes_are_named() -> None:
    for by, words, result in (
        (QueryKind.GENRE, "  ", "--genre needs"),
        (QueryKind.ARTIST, "a\nb", "printable"),
        (QueryKind.COLLECTION, "mine", "'mine' is not a MusicBrainz id"),
    ):
        with pytest.raises(SourceError, match=result):
            GroupQuery(by, words)


def _stop_every(requests: int, stand_in: StandIn) -> Callable[[int], None]:
    """Interrupts the first wait after so many requests more, wherever the run is then."""
    stop_at = requests

    def disturb(_wait: int) -> None:
        nonlocal stop_at
        if len(stand_in.log) >= stop_at:
            stop_at = len(stand_in.log) + requests
            raise KeyboardInterrupt

    return disturb


def test_the_service_is_asked_as_its_pages_say(database: Database, tmp_path: Path) -> None:
    with standing_in(groups=1) as stand_in:
        run(stand_in, database, tmp_path)
    assert [line.path for line in stand_in.log if line.host == MUSICBRAINZ] == [
        "/ws/2/genre/all?fmt=txt",
        "/ws/2/release-group?query=tag%3A%22black%20metal%22&limit=100&offset=0&fmt=json",
    ]
