"""Passwords and keys stay out of everything that Sleeve prints, logs, answers, writes or is started with."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from sqlalchemy import URL, Connection, create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from db.database import Database
from tests import milvus
from tests.command_home import CommandHome
from tests.factories import write_covers
from tests.loopback import bring_up, is_alone
from tests.object_storage import BUCKET, between, s3_server
from tests.postgres import PostgresServer
from tests.vector_servers import NEEDS_MILVUS, PASSWORD, empty

pytestmark = pytest.mark.slow

SECRET = "Tr0ub4dor-7f3a"
"""In every password of these tests, and in nothing else."""

MakeHome = Callable[[Path, str], CommandHome]

NEEDS_PYMILVUS = pytest.mark.skipif(find_spec("pymilvus") is None, reason="pymilvus is not installed")

RIGHT, WRONG = f"right/{SECRET}@", f"wrong/{SECRET}@"
"""With what is written otherwise in a URL."""

REQUESTS = [
    *("GET /healthz", "GET /readyz", "GET /metrics", "GET /api/v1/openapi.json", "GET /api/v1/status"),
    *("GET /api/v1/index", "POST /api/v1/similar", "POST /api/v1/index/rebuild"),
]


class Overheard:
    """What can be seen of the commands and the service of a home: what they write anywhere, and their command lines."""

    def __init__(self, home: CommandHome, variables: Mapping[str, str], *, as_script: bool = False) -> None:
        environment = {**home.environment, "SLEEVE_LOG_FORMAT": "json", **variables}
        self._home = CommandHome(home.folder, environment, as_script)
        self._said: list[str] = []
        write_covers(home.folder / "covers", {"jazz": 3, "rock": 3})

    def run(self, *commands: str, code: int) -> str:
        """What they wrote to stderr, each ending with this code."""
        done = [self._home.sleeve(*command.split(), code=code) for command in commands]
        self._said += [text for one in done for text in (one.stdout, one.stderr)]
        return "".join(one.stderr for one in done)

    def serve(self, **body: object) -> list[int]:
        """Start a service with two workers, and ask it; returns the statuses of its answers."""
        home = CommandHome(self._home.folder, self._home.environment, as_script=True)
        with home.start("serve", "--port", "0", "--workers", "2") as process:
            assert process.stderr is not None
            address = re.search(r"http://\S+", process.stderr.readline())
            assert address
            try:
                with httpx.Client(base_url=address[0], timeout=60) as client:
                    answers = [client.request(*one.split(), json=body or None) for one in REQUESTS]
                    lines = command_lines(process.pid)
            finally:
                process.send_signal(signal.SIGTERM)
            self._said += [*process.communicate(timeout=60), *lines]
        self._said += [text for answer in answers for text in (answer.text, str(answer.headers))]
        assert any("service.index_process" in line for line in lines)
        return [answer.status_code for answer in answers]

    def check(self) -> None:
        """Fail if a secret is in anything that was overheard, or in a file of the home."""
        files = [path for path in Path(self._home.environment["SLEEVE_HOME"]).rglob("*") if path.is_file()]
        self._said += [path.read_bytes().decode("latin-1") for path in files]
        assert any(self._said)
        for said in self._said:
            assert SECRET not in said, said
            assert "Traceback" not in said, said


def command_lines(pid: int) -> list[str]:
    """Of a process and of all that it has started."""
    lines = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int(folder.name) == pid or _is_below(folder, pid):
                lines.append((folder / "cmdline").read_bytes().decode(errors="replace").replace("\0", " "))
        except OSError:  # it has ended
            continue
    return lines


def _is_below(folder: Path, pid: int) -> bool:
    parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    return parent == pid or (parent > 1 and _is_below(Path(f"/proc/{parent}"), pid))


@pytest.fixture
def guarded(postgres: PostgresServer) -> Iterator[URL]:
    """An empty database whose user needs a password."""
    url = postgres.empty_database()
    superuser = create_engine(url, isolation_level="AUTOCOMMIT")
    with superuser.connect() as connection:
        rules = connection.scalar(text("SHOW hba_file"))
        before = connection.scalar(text("SELECT pg_read_file(:file)"), {"file": rules})
        _write(connection, rules, f"local all guarded scram-sha-256\n{before}")
        connection.execute(text(f"CREATE ROLE guarded SUPERUSER LOGIN PASSWORD '{RIGHT}'"))
        while not _is_refused(url.set(username="guarded", password=WRONG)):
            time.sleep(0.05)  # the server reads its rules again when it comes to it
        yield url.set(username="guarded", password=RIGHT)
        _write(connection, rules, str(before))
        connection.execute(text("REASSIGN OWNED BY guarded TO CURRENT_USER"))
        connection.execute(text("DROP ROLE guarded"))
    superuser.dispose()


def _is_refused(url: URL) -> bool:
    engine = create_engine(url)
    try:
        engine.connect().close()
    except OperationalError:
        return True
    finally:
        engine.dispose()
    return False


def _write(connection: Connection, file: object, lines: str) -> None:
    quoted = lines.replace("'", "''")
    connection.execute(
        text(f"COPY (SELECT unnest(string_to_array('{quoted}', E'\\n'))) TO '{file}'".replace(":", "\\:"))
    )
    connection.execute(text("SELECT pg_reload_conf()"))


@pytest.mark.parametrize("index", [{}, pytest.param({"SLEEVE_INDEX_URL": "pgvector"}, marks=pytest.mark.engines)])
def test_the_password_of_the_database(make_home: MakeHome, guarded: URL, tmp_path: Path, index: dict[str, str]) -> None:
    if index and is_alone():  # as `make test-engines` has it
        bring_up()
    home = make_home(tmp_path, "sqlite")
    url = guarded.render_as_string(hide_password=False)
    assert RIGHT not in url
    right = Overheard(home, {"SLEEVE_DATABASE_URL": url, **index})
    right.run("db upgrade", "add covers", "index", "status", "status --json", "export out.jsonl", code=0)
    assert right.serve(album_id=1) == [200] * 7 + [202]
    right.check()
    url = guarded.set(password=WRONG).render_as_string(hide_password=False)
    wrong = Overheard(home, {"SLEEVE_DATABASE_URL": url})
    said = wrong.run("db upgrade", "add covers", "index", "status --json", "serve --workers 2", code=1)
    assert said.count("password authentication failed") == 5
    wrong.check()


@pytest.mark.parametrize(
    "variables",
    [
        {"SLEEVE_DATABASE_URL": f"postgresql://me:{SECRET}@127.0.0.1:1/none"},
        {"SLEEVE_DATABASE_URL": f"postgresql://me@127.0.0.1:1/none?password={SECRET}&unknown=1"},
        {"SLEEVE_DATABASE_URL": f"postgresql://me:a@{SECRET}@127.0.0.1:1/none"},
        {"SLEEVE_DATABASE_URL": f"sqlite://me:{SECRET}@host/none"},
        {"SLEEVE_INDEX_URL": f"milvus:/root:{SECRET}@host"},
        *(
            pytest.param({"SLEEVE_INDEX_URL": f"milvus://{address}"}, marks=[pytest.mark.engines, NEEDS_PYMILVUS])
            for address in (f"root:{SECRET}@127.0.0.1:port", f"root:12/{SECRET}@host")
        ),
    ],
)
def test_an_address_that_cannot_be_used(make_home: MakeHome, tmp_path: Path, variables: dict[str, str]) -> None:
    overheard = Overheard(make_home(tmp_path, "sqlite"), variables)
    said = overheard.run("index", "status", "serve --port 0 --workers 2", code=1)
    assert said.count("\n") == 3, said
    overheard.check()


def test_the_keys_of_object_storage(make_home: MakeHome, tmp_path: Path) -> None:
    home = make_home(tmp_path, "sqlite")
    keys = {"AWS_ACCESS_KEY_ID": f"id-{SECRET}", "AWS_SECRET_ACCESS_KEY": f"key/{SECRET}"}
    with s3_server() as server, between(server.port) as way:
        overheard = Overheard(home, {**way.environment, **keys})
        server.clear()
        server.put_folder(home.folder / "covers", "music")
        overheard.run(f"add s3://{BUCKET}/music", "index", "status --json", "remove --missing", code=0)
        overheard.run(f"add s3://{BUCKET}/none", code=1)
        assert overheard.serve(album_id=1) == [200] * 7 + [202]
        server.only_signed(enforced=True)
        overheard.run(f"add s3://{BUCKET}/music", f"similar s3://{BUCKET}/other.png", code=1)
        server.only_signed(enforced=False)
    overheard.check()


@pytest.mark.engines
@NEEDS_MILVUS
def test_the_password_of_milvus(
    make_home: MakeHome, milvus_process: object, postgres: PostgresServer, tmp_path: Path
) -> None:
    from pymilvus import MilvusClient

    home = make_home(tmp_path, "postgresql")
    root = MilvusClient(uri=f"http://127.0.0.1:{milvus.PORT}", user="root", password=PASSWORD)
    root.create_user("keeper", RIGHT)
    root.grant_role("keeper", "admin")
    at = f"@127.0.0.1:{milvus.PORT}"
    right = Overheard(home, {"SLEEVE_INDEX_URL": f"milvus://keeper:{quote(RIGHT, safe='')}{at}"}, as_script=True)
    right.run("db upgrade", "add covers", "index", "status --json", code=0)
    assert right.serve(album_id=1) == [200] * 7 + [202]
    right.check()
    wrong = Overheard(home, {"SLEEVE_INDEX_URL": f"milvus://keeper:{quote(WRONG, safe='')}{at}"}, as_script=True)
    said = wrong.run("index --rebuild", "similar --album 1", code=1)
    assert said.count("Milvus at 127.0.0.1") == 2, said
    wrong.check()
    root.drop_user("keeper")
    root.close()
    url = make_url(home.environment["SLEEVE_DATABASE_URL"])
    with Database(url) as database:
        empty(database)
    postgres.take_back(url)


def test_a_bug_shows_no_values(make_home: MakeHome, tmp_path: Path) -> None:
    """An error that nobody foresaw ends in a traceback, in whose frames the settings are."""
    home = make_home(tmp_path, "sqlite")
    environment = {
        **home.environment,
        "SLEEVE_DATABASE_URL": f"postgresql://me:{SECRET}@127.0.0.1:1/none",
        "SLEEVE_INDEX_URL": f"milvus://root:{SECRET}@127.0.0.1:1",
    }
    program = """
from db.database import Database
from service.cli import main
def bug(database):
    raise RuntimeError("a bug")
Database.reading = bug
main()
"""
    failed = subprocess.run(
        [sys.executable, "-c", program, "status"], env=environment, capture_output=True, text=True, check=False
    )
    assert failed.returncode == 1
    assert "RuntimeError: a bug" in failed.stderr
    assert SECRET not in failed.stdout + failed.stderr
