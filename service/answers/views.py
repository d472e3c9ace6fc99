"""Views of a picture that is asked with: what is inside of corners in it, and which of them to believe."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from indexer.artwork import least_to_compare
from indexer.outline import WHOLE, Corners, area, outside
from service.answers.records import Neighbour, Outline, ReadText, Sleeve, Verdict
from sleeve.vocabulary import AlbumId

LEAST_SIMILARITY = 0.4
"""Cosine below which a picture is not compared with an album by its looks."""

_SQUARE = 1.1
"""The longer side over the shorter one, up to which a picture may be a cover as a whole."""

_NEARER = 0.02
"""By how much an outline that is not sure must bring the nearest album nearer, to be believed: in photos it does so by
0.02 in the median, in scans with something like an outline in them by -0.02."""

_OUTSIDE = 0.1

_ROOM = 0.6
"""Of a sleeve's side, that must be free on one side of it for another sleeve to be there."""


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What is inside of corners in a picture, its (1, d) vector and that vector's neighbours."""

    image: Image.Image
    corners: Corners
    vector: NDArray[np.float32]
    neighbours: Sequence[Neighbour]
    sure: bool = False
    is_scan: bool = False

    @property
    def may_be_in_it(self) -> Sequence[Neighbour]:
        """The neighbours that are near enough to be compared."""
        least = LEAST_SIMILARITY
        if self.is_scan:
            least = float(least_to_compare(np.array([[one.similarity for one in self.neighbours]], np.float32))[0, 0])
        return [one for one in self.neighbours if one.similarity >= least]


@dataclass(frozen=True, slots=True, eq=False)
class Understood:
    """What is known of a picture.

    Attributes:
        vector: (1, d) of the sleeve in it.
        corners: the sleeve's; ``WHOLE`` if the picture is taken for a cover as a whole.
        likeliest: the album that comes first: the one that it shows, or else the one that says what the sleeve says.
        text: of the sleeve; None if it was not read.
        neighbours: of the vector, as ``Known.nearest`` finds them; None if it was not asked for this vector's.
    """

    vector: NDArray[np.float32]
    corners: Corners
    verdict: Verdict
    likeliest: AlbumId | None = None
    text: ReadText | None = None
    neighbours: Sequence[Neighbour] | None = None

    @property
    def sleeve(self) -> Sleeve:
        """As answers have it."""
        return Sleeve(self.verdict, as_outline(self.corners))


def best_of(views: Sequence[View], picture: Image.Image) -> View:
    """The view to believe if no album is recognised in any."""
    [whole] = [view for view in views if view.corners is WHOLE] or views
    others = [view for view in views if view is not whole]
    if not others:
        return whole
    other = others[0]
    if other.sure or not may_be_cover(picture):
        return other
    near, whole_near = (max((one.similarity for one in view.neighbours), default=0.0) for view in (other, whole))
    return other if near >= whole_near + _NEARER else whole


def may_show_several(one: Understood | None, best: View, picture: Image.Image) -> bool:
    """Whether there is room for another sleeve next to the recognised one; or none is recognised, as if what is seen
    were a block of several, and the picture is no scan."""
    corners = best.corners if one is None else one.corners
    if one is None or corners is WHOLE:
        return corners is not WHOLE or not may_be_cover(picture)
    places = corners * picture.size
    side = float(np.sqrt(area(places)))
    before, after = places.min(0), np.array(picture.size) - places.max(0)
    return float(max(before.max(), after.max())) >= _ROOM * side


def apart(sleeves: Mapping[int, Understood]) -> dict[int, Understood]:
    """Of sleeves that were recognised at one place, the one of which most points match."""
    taken: dict[int, Understood] = {}
    for at in sorted(sleeves, key=lambda at: -sleeves[at].verdict.points):
        if not same_place(sleeves[at].corners, [one.corners for one in taken.values()]):
            taken[at] = sleeves[at]
    return taken


def same_place(one: Corners, others: Iterable[Corners]) -> bool:
    """Whether an outline has its middle in one of some others, or the other way round."""
    return any(not (outside(one.mean(0)[None], other)[0] and outside(other.mean(0)[None], one)[0]) for other in others)


def as_outline(corners: Corners) -> Outline | None:
    return None if corners is WHOLE else tuple((float(x), float(y)) for x, y in corners)


def may_be_cover(picture: Image.Image) -> bool:
    return max(picture.size) <= _SQUARE * min(picture.size)


def can_be_seen(corners: Corners) -> bool:
    """Whether a recognised cover is in the picture far enough to be cut out of it."""
    return bool(corners.min() > -_OUTSIDE and corners.max() < 1 + _OUTSIDE)
