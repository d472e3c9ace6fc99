"""``sleeve`` with short leases and a quick reader, which writes down what it embeds: a script for ``tests.forked``."""

import os
import time

import service.cli.index
from db import leases
from db.records import HashedCover, NewVector
from indexer.home import Home
from indexer.images import leased
from indexer.models import embedding
from service.cli import main
from tests.indexer.reading.test_pending import FakeReader

LEASE_S = 4.0
EMBEDS_FOR_S = 0.01


class Noted(embedding.Embedded):
    """A line for each cover, as soon as it is embedded; a kill meets it in the middle of a lease."""

    def __init__(self, cover: HashedCover, vector: NewVector) -> None:
        super().__init__(cover, vector)
        with open(os.environ["EMBEDDED"], "ab", buffering=0) as file:  # noqa: PTH123
            file.write(f"{os.getpid()} {cover.cover_id}\n".encode())
        time.sleep(EMBEDS_FOR_S)


def prepare() -> None:
    """Let this process work like that."""
    leases.LEASE_S = LEASE_S  # type: ignore[assignment]
    leased._RENEW_EVERY_S = LEASE_S / 8
    embedding.STORE_COVERS = embedding.AHEAD_COVERS = 16
    embedding.EMBED_COVERS = 16  # type: ignore[attr-defined]
    embedding.Embedded = Noted  # type: ignore[misc]
    Home.reader = lambda _home: FakeReader()  # type: ignore[assignment, method-assign, return-value]
    service.cli.index.WORKER_PAUSE_S = 0.2


if __name__ == "__main__":
    prepare()
    main()
