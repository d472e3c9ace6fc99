"""A line's pixels → its characters, by a network that names a character, or none, for each step to the right.

What stays when repeated and empty steps are dropped is the text (CTC, Graves et al. 2006).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.reading.network import Network
from sleeve.errors import ReaderError

HEIGHT_PX = 48
"""What PP-OCR's recognisers take."""

MAX_WIDTH_PX = 1600
"""A longer line is squeezed: at most 200 characters are read in it."""

_LEAST_WIDTH_PX = 160
_STEP_PX = 32
"""Widths are rounded up to this: OpenVINO prepares itself for each width that it meets."""

_EMPTY = 0


class Recogniser:
    """Reads lines; safe to use from several threads at once.

    Args:
        characters: what the network's classes from the second one on stand for, but for a last one that is a space.

    Raises:
        ReaderError: the network has other classes.
    """

    def __init__(self, network: Network, characters: Sequence[str]) -> None:
        self._network = network
        self._characters = ["", *("".join(filter(str.isprintable, character)) for character in characters), " "]
        classes = network(np.zeros((1, HEIGHT_PX, _LEAST_WIDTH_PX, 3), np.uint8)).shape[-1]
        if classes not in (len(self._characters), len(self._characters) - 1):
            raise ReaderError(
                f"the recogniser has {classes} classes, but {len(characters)} characters are named for it"
            )

    def read(self, line: NDArray[np.uint8]) -> tuple[str, float]:
        """(h, w, 3) uint8 RGB → its text, and the mean probability of its characters; 0 if there are none."""
        steps = self._network(_fitted(line)[np.newaxis])[0]
        likeliest = steps.argmax(axis=1)
        new = (likeliest != _EMPTY) & np.concatenate([[True], likeliest[1:] != likeliest[:-1]])
        if not new.any():
            return "", 0.0
        text = "".join(self._characters[number] for number in likeliest[new])
        return " ".join(text.split()), float(steps.max(axis=1)[new].mean())


def _fitted(line: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(48, w, 3): the line at the network's height, grey behind its end."""
    import cv2

    height, width = line.shape[:2]
    wanted = min(-(-HEIGHT_PX * width // height), MAX_WIDTH_PX)
    whole = max(-(-wanted // _STEP_PX) * _STEP_PX, _LEAST_WIDTH_PX)
    fitted = np.full((HEIGHT_PX, whole, 3), 127, np.uint8)
    cv2.resize(line, (wanted, HEIGHT_PX), dst=fitted[:, :wanted], interpolation=cv2.INTER_LINEAR)
    return fitted
