"""The text on an image that is asked with."""

import logging
from collections.abc import Callable
from threading import Lock

from db.records import TextLine
from indexer.images.decoding import QUERY_LIMITS, decode
from indexer.reading import SIDE_PX, TextReader
from service.answers.timing import Stage, Timed, untimed
from sleeve.errors import ReaderError

_log = logging.getLogger(__name__)


class QueryReader:
    """Reads images with what reads covers, which is loaded at first use. Safe to use from several threads at once."""

    def __init__(self, load: Callable[[], TextReader], timed: Timed = untimed) -> None:
        self._load = load
        self._timed = timed
        self._lock = Lock()
        self._reader: TextReader | None = None
        self._failed = False

    def read(self, data: bytes) -> tuple[TextLine, ...]:
        """The lines on an image, given as the bytes of its file; none if there is nothing that reads, which is logged
        once.

        Raises:
            FileRejectedError: the bytes are not an image that Sleeve can use.
        """
        reader = self._opened()
        if reader is None:
            return ()
        with self._timed(Stage.READ):
            return reader.read(decode(data, QUERY_LIMITS, reduce_to_px=SIDE_PX))

    def _opened(self) -> TextReader | None:
        with self._lock:
            if self._reader is None and not self._failed:
                try:
                    self._reader = self._load()
                except ReaderError as error:
                    _log.warning("images that are asked with are not read: %s", error)
                    self._failed = True
            return self._reader
