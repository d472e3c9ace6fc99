"""What is particular about Milvus: its alias, its refusals, and a server that is lost in the middle."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from db.database import Database
from indexer.vector_index import IndexKind
from indexer.vector_index.servers.opening import server_of
from indexer.vector_index.servers.server import VectorServer
from indexer.vector_index.versions import IndexVersions
from sleeve.errors import IndexServerError, SettingsError
from tests.indexer.vector_index.test_versions import add_vectors, assert_current, bundle_of
from tests.milvus import PORT, MilvusProcess, why_not
from tests.vector_servers import MILVUS_URL, ON_SERVERS, PASSWORD

if why_not():
    pytest.skip(why_not(), allow_module_level=True)

from pymilvus import MilvusClient

pytestmark = [*ON_SERVERS, pytest.mark.parametrize("server", ["milvus"], indirect=True)]


@pytest.fixture
def versions(database: Database, server: VectorServer, tmp_path: Path) -> IndexVersions:
    return IndexVersions(database, tmp_path / "versions", server=server)


@pytest.fixture
def client(server: VectorServer) -> Iterator[MilvusClient]:
    client = MilvusClient(uri=f"http://127.0.0.1:{PORT}", user="root", password=PASSWORD)
    yield client
    client.close()


def aliases(client: MilvusClient, collection: str) -> list[str]:
    found: list[str] = client.describe_collection(collection)["aliases"]
    return found


def test_one_alias_follows_the_live_version_and_nothing_else_is_touched(
    database: Database, versions: IndexVersions, client: MilvusClient
) -> None:
    client.create_collection("mine", dimension=4)
    client.create_alias("mine", "sleeve_live_mine")
    bundle = bundle_of(database)
    add_vectors(database, bundle, 30, seed=1)
    first = versions.refresh(bundle).version.folder
    (alias,) = aliases(client, first)
    second = versions.refresh(bundle, rebuild=True).version.folder
    assert (aliases(client, first), aliases(client, second)) == ([], [alias])
    found = client.search(alias, [np.eye(1, 16, dtype=np.float32)[0]], limit=30)
    assert len(found[0]) == 30
    assert versions.rollback().folder == first
    assert (aliases(client, first), aliases(client, second)) == ([alias], [])
    third = versions.refresh(bundle, rebuild=True).version.folder
    assert aliases(client, third) == [alias]
    assert sorted(client.list_collections()) == sorted(["mine", first, third])
    assert aliases(client, "mine") == ["sleeve_live_mine"]


@pytest.mark.parametrize(
    ("url", "message"),
    [
        (MILVUS_URL.replace(PASSWORD, "s3cret"), "it refuses the user or the password in SLEEVE_INDEX_URL"),
        (f"milvus://127.0.0.1:{PORT}", "it refuses the user or the password in SLEEVE_INDEX_URL"),
        (f"{MILVUS_URL}/elsewhere", "database not found"),
        (MILVUS_URL.replace(str(PORT), "1").replace(PASSWORD, "s3cret"), "Connection refused"),
    ],
)
@pytest.mark.usefixtures("server")
def test_a_server_that_cannot_be_used_is_one_line_and_the_old_index_stays(
    database: Database, tmp_path: Path, url: str, message: str
) -> None:
    bundle = bundle_of(database)
    add_vectors(database, bundle, 30, seed=1)
    in_files = IndexVersions(database, tmp_path / "versions")
    live = in_files.refresh(bundle).version
    with pytest.raises(IndexServerError, match=message) as caught:
        IndexVersions(database, tmp_path / "versions", server=server_of(url, database)).refresh(bundle)
    assert "\n" not in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert in_files.live() == live
    assert_current(database, in_files, bundle)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("milvus://", "names no host"),
        ("milvus://root:s3cret@host:port", "the port in SLEEVE_INDEX_URL is no number"),
        ("milvus://root:12/s3cret@host", "has an @ after its host"),
    ],
)
@pytest.mark.usefixtures("server")
def test_an_address_that_cannot_be_read_is_one_line(database: Database, url: str, message: str) -> None:
    with pytest.raises(SettingsError, match=message) as caught:
        server_of(url, database)
    assert "s3cret" not in str(caught.value)


def test_a_server_that_is_lost_while_it_builds_or_answers_loses_nothing(
    database: Database,
    server: Any,
    versions: IndexVersions,
    milvus_process: MilvusProcess,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bundle = bundle_of(database)
    add_vectors(database, bundle, 300, seed=1)
    live = versions.refresh(bundle, kind=IndexKind.HNSW).version
    opened, finish = versions.open(live).index, server.finish

    def lost(*arguments: Any, **named: Any) -> None:
        milvus_process.stop()
        finish(*arguments, **named)

    with monkeypatch.context() as patched:
        patched.setattr(server, "finish", lost)
        with pytest.raises(IndexServerError, match=r"cannot be used: Connection refused"):
            versions.refresh(bundle, rebuild=True)
    assert versions.live() == live
    stamp = versions.stamp(live)
    with pytest.raises(IndexServerError, match=r"cannot be used: Connection refused"):
        opened.search(np.eye(1, 16, dtype=np.float32), 3)
    with pytest.raises(IndexServerError, match=r"cannot be used: Connection refused"):
        versions.refresh(bundle)
    milvus_process.start_again()
    assert versions.stamp(live)[0] is not None
    assert stamp in {(), versions.stamp(live)}, "nobody took it for damaged"
    assert (opened.search(np.eye(1, 16, dtype=np.float32), 3).ids > 0).all()
    assert_current(database, versions, bundle)
    assert len(versions.prune().folders) == 1, "what was being built is gone"
