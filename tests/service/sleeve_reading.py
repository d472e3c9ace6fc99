"""``sleeve`` with a reader that is loaded at once and takes its time over a picture: a script for ``tests.forked``."""

import time

from PIL import Image

import indexer.reading.pending
from db.records import TextLine
from indexer.home import Home
from service.cli import main
from tests.indexer.reading.test_pending import FakeReader

READS_FOR_S = 0.02


class SlowReader(FakeReader):
    """A kill meets it in the middle of a picture."""

    def read(self, picture: Image.Image) -> tuple[TextLine, ...]:
        time.sleep(READS_FOR_S)
        return super().read(picture)


if __name__ == "__main__":
    indexer.reading.pending.STORE_COVERS = 4
    Home.reader = lambda _home: SlowReader()  # type: ignore[assignment, method-assign, return-value]
    main()
