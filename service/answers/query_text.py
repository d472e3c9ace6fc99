"""The text on an image that is asked with."""

import logging
from collections.abc import Callable
from threading import Lock
from time import monotonic

from indexer.images.decoding import QUERY_LIMITS, decode
from indexer.reading import SIDE_PX, OpenVinoReader
from service.answers.records import ReadText
from service.answers.timing import Stage, Timed, untimed
from sleeve.errors import ReaderError

READ_WITHIN_S = 3.0
"""No line is begun later than this after the picture was decoded; a picture full of text has up to 100."""

_log = logging.getLogger(__name__)


class QueryReader:
    """Reads images with what reads covers, which is loaded at first use. Safe to use from several threads at once."""

    def __init__(self, load: Callable[[], OpenVinoReader], timed: Timed = untimed) -> None:
        self._load = load
        self._timed = timed
        self._lock = Lock()
        self._reader: OpenVinoReader | None = None
        self._failed = False

    def read(self, data: bytes) -> ReadText:
        """The lines on an image, given as the bytes of its file; none if there is nothing that reads, which is logged
        once.

        Raises:
            FileRejectedError: the bytes are not an image that Sleeve can use.
        """
        reader = self._opened()
        if reader is None:
            return ReadText()
        is_late = False

        def stops() -> bool:
            nonlocal is_late
            is_late = monotonic() >= until_s
            return is_late

        with self._timed(Stage.READ):
            picture = decode(data, QUERY_LIMITS, reduce_to_px=SIDE_PX)
            until_s = monotonic() + READ_WITHIN_S
            lines = reader.read(picture, stops)
        return ReadText(lines, is_whole=not is_late)

    def _opened(self) -> OpenVinoReader | None:
        with self._lock:
            if self._reader is None and not self._failed:
                try:
                    self._reader = self._load()
                except ReaderError as error:
                    _log.warning("images that are asked with are not read: %s", error)
                    self._failed = True
            return self._reader
