"""Where is the sleeve in a photo? Its outline is found by its edges, and what is inside is seen head on."""

from indexer.outline.finding import Outline, find_outline
from indexer.outline.rectifying import EMBEDDED_PX, READ_PX, WHOLE, Corners, in_picture, middle, outside, rectify

__all__ = [
    "EMBEDDED_PX",
    "READ_PX",
    "WHOLE",
    "Corners",
    "Outline",
    "find_outline",
    "in_picture",
    "middle",
    "outside",
    "rectify",
]
