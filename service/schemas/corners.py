"""An outline as a text, on the command line and in an address."""

from collections.abc import Iterable
from math import isfinite

from service.answers.records import Outline

OUTLINE_HELP = (
    "where the sleeve is in the image, instead of looking for it: x1,y1,x2,y2,x3,y3,x4,y4, its corners clockwise from "
    "the cover's upper left one, as parts of the upright image's width and height"
)

_FAR = 1.0
"""How far outside of the image a corner may be, in widths and heights of it."""

_LEAST_AREA = 0.001


def parse_outline(text: str) -> Outline:
    """Eight numbers with commas between them → four corners.

    Raises:
        ValueError: they are not the corners of something flat that could be seen in the image, with what is wrong.
    """
    try:
        numbers = [float(number) for number in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != 8 or not all(isfinite(number) for number in numbers):
        raise ValueError("an outline is eight numbers with commas between them: x1,y1,x2,y2,x3,y3,x4,y4")
    if not all(-_FAR <= number <= 1 + _FAR for number in numbers):
        raise ValueError(
            "the outline is far outside of the image: 0,0 is its upper left corner, and 1,1 its lower right"
        )
    corners = tuple(zip(numbers[::2], numbers[1::2], strict=True))
    turns = [_turn(corners[place - 2], corners[place - 1], corners[place]) for place in range(4)]
    if min(turns) < _LEAST_AREA:
        raise ValueError("the outline's corners do not go around a sleeve clockwise, from its upper left one")
    return corners


def outline_text(outline: Iterable[tuple[float, float]]) -> str:
    """Four corners as ``parse_outline`` reads them."""
    return ",".join(f"{number:.3f}" for corner in outline for number in corner)


def _turn(one: tuple[float, float], two: tuple[float, float], three: tuple[float, float]) -> float:
    """Twice the area of a triangle; positive if it is named clockwise, y pointing down."""
    return (two[0] - one[0]) * (three[1] - two[1]) - (two[1] - one[1]) * (three[0] - two[0])
