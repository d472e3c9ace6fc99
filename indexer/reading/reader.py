"""A picture → its lines of text: find them, cut them out, recognise them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from db.records import TextLine
from indexer.models.external_data import has_external_data
from indexer.reading.detector import SIDE_PX, Detector
from indexer.reading.network import Network
from indexer.reading.recogniser import HEIGHT_PX, Recogniser
from sleeve.errors import ReaderError
from sleeve.vocabulary import Fingerprint

MAX_CHARACTERS = 4000
"""Characters kept of one picture."""

LEAST_CONFIDENCE = 0.5
"""Lines below it are left out: patterns that look like letters."""

MAX_SIDE_PX = 1600
"""A larger picture is made smaller first."""

_TALL = 1.5
"""A line so much taller than wide is read as turned, to the left and to the right."""

_METHOD = 1
"""Another number for each change of this package that changes what is read."""


class TextReader(Protocol):
    """What reads the text on covers."""

    fingerprint: Fingerprint

    def read(self, picture: Image.Image) -> tuple[TextLine, ...]:
        """The lines of an upright RGB picture, from top to bottom; safe to call from several threads at once."""
        ...


@dataclass(frozen=True, slots=True)
class ReaderFiles:
    """The ONNX files of a reader, and the file with the recogniser's characters, a line for each; None if the ONNX file
    itself says them."""

    detector: Path
    recogniser: Path
    characters: Path | None = None


def installed_reader() -> ReaderFiles:
    """PP-OCRv6 small, as it comes with RapidOCR; none of that package's code is run.

    Raises:
        ReaderError: the package is not installed.
    """
    found = find_spec("rapidocr")
    if found is None or not found.submodule_search_locations:
        raise ReaderError("the package rapidocr, whose models read the text on covers, is not installed")
    folder = Path(found.submodule_search_locations[0]) / "models"
    return ReaderFiles(folder / "PP-OCRv6_det_small.onnx", folder / "PP-OCRv6_rec_small.onnx")


def reader_fingerprint(files: ReaderFiles) -> Fingerprint:
    """SHA-256 of everything that decides what is read.

    Raises:
        ReaderError: a file is missing, or keeps its weights in other files.
    """
    digest = sha256(f"{_METHOD} {SIDE_PX}".encode())
    for path in (files.detector, files.recogniser):
        digest.update(sha256(_model(path)).digest())
    if files.characters is not None:
        digest.update(sha256(_bytes(files.characters)).digest())
    return Fingerprint(digest.hexdigest())


class OpenVinoReader:
    """Reads with two networks on the CPU, a picture on each core.

    Args:
        files: its networks.
        threads: pictures in work at once.

    Raises:
        ReaderError: a file is missing or damaged, or is no such network.
    """

    def __init__(self, files: ReaderFiles, threads: int) -> None:
        self.fingerprint = reader_fingerprint(files)
        self._detector = Detector(Network(files.detector, (SIDE_PX, SIDE_PX), threads))
        network = Network(files.recogniser, (HEIGHT_PX, -1), threads)
        said = network.characters if files.characters is None else _lines(files.characters)
        self._recogniser = Recogniser(network, said)

    def read(self, picture: Image.Image, stops: Callable[[], bool] = lambda: False) -> tuple[TextLine, ...]:
        """See ``TextReader.read``; ``stops`` is asked before each line whether to read no more."""
        if max(picture.size) > MAX_SIDE_PX:
            picture = picture.copy()
            picture.thumbnail((MAX_SIDE_PX, MAX_SIDE_PX), reducing_gap=2.0)
        return tuple(_bounded(self._lines(np.asarray(picture), stops)))

    def _lines(self, pixels: NDArray[np.uint8], stops: Callable[[], bool]) -> Iterator[TextLine]:
        height, width = pixels.shape[:2]
        for corners in self._detector.boxes(pixels):
            if stops():
                return
            text, confidence = self._read(_cut(pixels, corners))
            if text and confidence >= LEAST_CONFIDENCE:
                box = tuple((round(x / width, 4), round(y / height, 4)) for x, y in corners.tolist())
                yield TextLine(text, box, round(confidence, 4))

    def _read(self, line: NDArray[np.uint8]) -> tuple[str, float]:
        """A tall line turned both ways, as the likelier text; any other as it is."""
        if len(line) < _TALL * line.shape[1]:
            return self._recogniser.read(line)
        turned = (np.rot90(line, quarters) for quarters in (1, 3))
        return max(map(self._recogniser.read, map(np.ascontiguousarray, turned)), key=lambda found: found[1])


def _cut(pixels: NDArray[np.uint8], corners: NDArray[np.float32]) -> NDArray[np.uint8]:
    """What is between the corners, laid flat."""
    import cv2

    upper_left, upper_right, lower_right, lower_left = corners
    width = max(np.linalg.norm(upper_left - upper_right), np.linalg.norm(lower_left - lower_right))
    height = max(np.linalg.norm(upper_left - lower_left), np.linalg.norm(upper_right - lower_right))
    size = (max(1, int(width)), max(1, int(height)))
    flat = np.array([[0, 0], [size[0], 0], size, [0, size[1]]], np.float32)
    transform = cv2.getPerspectiveTransform(corners, flat)
    cut = cv2.warpPerspective(pixels, transform, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cut, np.uint8)


def _bounded(lines: Iterator[TextLine]) -> Iterator[TextLine]:
    left = MAX_CHARACTERS
    for line in lines:
        if len(line.text) > left:
            return
        left -= len(line.text)
        yield line


def _lines(path: Path) -> list[str]:
    try:
        return _bytes(path).decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise ReaderError(f"{path} is not UTF-8 text") from error


def _model(path: Path) -> bytes:
    model = _bytes(path)
    try:
        if has_external_data(model):
            raise ReaderError(f"{path} keeps numbers in other files, which a fingerprint does not cover")
    except ValueError as error:
        raise ReaderError(f"{path} is not an ONNX model") from error
    return model


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ReaderError(f"{path} cannot be read: {error.strerror}") from error
