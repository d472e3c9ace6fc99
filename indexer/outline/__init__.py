"""Where is the sleeve in a photo? Its outline is found by its edges, and what is inside is seen head on."""

from indexer.outline.finding import Outline, find_outline
from indexer.outline.rectifying import EMBEDDED_PX, READ_PX, WHOLE, Corners, area, in_picture, middle, outside, rectify
from indexer.outline.several import MOST_SLEEVES, find_outlines, on_one_ground

__all__ = [
    "EMBEDDED_PX",
    "MOST_SLEEVES",
    "READ_PX",
    "WHOLE",
    "Corners",
    "Outline",
    "area",
    "find_outline",
    "find_outlines",
    "in_picture",
    "middle",
    "on_one_ground",
    "outside",
    "rectify",
]
