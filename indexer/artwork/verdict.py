"""When two pictures count as one artwork; the bounds were chosen with benchmarks/duplicates.py."""

import numpy as np

from indexer.artwork.geometry import Agreement, Sketch, agreement, whole_agreement
from indexer.artwork.recognising import Recognition
from indexer.outline import WHOLE, Corners

LEAST_WHOLE = 0.97
"""Pictures as they are: a copy of few points, such as a plain one."""

LEAST_POINTS = 20
LEAST_ALIGNED = 0.6
LEAST_OVERLAP = 0.5
LEAST_CELLS = 0.6
"""0.4 finds one in forty more copies, and joins covers of a series that share a frame or lettering."""

LEAST_ALIGNED_UNDER_OTHER_TITLES = 0.95
"""Also of the overlap and of the cells: an artist's albums may share one layout, in which the title is a small part."""

LEAST_RECOGNISED = ((12, 0.4), (8, 0.6))
"""Points and agreeing cells that recognise a cover in a picture: in 400 drawn photos and scans, each compared with 16
strangers, no stranger reached either, and 0.97 to 1 of the covers themselves did."""

LEAST_RECOGNISED_BY_WORDS = ((12, 0.25), (8, 0.4))
"""The same if the cover also says what is read in the picture."""

LEAST_CELLS_OF_PHOTO = 0.5
LEAST_CELLS_OF_SCAN = 0.85
"""Of that very cover; a hand, a reflection and blur hide cells of a photographed one."""

MOST_MOVED = 0.04
"""By this share of a scan's sides the cover's corners may be away from the scan's."""

LEAST_ASKEW = 0.022
"""No scan lies so much askew: the picture is a photo."""


def is_same_artwork(found: Agreement) -> bool:
    """Alike as they are; or enough points agree on a transform under which most of the pixels do as well."""
    if found.whole >= LEAST_WHOLE:
        return True
    return (
        found.points >= LEAST_POINTS
        and found.aligned >= LEAST_ALIGNED
        and found.overlap >= LEAST_OVERLAP
        and found.cells >= LEAST_CELLS
    )


def is_same_under_other_titles(found: Agreement) -> bool:
    """``is_same_artwork`` of covers whose albums have different titles: little else may differ."""
    return is_same_artwork(found) and min(found.aligned, found.overlap, found.cells) >= LEAST_ALIGNED_UNDER_OTHER_TITLES


def show_one_artwork(first: Sketch, second: Sketch) -> bool:
    """``is_same_artwork`` of two pictures, which looks no further than it needs to."""
    return is_same_artwork(agreement(first, second, least_points=LEAST_POINTS))


def equal_as_they_are(first: Sketch, second: Sketch) -> bool:
    """Whether two pictures are alike all over, as copies of a plain one are."""
    return whole_agreement(first, second) >= LEAST_WHOLE


def is_recognised(found: Recognition, *, words_agree: bool = False) -> bool:
    """Whether a cover's artwork is in a picture.

    Args:
        words_agree: the cover is known to say what the picture says.
    """
    least = LEAST_RECOGNISED_BY_WORDS if words_agree else LEAST_RECOGNISED
    return any(found.points >= points and found.cells >= cells for points, cells in least)


def is_whole(cells: float, corners: Corners, *, is_photo: bool) -> bool:
    """Whether what was recognised is that very cover, and not its artwork with another border, sticker or lettering.

    Args:
        cells: how many of them agree, see ``Recognition``.
        corners: of the cover in the picture.
        is_photo: the picture is more than the sleeve; if all of it may be a cover, it must be that cover all over.
    """
    sides = np.abs(np.roll(corners, -1, 0) - corners)
    askew = float((sides.min(1) / np.maximum(sides.max(1), 1e-6)).mean())
    if is_photo or askew >= LEAST_ASKEW:
        return cells >= LEAST_CELLS_OF_PHOTO
    return is_whole_scan(cells, corners)


def is_whole_scan(cells: float, corners: Corners) -> bool:
    """As ``is_whole``, of a picture that is known to be a cover all over."""
    return cells >= LEAST_CELLS_OF_SCAN and float(np.abs(corners - WHOLE).max()) <= MOST_MOVED
