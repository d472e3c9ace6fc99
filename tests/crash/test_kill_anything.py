"""kill -9 at random moments of every command that writes: what was acknowledged holds, at once and after a run more."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import URL, make_url, select

from db import answering, vectors
from db.database import Database
from db.records import BundleRecord
from db.tables import Cover
from indexer.genre import Calibration
from indexer.genre.classifier import GenreClassifier
from indexer.vector_index.versions import IndexVersions
from service.answers.live_index import LiveIndex
from service.answers.model import Model
from service.answers.records import SimilarRequest
from service.answers.search import Search
from tests.command_home import CommandHome
from tests.factories import FakeBackbone, write_covers

COVERS_A_ROUND = 12


class Witness:
    """What must hold of a home whose commands are killed."""

    def __init__(self, home: CommandHome, seed: int) -> None:
        self.home = home
        self.random = random.Random(seed)
        self.folders = 0
        self.unfinished: list[str] = []
        self.acknowledged: set[str] = set()
        self.doubtful: set[str] = set()
        self.seconds: dict[str, float] = {}
        self.killed = 0

    @property
    def folder(self) -> Path:
        return Path(self.home.environment["SLEEVE_HOME"])

    @contextmanager
    def database(self) -> Iterator[Database]:
        url = self.home.environment.get("SLEEVE_DATABASE_URL")
        default = URL.create("sqlite", database=str(self.folder / "sleeve.sqlite3"))
        with Database(make_url(url) if url else default) as database:
            yield database

    def run(self, name: str, *, undisturbed: bool = False) -> None:
        arguments, covers = self._command(name)
        started = time.monotonic()
        with self.home.start(*arguments) as process:
            if not undisturbed:
                time.sleep(self.random.uniform(0.2, 0.9) * self.seconds[name])
                self.killed += process.poll() is None
                process.kill()
            _, err = process.communicate(timeout=120)
        if undisturbed:
            self.seconds[name] = time.monotonic() - started
        assert "Traceback" not in err, err
        assert process.returncode in (0, -9) or (name == "rollback" and "no earlier index version" in err), err
        done = process.returncode == 0
        if name == "add":
            self.acknowledged |= covers if done else set()
            self.doubtful |= set() if done else covers
            self.unfinished += [] if done else [str(arguments[-1])]
        elif name == "remove":
            self.acknowledged -= covers
            self.doubtful = self.doubtful - covers if done else self.doubtful | covers

    def _command(self, name: str) -> tuple[tuple[object, ...], set[str]]:
        if name == "add":
            self.folders += 1
            folder = f"covers/{self.folders}"
            write_covers(self.home.folder / folder, {"jazz": COVERS_A_ROUND}, first_seed=100 * self.folders)
            return ("add", folder), {f"{folder}/jazz/{n:03d}.png" for n in range(COVERS_A_ROUND)}
        if name == "remove":
            files = self.random.sample(sorted(self.acknowledged), 3)
            with self.database() as database, database.reading() as session:
                found = session.scalars(select(Cover.album_id).where(Cover.file.in_(files))).all()
            return ("remove", *(part for album_id in found for part in ("--album", album_id))), set(files)
        return {
            "index": ("index",),
            "rebuild": ("index", "--rebuild"),
            "prune": ("index", "prune"),
            "rollback": ("index", "rollback"),
        }[name], set()

    def check(self) -> set[str]:
        """Every state between two commands is whole; returns the files of all covers."""
        with self.database() as database:
            versions = IndexVersions(database, self.folder / "versions")
            with database.reading() as session:
                files = set(session.scalars(select(Cover.file)))
            assert self.acknowledged <= files, "an acknowledged cover is lost"
            assert files <= self.acknowledged | self.doubtful, "a removed cover has returned"
            live = versions.live()
            assert live is not None
            versions.open(live)
            with database.reading() as session:
                stored = list(vectors.stream(session, live.bundle))
            with database.asking() as connection:
                _, owners = answering.owners(connection, stored[0].ids.tolist() if stored else [])
            search = Search(database, LiveIndex(database, versions, _fake_model))
            snapshot = search.snapshot()
            for batch in stored:
                for vector_id, vector in zip(batch.ids.tolist(), batch.vectors.astype(np.float32), strict=True):
                    [nearest] = search.by_vectors(snapshot, vector[np.newaxis], SimilarRequest(1)).neighbours
                    assert nearest.similarity > 0.999
                    assert nearest.album_id == owners[vector_id].album_id
            if stored:
                found = search.by_vectors(snapshot, np.eye(1, 48, dtype=np.float32), SimilarRequest(1000)).neighbours
                assert sorted(n.album_id for n in found) == sorted({owner.album_id for owner in owners.values()})
        return files

    def heal(self) -> None:
        """One more run of what was not finished, then everything is there and tidy."""
        for folder in self.unfinished:
            self.home.sleeve("add", folder)
            self.acknowledged |= {f"{folder}/jazz/{n:03d}.png" for n in range(COVERS_A_ROUND)}
        self.home.sleeve("index")
        self.check()
        status = self.home.json("status")
        assert status["pending"] == 0
        folders = {path.name for path in (self.folder / "versions").iterdir()}
        assert folders == {version["name"] for version in status["versions"]}
        assert status["versions"][0]["count"] == status["covers"]


def _fake_model(bundle: BundleRecord | None) -> Model:
    assert bundle is not None
    backbone = FakeBackbone()
    backbone.fingerprint = bundle.fingerprint
    return Model(bundle.name, backbone, None, GenreClassifier(None, Calibration()))


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_what_was_acknowledged_holds(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path, engine: str, rounds: int
) -> None:
    witness = Witness(make_home(tmp_path, engine), seed=5)
    commands = ["add", "index", "rebuild", "remove", "rollback", "prune"]
    for name in ["add", *commands]:
        witness.run(name, undisturbed=True)
    witness.check()
    done = 0
    # On a machine whose other work has just ended, the first kills may come too late.
    while done < rounds or (witness.killed < rounds // 2 and done < 5 * rounds):
        done += 1
        if len(witness.acknowledged) < COVERS_A_ROUND:
            # Most adds are killed, and what was removed must be missed by something.
            witness.run("add", undisturbed=True)
        witness.run(witness.random.choice(commands))
        witness.check()
    assert witness.killed >= rounds // 2, "most kills came too late to disturb anything"
    witness.heal()
