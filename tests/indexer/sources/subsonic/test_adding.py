"""Albums of a server become covers, follow what the server says, and survive what goes wrong there."""

from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from db.database import Database
from db.tables import Album, Cover, File
from indexer.home import Home
from indexer.jobs.add_from_server import add_from_server
from indexer.jobs.remove import remove
from indexer.progress import Silent
from indexer.sources.add_report import AddReport
from indexer.sources.subsonic import Client, Credentials, ServerAddress, Waits
from sleeve.errors import SourceError
from sleeve.vocabulary import AlbumId, Outcome, Rejection
from tests.factories import home_at
from tests.indexer.sources.subsonic.stand_in import PASSWORD, USER, StandIn, picture, says

RELEASE = "189002e7-3285-4e2e-92a3-7f6c30d407a2"


pytestmark = pytest.mark.slow


@pytest.fixture
def home(database: Database, tmp_path: Path) -> Home:
    return home_at(tmp_path / "home", database)


def run(home: Home, server: StandIn, *, again: bool = False) -> tuple[AddReport, int]:
    credentials = Credentials(user=USER, password=SecretStr(PASSWORD))
    client = Client(ServerAddress.of(server.address), credentials, waits=Waits(page_s=10, cover_s=10))
    return add_from_server(home, Silent(), client, again=again)


def counts(report: AddReport) -> dict[str, int]:
    return {str(outcome): number for outcome, number in report.counts.items() if number}


def albums_in(home: Home) -> dict[int, tuple[str | None, str | None, int | None, list[str]]]:
    with home.database.reading() as session:
        return {
            album.id: (
                album.artist,
                album.title,
                album.year,
                [label.genre.name for label in sorted(album.labels, key=lambda label: label.position)],
            )
            for album in session.scalars(select(Album).order_by(Album.id))
        }


def covers_in(home: Home) -> dict[int, tuple[int, Path, bytes]]:
    """Cover → its album, its path and what is there."""
    with home.database.reading() as session:
        found = session.execute(select(Cover.id, Cover.album_id, Cover.path).order_by(Cover.id)).all()
    return {row.id: (row.album_id, Path(row.path), Path(row.path).read_bytes()) for row in found}


def files_of(home: Home) -> set[Path]:
    return {path for path in (home.folder / "covers").rglob("url-*") if path.is_file()}


def test_what_the_server_says_is_in_the_catalogue(home: Home, server: StandIn) -> None:
    more = {"genres": [{"name": "Hip Hop"}, {"name": "Soul"}], "originalReleaseDate": {"year": 1959}}
    server.have(1, musicBrainzId=RELEASE, **more)
    server.have(2)
    report, gone = run(home, server)
    assert (counts(report), gone) == ({"added": 2}, 0)
    assert albums_in(home) == {
        1: ("Artist 1", "Blue 1", 1959, ["hip-hop", "soul"]),
        2: ("Artist 2", "Blue 2", 1992, ["jazz"]),
    }
    assert [data for _, _, data in covers_in(home).values()] == [picture(1), picture(2)]
    with home.database.reading() as session:
        first = session.get_one(Cover, 1)
        assert first.file == f"subsonic://127.0.0.1:{server.port}?album=al-1"
        assert first.extra["musicbrainz_albumid"] == RELEASE


def test_adding_again_changes_nothing_and_fetches_nothing(home: Home, server: StandIn) -> None:
    server.have(1, 2, 3)
    run(home, server)
    before = albums_in(home), covers_in(home)
    server.asked.clear()
    report, gone = run(home, server)
    assert (counts(report), gone) == ({"unchanged": 3}, 0)
    assert (albums_in(home), covers_in(home)) == before
    assert sorted(form["id"][0] for form in server.of("getCoverArt")) == ["art-1", "art-2", "art-3"], (
        "looked at, not fetched"
    )


def test_a_changed_name_replaces_what_the_server_said(home: Home, server: StandIn) -> None:
    server.have(1)
    run(home, server)
    server.albums[0] |= {"name": "Other", "artist": "Else", "year": 1970, "genre": "Soul"}
    assert counts(run(home, server)[0]) == {"unchanged": 1}
    assert albums_in(home) == {1: ("Else", "Other", 1970, ["soul"])}


def test_a_changed_picture_replaces_the_one_that_was_kept(home: Home, server: StandIn) -> None:
    server.have(1, 2)
    run(home, server)
    before = covers_in(home)
    server.albums[0]["coverArt"] = "art-new"
    server.pictures["art-new"] = picture(9)
    assert counts(run(home, server)[0]) == {"added": 1, "unchanged": 1}
    assert covers_in(home) == {1: (before[1][0], before[1][1], picture(9)), 2: before[2]}
    assert files_of(home) == {path for _, path, _ in before.values()}


def test_a_picture_that_changes_under_the_same_id_is_noticed_by_its_size(home: Home, server: StandIn) -> None:
    server.have(1, 2)
    run(home, server)
    before = covers_in(home)
    server.pictures["art-1"] = picture(9)
    assert len(picture(9)) != len(picture(1))
    assert counts(run(home, server)[0]) == {"added": 1, "unchanged": 1}
    assert covers_in(home) == {1: (before[1][0], before[1][1], picture(9)), 2: before[2]}
    assert files_of(home) == {path for _, path, _ in before.values()}


@pytest.mark.parametrize("size", ["", "many", "9" * 400, "-1"])
def test_a_size_that_says_nothing_changes_nothing(home: Home, server: StandIn, size: str) -> None:
    server.have(1)
    run(home, server)
    before = covers_in(home)
    server.faults["art-1"] = lambda: (200, picture(9), {"Content-Length": size, "Content-Type": "image/png"})
    run(home, server)
    assert covers_in(home) == before


def test_an_album_without_a_picture_is_an_album_without_a_cover(home: Home, server: StandIn) -> None:
    server.have(1, 2, 3)
    server.albums[0].pop("coverArt")
    data = server.pictures.pop("art-2")
    report, gone = run(home, server)
    assert (counts(report), gone, report.listed) == ({"added": 3}, 0, 2)
    assert {said[1] for said in albums_in(home).values()} == {"Blue 1", "Blue 2", "Blue 3"}
    assert len(covers_in(home)) == 1
    assert counts(run(home, server)[0]) == {"unchanged": 3}
    with home.database.reading() as session:
        assert not session.scalars(select(File.path).where(File.outcome == Outcome.REJECTED)).all()
    # When its picture comes, it is the same album.
    before = albums_in(home)
    server.pictures["art-2"] = data
    report, _ = run(home, server)
    assert (counts(report), report.unlisted) == ({"added": 1, "unchanged": 2}, 1)
    assert albums_in(home) == before
    assert len(covers_in(home)) == 2
    server.albums.pop(0)
    server.albums.append(server.albums[0])
    assert run(home, server)[0].unlisted == 0, "a list with an album twice may have left one out"
    server.albums.pop()
    assert run(home, server)[0].unlisted == 1
    assert {said[1] for said in albums_in(home).values()} == {"Blue 2", "Blue 3"}


@pytest.mark.parametrize("data", [b"no picture", picture(5)[:200]])
def test_a_broken_new_picture_leaves_the_one_that_was_kept(home: Home, server: StandIn, data: bytes) -> None:
    server.have(1)
    run(home, server)
    before = covers_in(home)
    server.albums[0]["coverArt"] = "art-new"
    server.pictures["art-new"] = data
    assert counts(run(home, server)[0]) == {"rejected": 1}
    assert covers_in(home) == before
    server.pictures["art-new"] = picture(6)
    assert counts(run(home, server)[0]) == {"added": 1}
    assert covers_in(home)[1][2] == picture(6)


def test_an_album_that_the_server_knows_by_another_id_is_the_same(home: Home, server: StandIn) -> None:
    """Servers make ids of names, so a corrected name is another album to them."""
    server.have(1, 2)
    run(home, server)
    server.albums[0] |= {"id": "al-other", "name": "Corrected"}
    report, gone = run(home, server)
    assert (counts(report), gone) == ({"unchanged": 2}, 0)
    assert albums_in(home)[1] == ("Artist 1", "Corrected", 1991, ["jazz"])
    assert len(albums_in(home)) == 2
    assert files_of(home) == {path for _, path, _ in covers_in(home).values()}


def test_what_is_gone_from_the_server_is_removed_when_asked_for(home: Home, server: StandIn) -> None:
    server.have(1, 2, 3)
    run(home, server)
    taken = server.albums.pop(1)
    report, gone = run(home, server)
    assert (counts(report), gone) == ({"unchanged": 2}, 1)
    assert list(albums_in(home)) == [1, 2, 3]
    assert remove(home, Silent(), missing=True).covers == 1
    assert list(albums_in(home)) == [1, 3]
    assert files_of(home) == {path for _, path, _ in covers_in(home).values()}
    server.albums.append(taken)
    assert counts(run(home, server)[0]) == {"added": 1, "unchanged": 2}


def test_what_comes_back_before_that_is_not_missing(home: Home, server: StandIn) -> None:
    server.have(1, 2, 3)
    run(home, server)
    taken = server.albums.pop()
    run(home, server)
    server.albums.append(taken)
    assert run(home, server)[1] == 0
    assert remove(home, Silent(), missing=True).covers == 0


@pytest.mark.parametrize("fault", ["down", "an album without an id", "an album twice"])
def test_what_a_server_does_not_say_for_certain_is_not_missing(home: Home, server: StandIn, fault: str) -> None:
    server.have(1, 2, 3)
    run(home, server)
    if fault == "down":
        server.faults["ping"] = lambda: (503, b"", {})
        with pytest.raises(SourceError):
            run(home, server)
    else:
        server.albums[2] = {"name": "no id"} if fault == "an album without an id" else server.albums[1]
        assert run(home, server)[1] == 0
    assert remove(home, Silent(), missing=True).covers == 0


def test_albums_of_other_servers_are_not_missing(home: Home, server: StandIn) -> None:
    server.have(1, 2)
    run(home, server)
    server.albums = server.albums[:1]
    elsewhere = Client(
        ServerAddress.of(server.address.replace("127.0.0.1", "localhost")),
        Credentials(user=USER, password=SecretStr(PASSWORD)),
    )
    report, gone = add_from_server(home, Silent(), elsewhere)
    # The same pictures of the same names by another name of the server are copies.
    assert (counts(report), gone) == ({"unchanged": 1}, 0)
    assert len(albums_in(home)) == 2


def test_one_bad_album_never_stops_the_run(home: Home, server: StandIn) -> None:
    server.have(*range(1, 8))
    server.albums[1]["coverArt"] = "not there"
    server.albums[2].pop("coverArt")
    server.pictures["art-4"] = b"<html>"
    server.pictures["art-5"] = b"no picture"
    server.faults["art-6"] = lambda: (200, b"x", {"Content-Length": str(65 * 2**20)})
    server.albums += [{"name": "no id"}]
    report, _ = run(home, server)
    assert counts(report) == {"added": 5, "rejected": 2}
    assert {one.file.rpartition("=")[2]: one.reason for one in report.rejected} == {
        "al-5": Rejection.NOT_AN_IMAGE,
        "al-6": Rejection.TOO_MANY_BYTES,
    }
    # What is mended is added, and what was rejected and is gone is forgotten.
    server.faults.clear()
    server.pictures["art-5"] = picture(5)
    server.albums = [one for one in server.albums if one.get("id") not in {"al-2", "al-3", "al-4", None}]
    assert counts(run(home, server)[0]) == {"added": 2, "unchanged": 2}
    with home.database.reading() as session:
        assert not session.scalars(select(File.path).where(File.outcome == Outcome.REJECTED)).all()


def test_a_server_that_goes_down_ends_the_run_and_the_next_one_goes_on(home: Home, server: StandIn) -> None:
    server.have(*range(20))
    server.faults["getCoverArt"] = lambda: (503, b"", {})
    with pytest.raises(SourceError, match="does not answer any more; run the same command later to go on"):
        run(home, server)
    server.faults.clear()
    assert counts(run(home, server)[0]) == {"added": 20}


def test_two_albums_of_one_name_are_two_unless_their_years_say_otherwise(home: Home, server: StandIn) -> None:
    server.have(1, 2, name="Live", artist="A", year=0)
    server.have(3, 4, name="Hits", artist="B", year=1980)
    run(home, server)
    albums = [album_id for album_id, _, _ in covers_in(home).values()]
    assert albums == [1, 2, 3, 3]


def test_what_a_person_removed_stays_removed(home: Home, server: StandIn) -> None:
    server.have(1, 2)
    run(home, server)
    remove(home, Silent(), [AlbumId(1)])
    assert counts(run(home, server)[0]) == {"removed": 1, "unchanged": 1}
    assert len(files_of(home)) == 1
    assert counts(run(home, server, again=True)[0]) == {"added": 1, "unchanged": 1}


def test_an_empty_server(home: Home, server: StandIn) -> None:
    assert counts(run(home, server)[0]) == {}
    server.faults["getAlbumList2"] = lambda: says({})
    assert run(home, server)[1] == 0
