"""How the text of a cover is set, as numbers: how much there is, how large, where, and in which letters.

A cover of classical music names many people in small capitals at its top; one of metal has a single large word that is
hard to read.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from db.records import TextLine

DIMENSION = 19

_WEIGHT = 1.0
"""Of each number next to the vector of the text's terms, which has length 1."""

_EAST_ASIAN = 0x2E80
_LATIN_1, _LATIN_EXTENDED_END = 0xC0, 0x250


def layout(lines: Sequence[TextLine]) -> NDArray[np.float32]:
    """(DIMENSION,) of a text, from 0 to 1 each; zeros if there is none."""
    if not lines:
        return np.zeros(DIMENSION, dtype=np.float32)
    boxes = np.array([line.box for line in lines], dtype=np.float64)
    heights = np.linalg.norm(boxes[:, 3] - boxes[:, 0], axis=1)
    widths = np.linalg.norm(boxes[:, 1] - boxes[:, 0], axis=1)
    centres = boxes.mean(axis=1)
    confidences = np.array([line.confidence for line in lines])
    letters = "".join(line.text for line in lines)
    largest = centres[heights.argmax()]
    numbers = [
        np.log2(1 + len(lines)) / 7,
        np.log2(1 + len(letters)) / 12,
        len(letters) / len(lines) / 40,
        _share(letters, str.isupper),
        _share(letters, str.islower),
        _share(letters, str.isdigit),
        _share(letters, lambda letter: not letter.isalnum()),
        _share(letters, lambda letter: ord(letter) >= _EAST_ASIAN),
        _share(letters, lambda letter: _LATIN_1 <= ord(letter) < _LATIN_EXTENDED_END),
        np.sqrt(heights.max()),
        np.sqrt(np.median(heights)),
        widths.max(),
        float((heights * widths).sum()),
        float((heights > widths).mean()),
        confidences.mean(),
        confidences.min(),
        largest[1],
        centres[:, 1].min(),
        centres[:, 1].max(),
    ]
    return np.asarray(_WEIGHT * np.clip(numbers, 0, 1), dtype=np.float32)


def _share(letters: str, of_kind: Callable[[str], bool]) -> float:
    return sum(map(of_kind, letters)) / max(1, len(letters))
