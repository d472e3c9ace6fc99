"""The text on an image that is asked with."""

import logging
from collections.abc import Callable
from dataclasses import replace
from threading import Lock
from time import monotonic

import numpy as np

from db.records import TextLine
from indexer.images.decoding import QUERY_LIMITS, decode
from indexer.outline import READ_PX, Corners, in_picture, rectify
from indexer.reading import SIDE_PX, OpenVinoReader, read_barcodes
from service.answers.records import Outline, ReadText
from service.answers.timing import Stage, Timed, untimed
from sleeve.errors import ReaderError

READ_WITHIN_S = 3.0
"""No line is begun later than this after the picture was decoded; a picture full of text has up to 100."""

_log = logging.getLogger(__name__)


BARCODE_LIMITS = replace(QUERY_LIMITS, kept_pixels=4_000_000)
"""What a barcode is looked for in: of a photo of 12 million pixels all are needed, if it shows a whole sleeve."""


class QueryReader:
    """Reads images with what reads covers, which is loaded at first use. Safe to use from several threads at once."""

    def __init__(self, load: Callable[[], OpenVinoReader], timed: Timed = untimed) -> None:
        self._load = load
        self._timed = timed
        self._lock = Lock()
        self._reader: OpenVinoReader | None = None
        self._failed = False

    def read(self, data: bytes, outline: Outline | None = None) -> ReadText:
        """The lines on an image, given as the bytes of its file; none if there is nothing that reads, which is logged
        once.

        Args:
            outline: of the sleeve in it, which alone is read, seen head on; the boxes of its lines are in the image.

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
            corners = None if outline is None else np.array(outline, np.float64)
            sleeve = picture if corners is None else rectify(picture, corners, READ_PX)
            until_s = monotonic() + READ_WITHIN_S
            lines = reader.read(sleeve, stops)
        if corners is not None:
            lines = tuple(_in_picture(line, corners) for line in lines)
        return ReadText(lines, is_whole=not is_late)

    def barcodes(self, data: bytes) -> tuple[str, ...]:
        """The barcodes in an image, given as the bytes of its file: 13 digits each.

        Raises:
            FileRejectedError: the bytes are not an image that Sleeve can use.
        """
        with self._timed(Stage.READ):
            return read_barcodes(decode(data, BARCODE_LIMITS))

    def _opened(self) -> OpenVinoReader | None:
        with self._lock:
            if self._reader is None and not self._failed:
                try:
                    self._reader = self._load()
                except ReaderError as error:
                    _log.warning("images that are asked with are not read: %s", error)
                    self._failed = True
            return self._reader


def _in_picture(line: TextLine, corners: Corners) -> TextLine:
    box = in_picture(np.array(line.box, np.float64), corners)
    return replace(line, box=tuple((float(x), float(y)) for x, y in box))
