"""The server that a setting names."""

from db.database import Database
from indexer.vector_index.servers.pgvector import PgVectorServer
from indexer.vector_index.servers.server import VectorServer
from sleeve.errors import MissingExtraError, SettingsError

PGVECTOR = "pgvector"
MILVUS = "milvus://"


def server_of(address: str, database: Database) -> VectorServer:
    """The server that ``SLEEVE_INDEX_URL`` names; it is not asked yet.

    Raises:
        SettingsError: the address names none.
        MissingExtraError: pymilvus is not installed.
    """
    if address == PGVECTOR:
        if database.engine.dialect.name != "postgresql":
            raise SettingsError("SLEEVE_INDEX_URL=pgvector needs a PostgreSQL, named in SLEEVE_DATABASE_URL")
        return PgVectorServer(database)
    if address.startswith(MILVUS):
        try:
            from indexer.vector_index.servers.milvus import MilvusServer
        except ImportError as error:
            raise MissingExtraError("an index in Milvus", str(error.name), "milvus") from error
        return MilvusServer(address)
    raise SettingsError("SLEEVE_INDEX_URL is neither pgvector nor milvus://user:password@host:19530/database")
