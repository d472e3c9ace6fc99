"""Two homes of one database, as two hosts have them: each answers from its own index, and both from one catalogue."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import text

from db.database import Database
from indexer.home import Home
from service.answers.records import SimilarRequest
from service.upkeep import Upkeep
from sleeve.settings import Settings
from tests.command_home import CommandHome
from tests.factories import write_covers
from tests.service.http.test_index import eventually
from tests.service.test_living_index import World


@pytest.fixture
def hosts(database: Database, tmp_path: Path) -> tuple[World, World]:
    """Two worlds over one database; the second makes other random choices."""
    one, other = (World(database, tmp_path / name, seed) for seed, name in enumerate(("one", "other")))
    for _ in range(4):
        one.add()
    other.files = one.files
    return one, other


def folders(world: World) -> set[str]:
    return {folder.name for folder in world.versions_folder.iterdir()}


def live(world: World) -> str:
    found = world.versions.live()
    assert found is not None
    return found.folder


def test_each_home_answers_from_its_own_index(hosts: tuple[World, World]) -> None:
    one, other = hosts
    one.extend()
    assert other.versions.live() is None
    other.extend()
    kept = live(one), live(other)
    one.check()
    other.check()
    assert kept == (live(one), live(other)), "neither took the other's away"
    assert folders(one).isdisjoint(folders(other))
    for step in (one.add, other.extend, other.remove, one.rebuild_as_graph, other.add, other.roll_back, one.roll_back):
        step()
        one.files = other.files = max(one.files, other.files)
        one.check()
        other.check()


def test_what_one_home_deletes_the_other_does_not_need(hosts: tuple[World, World]) -> None:
    one, other = hosts
    other.extend()
    before = folders(other)
    for _ in range(4):
        one.rebuild_exact()
        one.versions.prune()
    assert folders(other) == before == {live(other)}
    assert len(folders(one)) == 2
    assert [len(world.versions.kept()) for world in hosts] == [2, 1]
    other.versions.prune()
    one.roll_back()
    one.check()
    other.check()


def test_an_album_that_one_removes_is_gone_on_both_at_once(hosts: tuple[World, World]) -> None:
    one, other = hosts
    one.extend()
    other.extend()
    query = one.unit(1)[0]
    similarity = one.brute_force(query, None)
    nearest = max(similarity, key=lambda album_id: similarity[album_id])
    for world in hosts:
        found = world.workers[0].by_vectors(world.workers[0].snapshot(), query[None], SimilarRequest(5)).neighbours
        assert found[0].album_id == nearest
    with one.database.writing() as session:
        session.execute(text("DELETE FROM albums WHERE id = :id"), {"id": nearest})
    for world in hosts:
        found = world.workers[0].by_vectors(world.workers[0].snapshot(), query[None], SimilarRequest(5)).neighbours
        assert nearest not in {neighbour.album_id for neighbour in found}


def test_versions_from_before_homes_had_ids_stay_with_who_has_their_files(
    hosts: tuple[World, World], tmp_path: Path
) -> None:
    one, other = hosts
    one.extend()
    one.rebuild_exact()
    with one.database.writing() as session:
        session.execute(text("UPDATE index_versions SET owner = ''"))
    (tmp_path / "one" / "versions.id").unlink()
    old = World(one.database, tmp_path / "one", seed=3)
    assert live(old) == live(one)
    other.extend()
    other.versions.prune()
    assert folders(old) == {version.folder for version in old.versions.kept()}
    assert len(folders(old)) == 2
    was_live = live(old)
    old.rebuild_exact()
    assert [version.folder for version in old.versions.kept()] == [live(old), was_live]
    old.roll_back()
    old.check()
    other.check()


def test_a_service_of_a_new_home_makes_its_first_index(hosts: tuple[World, World], tmp_path: Path) -> None:
    one, other = hosts
    url = SecretStr(one.database.url.render_as_string(hide_password=False))
    upkeep = Upkeep(Home(Settings(home=tmp_path / "other", database_url=url), one.database), other.live_indexes[0])
    assert upkeep._damage() is None
    one.extend()
    assert upkeep._damage() == "another home of this database has an index, and this one has none"
    other.extend()
    assert upkeep._damage() is None


@pytest.mark.slow
def test_two_services_on_one_postgresql(make_home: Callable[[Path, str], CommandHome], tmp_path: Path) -> None:
    one = make_home(tmp_path / "one", "postgresql")
    other = CommandHome(one.folder, {**one.environment, "SLEEVE_HOME": str(tmp_path / "other" / "home")})
    write_covers(one.folder / "covers", {"jazz": 6})
    one.sleeve("db", "upgrade")
    one.sleeve("add", "covers")
    one.sleeve("index")
    with one.serving() as first, other.serving() as second:
        a, b = (httpx.Client(base_url=f"{address}/api/v1", timeout=60) for address in (first, second))
        with a, b:
            assert len(_similar(a)) == 5
            eventually(lambda: b.get("/index").status_code == 200, "a first index")
            assert _similar(a) == _similar(b)
            for client in (a, b, a, b):
                assert client.post("/index/rebuild").status_code == 202
                eventually(partial(_is_done, client), "the rebuild's end")
                assert _similar(a) == _similar(b)
            one.sleeve("index", "prune")
            other.sleeve("index", "prune")
            names = [client.get("/index").json()["version"] for client in (a, b)]
            assert names[0] != names[1]
            gone = _similar(a)[0]
            assert b.delete(f"/albums/{gone}").status_code == 204
            assert _similar(a) == _similar(b)
            assert gone not in _similar(a)


def _similar(client: httpx.Client) -> list[int]:
    answer = client.post("/similar?k=10", json={"album_id": 1}).json()
    return [neighbour["album_id"] for neighbour in answer["neighbours"]]


def _is_done(client: httpx.Client) -> bool:
    return bool(client.get("/index").json()["job"]["phase"] == "done")
