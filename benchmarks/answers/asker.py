"""A process that answers questions without HTTP, one at a time, and says what each took."""

import os
import pickle
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

ROWS_A_STEP = 5_000


@dataclass(frozen=True, slots=True)
class Taken:
    """What one answer took: time on the clock, time of the process, statements that reached the database."""

    ms: float
    cpu_ms: float
    statements: int
    found: int


class Asker:
    """The other end of such a process."""

    def __init__(self, environment: dict[str, str]) -> None:
        command = [sys.executable, "-m", "benchmarks.answers.asker"]
        self._process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
        )

    def ask(self, *question: object) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        pickle.dump(question, self._process.stdin)
        self._process.stdin.flush()
        return pickle.load(self._process.stdout)

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()


def answer_questions() -> None:
    """What the process does."""
    from sqlalchemy import insert, select

    from db.database import Database
    from db.migration import upgrade
    from db.tables import Album, Base
    from indexer.home import open_home
    from service.answers.opening import open_answers
    from service.answers.records import SimilarRequest
    from sleeve.settings import read_settings
    from tests.statements import watch_statements

    questions, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with open_home(read_settings()) as home:
        search = open_answers(home).search
        statements = [0]

        def count(statement: str) -> None:
            statements[0] += statement.lstrip("( ").startswith(("SELECT", "WITH"))

        watch_statements(home.database, count)

        def timed(ask: Callable[[], int]) -> Taken:
            statements[0] = 0
            started, cpu = perf_counter(), time.process_time()
            found = ask()
            return Taken(1000 * (perf_counter() - started), 1000 * (time.process_time() - cpu), statements[0], found)

        def album_ids() -> list[int]:
            with home.database.reading() as session:
                return list(session.scalars(select(Album.id).order_by(Album.id)))

        def vectors(places: Any) -> Any:
            index = search.snapshot().version.index
            return index.vectors(index.ids[places]).astype(np.float32)

        def copy(url: Any) -> None:
            with Database(url) as target:
                upgrade(target)
                with home.database.reading() as source, target.writing() as session:
                    for table in reversed(Base.metadata.sorted_tables):
                        session.execute(table.delete())
                    for table in Base.metadata.sorted_tables:
                        rows = source.execute(select(table)).mappings()
                        while some := rows.fetchmany(ROWS_A_STEP):
                            session.execute(insert(table), [dict(row) for row in some])
                with target.engine.connect() as connection:
                    connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")

        def index(k: int, vector: Any) -> Taken:
            bare = search.snapshot().version.index
            return timed(lambda: len(bare.search(vector, k).ids[0]))

        def album(k: int, album_id: Any) -> Taken:
            return timed(lambda: len(search.by_album(album_id, SimilarRequest(k)).neighbours))

        def vector(k: int, asked: Any) -> Taken:
            ask = partial(search.by_vectors, search.snapshot(), asked, SimilarRequest(k))
            return timed(lambda: len(ask().neighbours))

        known: dict[str, Callable[..., Any]] = {
            "albums": album_ids,
            "vectors": vectors,
            "copy": copy,
            "index": index,
            "album": album,
            "vector": vector,
        }
        while True:
            try:
                kind, *rest = pickle.load(questions)
            except EOFError:
                return
            pickle.dump(known[kind](*rest), answers)
            answers.flush()


if __name__ == "__main__":
    answer_questions()
