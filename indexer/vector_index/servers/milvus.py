"""Milvus, as an index that hosts share. The only module with pymilvus."""

import logging
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from hashlib import sha256
from typing import Any
from urllib.parse import unquote, urlsplit

import grpc
import numpy as np
from numpy.typing import NDArray
from pymilvus import DataType, MilvusClient, MilvusException

from indexer.vector_index.hits import Hits, merged, nothing, padded
from indexer.vector_index.servers.server import VectorServer
from sleeve.errors import IndexGoneError, IndexServerError, SettingsError, one_line

DEFAULT_PORT = 19530
TIMEOUT_S = 10.0
"""That an answer may take."""

BUILD_TIMEOUT_S = 86_400.0
"""That a graph may take."""

LINKS, EF_CONSTRUCTION = 16, 100
"""Of the graph (``M`` and ``efConstruction``)."""

_NOTE = "sleeve.note"
_ALIAS = "sleeve_live_"
_MOST_HITS = 16_384
"""That one search of Milvus gives."""

_COMPARED_A_STEP = 8_192
_MESSAGE_BYTES = 16 * 2**20
"""Of vectors in one message; Milvus takes and gives 64 MB at most."""

_NOT_FOUND, _NOT_LOADED = 100, 101
"""Milvus' codes for a collection that is not there, or not in memory."""

_NOT_CONNECTED = "Fail connecting"
_REACHED_IN_S = 2.0


class MilvusServer(VectorServer):
    """Collections in one database of a Milvus; a table's note is one of its properties.

    The vectors of a collection are given and kept in fp32, exactly as the database holds them in fp16.
    """

    most_exact = 20_000

    def __init__(self, address: str) -> None:
        """Read an address such as ``milvus://user:password@host:19530/database``; nobody is asked yet.

        Raises:
            SettingsError: it is none.
        """
        try:
            parts = urlsplit(address)
            host, port = parts.hostname, parts.port or DEFAULT_PORT
        except ValueError as error:
            # What is taken for the port may be a piece of the password, so it is not repeated.
            raise SettingsError(
                "the port in SLEEVE_INDEX_URL is no number; in a password, / is written %2F and @ is written %40"
            ) from error
        if "@" in parts.path:
            raise SettingsError(
                "SLEEVE_INDEX_URL has an @ after its host; in a password, / is written %2F and @ is written %40"
            )
        if not host:
            raise SettingsError("SLEEVE_INDEX_URL names no host: milvus://user:password@host:19530/database")
        self._host, self._port = host, port
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._database = unquote(parts.path.strip("/")) or "default"
        self._authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        place = f"{self._authority}/{self._database}"
        self.name = f"Milvus at {place}"
        self.owner = f"milvus-{sha256(place.encode()).hexdigest()[:24]}"

    @cached_property
    def _client(self) -> MilvusClient:
        # Its own log has tracebacks of what is reported in one line.
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
        return MilvusClient(
            uri=f"http://{self._authority}",
            user=self._user,
            password=self._password,
            db_name=self._database,
            timeout=TIMEOUT_S,
        )

    def prepare(self) -> None:
        """Look whether it answers."""
        with self._asking() as client:
            client.list_collections(timeout=TIMEOUT_S)

    def create(self, table: str, dimension: int, note: str) -> None:
        """Make an empty collection."""
        schema = MilvusClient.create_schema(auto_id=False, description="An index version of Sleeve")
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
        with self._asking() as client:
            client.create_collection(table, schema=schema, properties={_NOTE: note}, timeout=TIMEOUT_S)

    def append(self, table: str, ids: NDArray[np.int64], vectors: NDArray[np.float16]) -> None:
        """Add rows."""
        step = self._rows_a_message(vectors.shape[1])
        for start in range(0, len(ids), step):
            some = slice(start, start + step)
            pairs = zip(ids[some].tolist(), vectors[some].astype(np.float32), strict=True)
            rows = [{"id": number, "vector": vector} for number, vector in pairs]
            with self._asking() as client:
                client.insert(table, rows, timeout=6 * TIMEOUT_S)

    def finish(self, table: str, count: int, dimension: int, *, graph: bool) -> None:
        """Write the rows out, build the graph or say that there is none, and have it all loaded."""
        index = MilvusClient.prepare_index_params()
        if graph:
            arguments = {"M": LINKS, "efConstruction": EF_CONSTRUCTION}
            index.add_index("vector", index_type="HNSW", metric_type="IP", params=arguments)
        else:
            index.add_index("vector", index_type="FLAT", metric_type="IP")
        with self._asking() as client:
            client.flush(table, timeout=BUILD_TIMEOUT_S)
            client.create_index(table, index, timeout=BUILD_TIMEOUT_S)
            client.load_collection(table, timeout=BUILD_TIMEOUT_S)
            counted = client.query(table, output_fields=["count(*)"], consistency_level="Strong", timeout=6 * TIMEOUT_S)
        found = counted[0]["count(*)"]
        if found != count:
            raise IndexServerError(f"{self.name} holds {found} of the {count} vectors of {table}")

    def note(self, table: str) -> str | None:
        """The property of a collection that Sleeve gave it; empty for another's."""
        described = self._described(table)
        return None if described is None else str(described.get("properties", {}).get(_NOTE, ""))

    def set_note(self, table: str, note: str) -> None:
        """Change that property, twice: after a restart, Milvus 2.3.5 has forgotten the last change."""
        with self._asking() as client:
            for _ in range(2):
                client.alter_collection_properties(table, {_NOTE: note}, timeout=TIMEOUT_S)

    def stamp(self, table: str) -> tuple[object, ...]:
        """The number that Milvus gave the collection."""
        described = self._described(table)
        return (None if described is None else described["collection_id"],)

    def nearest(self, table: str, queries: NDArray[np.float32], count: int, width: int) -> Hits:
        """What the graph finds; nothing if that is more than Milvus gives at once."""
        if count > _MOST_HITS:
            return nothing(len(queries), count)
        return self._searched(table, queries, count, width)

    def scan(
        self, table: str, queries: NDArray[np.float32], count: int, among: NDArray[np.int64] | None, *, graph: bool
    ) -> Hits:
        """What is nearest, by comparing every row.

        Milvus decides by itself whether it takes a graph. So where there is one it is asked for the similarity of every
        single row, some thousands at a time, and what it leaves out is compared here.
        """
        if not graph and count <= _MOST_HITS:
            return self._searched(table, queries, count, count, among)
        among = self.ids(table) if among is None else among
        rows = [self._compared(table, queries[row : row + 1], count, among) for row in range(len(queries))]
        return Hits(np.concatenate([row.ids for row in rows]), np.concatenate([row.similarities for row in rows]))

    def ids(self, table: str) -> NDArray[np.int64]:
        """The ids in a collection, ascending."""
        found: list[int] = []
        with self._asking() as client:
            rows = client.query_iterator(table, batch_size=_MOST_HITS, output_fields=["id"], timeout=6 * TIMEOUT_S)
            while page := rows.next():
                found += [row["id"] for row in page]
            rows.close()
        return np.sort(np.array(found, dtype=np.int64))

    def vectors(
        self, table: str, wanted: NDArray[np.int64], dimension: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float16]]:
        """Those of some ids that are in a collection."""
        step, found = self._rows_a_message(dimension), []
        for start in range(0, len(wanted), step):
            some = wanted[start : start + step].tolist()
            with self._asking() as client:
                found += client.query(table, ids=some, output_fields=["id", "vector"], timeout=6 * TIMEOUT_S)
        ids = np.array([row["id"] for row in found], dtype=np.int64)
        order = np.argsort(ids)
        stored = np.array([row["vector"] for row in found], dtype=np.float32).reshape(-1, dimension)
        return ids[order], stored.astype(np.float16)[order]

    def promoted(self, table: str, others: Sequence[str]) -> None:
        """Move the alias of the catalogue's collections to the live one; it gets one with its first version."""
        with self._asking() as client:
            for other in others:
                described = self._described(other)
                for alias in () if described is None else described["aliases"]:
                    if alias.startswith(_ALIAS):
                        client.alter_alias(table, alias, timeout=TIMEOUT_S)
                        return
            client.create_alias(table, f"{_ALIAS}{table.rpartition('_')[2]}", timeout=TIMEOUT_S)

    def drop(self, table: str) -> int:
        """Delete a collection; Milvus does not say what that freed."""
        with self._asking() as client:
            client.drop_collection(table, timeout=TIMEOUT_S)
        return 0

    def close(self) -> None:
        """End the connection, if there is one."""
        if "_client" in vars(self):
            self._client.close()

    def _searched(
        self,
        table: str,
        queries: NDArray[np.float32],
        count: int,
        width: int,
        among: NDArray[np.int64] | None = None,
    ) -> Hits:
        if not len(queries):
            return nothing(0, count)
        chosen = "" if among is None else f"id in [{','.join(map(str, among.tolist()))}]"

        def search(client: MilvusClient) -> Any:
            # A version does not change once it can be searched, so there is nothing to wait for.
            return client.search(
                *(table, list(queries), chosen, count),
                search_params={"params": {"ef": max(width, count)}},
                consistency_level="Eventually",
                timeout=TIMEOUT_S,
            )

        with self._asking() as client:
            try:
                found = search(client)
            except MilvusException as error:
                # As after a restart of the server, or when somebody has released it.
                if error.code != _NOT_LOADED:
                    raise
                client.load_collection(table, timeout=6 * TIMEOUT_S)
                found = search(client)
        hits = nothing(len(queries), count)
        for row, some in enumerate(found):
            hits.ids[row, : len(some)] = [one["id"] for one in some]
            hits.similarities[row, : len(some)] = [one["distance"] for one in some]
        return hits

    def _compared(self, table: str, query: NDArray[np.float32], count: int, among: NDArray[np.int64]) -> Hits:
        """The nearest of one query among some ids, each of which is compared."""
        best = nothing(1, count)
        for start in range(0, len(among), _COMPARED_A_STEP):
            some = among[start : start + _COMPARED_A_STEP]
            found = self._searched(table, query, len(some), len(some), some)
            left = np.setdiff1d(some, found.ids)
            if len(left):
                ids, vectors = self.vectors(table, left, query.shape[1])
                products = (query @ vectors.astype(np.float32).T).astype(np.float32)
                found = padded(
                    Hits(
                        np.concatenate([found.ids, ids[np.newaxis]], axis=1),
                        np.concatenate([found.similarities, products], axis=1),
                    ),
                    len(some),
                )
            best = merged(found, best)
        return best

    def _described(self, table: str) -> dict[str, Any] | None:
        try:
            with self._asking() as client:
                found: dict[str, Any] = client.describe_collection(table, timeout=TIMEOUT_S)
                return found
        except IndexGoneError:
            return None

    def _why_not_connected(self) -> str:
        """pymilvus says the same of a server that is not there as of one that refuses the password."""
        try:
            socket.create_connection((self._host, self._port), _REACHED_IN_S).close()
        except OSError as error:
            return error.strerror or one_line(error)
        return "it refuses the user or the password in SLEEVE_INDEX_URL, or is busy or no Milvus"

    def _rows_a_message(self, dimension: int) -> int:
        return max(1, _MESSAGE_BYTES // (4 * dimension))

    @contextmanager
    def _asking(self) -> Iterator[MilvusClient]:
        try:
            yield self._client
        except MilvusException as error:
            if error.code == _NOT_FOUND:
                raise IndexGoneError(f"the index is not in {self.name} any more") from error
            said = one_line(Exception(error.message or str(error)))
            if said.startswith(_NOT_CONNECTED):
                said = self._why_not_connected()
            raise IndexServerError(f"{self.name} cannot be used: {said}") from error
        except grpc.RpcError as error:
            raise IndexServerError(f"{self.name} cannot be used: {one_line(error)}") from error
