"""Where is the sleeve in a photo? Its outline is found by its edges, and what is inside is seen head on."""

from indexer.outline.finding import Outline, find_outline
from indexer.outline.rectifying import WHOLE, Corners, in_picture, rectify

__all__ = ["WHOLE", "Corners", "Outline", "find_outline", "in_picture", "rectify"]
