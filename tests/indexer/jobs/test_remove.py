"""Removing albums deletes the files that Sleeve wrote, as the database says, and no other, wherever it is."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from db import albums, offered
from db.database import Database
from db.records import BundleRecord, InspectedFile, NewAlbum, Placed, UploadedCover
from db.registration import register
from db.tables import File
from db.uploads import keep
from indexer.home import Home
from indexer.images.decoding import present
from indexer.jobs.add import add
from indexer.jobs.remove import Removed, remove
from indexer.progress import Silent
from indexer.sources import open_source
from sleeve.errors import NotFoundError
from sleeve.vocabulary import AlbumId, ContentHash, Fingerprint, Outcome, Side
from tests.command_home import CommandHome
from tests.factories import cover_file, home_at, write_cover, write_covers


def bytes_below(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def catalogue(database: Database, tmp_path: Path) -> Home:
    return home_at(tmp_path / "home", database)


def upload(home: Home, data: bytes, title: str) -> AlbumId:
    """An album with a front that the store keeps, as an upload writes it."""
    content_hash = ContentHash(sha256(data).hexdigest())
    cover = UploadedCover(Side.FRONT, "sent.png", home.covers.path(content_hash, "PNG"), content_hash)
    with home.covers.set_aside(data) as put, home.database.writing() as session:

        def placed(_cover: UploadedCover, path: Path) -> Placed:
            return put(path)

        bundle = BundleRecord(0, Fingerprint("f" * 64), "none", 1)
        return keep(session, NewAlbum(title, "A", None, (), (cover,)), bundle, placed).album_id


def test_pictures_in_the_covers_folder_stay(make_home: Callable[[Path, str], CommandHome], tmp_path: Path) -> None:
    """The user's own pictures in ``SLEEVE_HOME/covers``, some of them named as the store names its files."""
    home = make_home(tmp_path, "sqlite")
    folder = Path(home.environment["SLEEVE_HOME"])
    own = write_cover(folder / "covers/jazz/blue.png", seed=1)
    data = write_cover(tmp_path / "other.png", seed=2).read_bytes()
    name = sha256(data).hexdigest()
    named_as_ours = folder / "covers" / name[:2] / f"{name}.png"
    named_as_ours.parent.mkdir()
    named_as_ours.write_bytes(data)
    before = bytes_below(folder / "covers")
    home.sleeve("add", folder / "covers")
    home.sleeve("index")
    home.sleeve("remove", "--album", 1)
    assert own.exists()
    with home.serving() as address:
        assert httpx.delete(f"{address}/api/v1/albums/2").status_code == 204
    assert bytes_below(folder / "covers") == before
    assert home.json("status")["albums"] == 0


def test_the_path_of_a_rejected_file_can_be_named(catalogue: Home, tmp_path: Path) -> None:
    write_covers(tmp_path / "c", {"jazz": 1})
    bad, worse = tmp_path / "c/jazz/bad.png", tmp_path / "c/rock/worse.png"
    worse.parent.mkdir()
    for path in (bad, worse):
        path.write_bytes(b"no picture")
    add(catalogue, Silent(), [open_source(tmp_path / "c")])

    def named() -> list[str]:
        with catalogue.database.reading() as session:
            return sorted(session.scalars(select(File.path).where(File.outcome == Outcome.REJECTED)))

    assert named() == [str(bad), str(worse)]
    assert remove(catalogue, Silent(), paths=[bad]) == Removed(albums=0, covers=0, rejected=1)
    assert named() == [str(worse)]
    with pytest.raises(NotFoundError, match="nothing there was rejected"):
        remove(catalogue, Silent(), paths=[worse, bad])
    assert named() == [str(worse)]
    assert remove(catalogue, Silent(), paths=[tmp_path / "c"]) == Removed(albums=1, covers=1, rejected=1)
    assert named() == []


def test_an_upload_goes_with_its_album(make_home: Callable[[Path, str], CommandHome], tmp_path: Path) -> None:
    home = make_home(tmp_path, "sqlite")
    folder = Path(home.environment["SLEEVE_HOME"])
    write_covers(folder / "covers", {"jazz": 2})
    home.sleeve("add", folder / "covers")
    home.sleeve("index")
    before = bytes_below(folder / "covers")
    data = write_cover(tmp_path / "sent.png", seed=9).read_bytes()
    with home.serving() as address:
        sent = [
            httpx.post(
                f"{address}/api/v1/albums", files={"image": ("sent.png", data)}, data={"title": t, "artist": "A"}
            )
            for t in ("One", "Two")
        ]
        assert [answer.status_code for answer in sent] == [201, 201]
        assert len(bytes_below(folder / "covers")) == len(before) + 2
        home.sleeve("remove", "--album", sent[0].json()["id"])
        assert sorted(bytes_below(folder / "covers").values()) == sorted([*before.values(), data])
        home.sleeve("remove", "--album", sent[1].json()["id"])
    assert bytes_below(folder / "covers") == before


def test_what_was_uploaded_and_then_added_from_its_folder_is_still_sleeves(catalogue: Home, tmp_path: Path) -> None:
    album_id = upload(catalogue, write_cover(tmp_path / "1.png", seed=1).read_bytes(), "One")
    add(catalogue, Silent(), [open_source(catalogue.covers_folder)])
    remove(catalogue, Silent(), [album_id])
    assert bytes_below(catalogue.covers_folder) == {}


def test_a_file_that_was_changed_since_is_the_users(catalogue: Home, tmp_path: Path) -> None:
    added, never_added = (
        upload(catalogue, write_cover(tmp_path / f"{n}.png", seed=n).read_bytes(), f"{n}") for n in (1, 2)
    )
    better = write_cover(tmp_path / "better.png", seed=3).read_bytes()
    with catalogue.database.reading() as session:
        paths = [albums.album(session, album_id).covers[0].path for album_id in (added, never_added)]
    paths[0].write_bytes(better)
    add(catalogue, Silent(), [open_source(paths[0])])
    paths[1].write_bytes(better)
    remove(catalogue, Silent(), [added, never_added])
    assert [path.read_bytes() for path in paths] == [better, better]


def test_a_file_that_was_moved_away_is_the_users(catalogue: Home, tmp_path: Path) -> None:
    album_id = upload(catalogue, write_cover(tmp_path / "1.png", seed=1).read_bytes(), "One")
    with catalogue.database.reading() as session:
        path = albums.album(session, album_id).covers[0].path
    moved = path.rename(tmp_path / "mine.png")
    (tmp_path / "1.png").unlink()
    add(catalogue, Silent(), [open_source(moved)])
    with catalogue.database.reading() as session:
        assert albums.album(session, album_id).covers[0].path == moved
    remove(catalogue, Silent(), [album_id])
    assert moved.exists()


def test_a_file_that_another_cover_names_stays(catalogue: Home, tmp_path: Path) -> None:
    """One file, known as an upload and by another path to it as a picture of an album of another name."""
    data = write_cover(tmp_path / "1.png", seed=1).read_bytes()
    album_id = upload(catalogue, data, "One")
    with catalogue.database.reading() as session:
        path = albums.album(session, album_id).covers[0].path
    link = tmp_path / "link.png"
    link.symlink_to(path)
    with catalogue.database.writing() as session:
        item = InspectedFile(cover_file(link, artist="B", title="Two"), ContentHash(sha256(data).hexdigest()))
        register(session, [item], lambda path, _hash: present(path))
    remove(catalogue, Silent(), [album_id])
    assert link.read_bytes() == data


def test_what_was_removed_is_counted_and_comes_back_when_asked_for(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path
) -> None:
    home = make_home(tmp_path, "sqlite")
    covers = home.folder / "covers"
    write_covers(covers, {"jazz": 3})
    home.sleeve("add", covers)
    home.sleeve("remove", covers / "jazz" / "000.png")
    covers = covers.rename(home.folder / "elsewhere")
    counted = home.json("add", covers)
    assert (counted["files"], counted["unchanged"], counted["removed"]) == (3, 2, 1)
    assert home.json("status")["files"] == {"removed": 1, "unchanged": 2}
    (covers / "jazz" / "001.png").unlink()
    assert home.json("remove", "--missing") == {"albums": 1, "covers": 1, "rows": 0, "rejected": 0}
    write_covers(covers, {"jazz": 3})
    assert home.json("add", covers)["added"] == 1, "what was missing has come back"
    counted = home.json("add", "--again", covers)
    assert (counted["added"], counted["unchanged"], counted["removed"]) == (1, 2, 0)
    assert home.json("status")["files"] == {"added": 1, "unchanged": 2}


def test_what_was_counted_in_a_list_goes_with_it(catalogue: Home, tmp_path: Path) -> None:
    table = tmp_path / "me-wantlist-20260101-1200.csv"
    table.write_text("Artist,Title,Released,release_id\nCan,Ege,1972,1\n,,,\n,no artist,1999,2\n")
    add(catalogue, Silent(), [open_source(table)])
    assert remove(catalogue, Silent(), paths=[table]) == Removed(albums=1, covers=0, rows=1, rejected=1)
    with catalogue.database.reading() as session:
        assert offered.others(session) == {}
        assert list(session.scalars(select(File.path).where(File.outcome == Outcome.REJECTED))) == []
