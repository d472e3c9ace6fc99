"""The peer: PostgreSQL with pgvector, a table of the vectors and one of what an answer shows."""

from io import StringIO
from time import perf_counter, thread_time
from typing import Any

import numpy as np
import psycopg2

from benchmarks.answers.asker import ROWS_A_STEP, Asker, Taken
from benchmarks.services import cpu_s

EF_SEARCH = 64


class PgVector:
    """The vectors as `halfvec` under pgvector's HNSW index, and one query for id, title, artist and year.

    Args:
        url: of a database that holds the catalogue.
        asker: whose index holds the vectors.
        count: how many they are.
    """

    def __init__(self, url: Any, asker: Asker, count: int) -> None:
        self._connection = psycopg2.connect(host=url.query["host"], user=url.username, dbname=url.database)
        self._connection.autocommit = True
        self._cursor = self._connection.cursor()
        dimension = asker.ask("vectors", np.arange(1)).shape[1]
        self._cursor.execute("CREATE EXTENSION IF NOT EXISTS vector")
        self._cursor.execute(f"CREATE TABLE peer (id bigint PRIMARY KEY, embedding halfvec({dimension}))")
        for start in range(0, count, ROWS_A_STEP):
            rows = asker.ask("vectors", np.arange(start, min(start + ROWS_A_STEP, count)))
            lines = "".join(f"{number}\t{_halfvec(row)}\n" for number, row in enumerate(rows, start))
            self._cursor.copy_expert("COPY peer FROM STDIN", StringIO(lines))
        # What the vectors are of: the same rows that an answer of Sleeve shows.
        self._cursor.execute(
            "CREATE TABLE shown AS SELECT place.n AS id, albums.id AS album_id, title, artist, year FROM "
            "(SELECT row_number() OVER (ORDER BY id) - 1 AS n, cover_id FROM vectors) AS place "
            "JOIN covers ON covers.id = place.cover_id JOIN albums ON albums.id = covers.album_id"
        )
        self._cursor.execute("ALTER TABLE shown ADD PRIMARY KEY (id)")
        self._cursor.execute("CREATE INDEX ON shown (album_id)")
        self._cursor.execute("SET maintenance_work_mem = '2GB'")
        self._cursor.execute("CREATE INDEX ON peer USING hnsw (embedding halfvec_cosine_ops)")
        self._cursor.execute("ANALYZE")
        self._cursor.execute(f"SET hnsw.ef_search = {EF_SEARCH}")
        self._dimension = dimension

    def by_album(self, k: int, album_id: int) -> Taken:
        """Ask and check; the processor time is the client's and the server's."""
        own = "(SELECT embedding FROM peer JOIN shown USING (id) WHERE album_id = %(asked)s ORDER BY id LIMIT 1)"
        return self._ask(k, own, album_id)

    def by_vector(self, k: int, vector: Any) -> Taken:
        """Ask and check; the processor time is the client's and the server's."""
        return self._ask(k, f"%(asked)s::halfvec({self._dimension})", _halfvec(vector[0]))

    def _ask(self, k: int, query: str, asked: object) -> Taken:
        near = f"SELECT id, embedding <=> {query} AS away FROM peer ORDER BY embedding <=> {query} LIMIT {k + 1}"
        server = self._connection.info.backend_pid
        started, cpu_before_s = perf_counter(), cpu_s(server) + thread_time()
        self._cursor.execute(
            "SELECT album_id, title, artist, year, 1 - away AS similarity "
            f"FROM ({near}) AS near JOIN shown USING (id) ORDER BY away",
            {"asked": asked},
        )
        found = self._cursor.fetchall()
        took_ms = 1000 * (perf_counter() - started)
        used_ms = 1000 * (cpu_s(server) + thread_time() - cpu_before_s)
        assert len(found) == k + 1, len(found)
        return Taken(took_ms, used_ms, 1, k)


def _halfvec(vector: Any) -> str:
    return "[" + ",".join(f"{value:.5f}" for value in vector) + "]"
