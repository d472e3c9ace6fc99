"""A picture that is asked with → where the sleeve is in it, its vector, and the album that it shows.

The picture as a whole is looked at first. If it is not plainly a cover of the catalogue, outlines are looked for, and
what is inside one is seen head on. The nearest albums of each view are looked for in it by their pixels; the view in
which one is recognised is the right one. If none is, a barcode in the picture says which album it is. Else the sleeve
is read, and the albums that say what it says are looked for too; less of their pixels is enough.

A picture that is known to be a cover all over, as those of another catalogue are, costs less: it is compared only with
what stands out among its neighbours, as the catalogue's own covers are with each other, and it is not read.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from db.records import TextLine
from indexer.artwork import ASKED, SURE_SIMILARITY, Recognition, is_whole, is_whole_scan, least_to_compare, sketch
from indexer.images.decoding import QUERY_LIMITS, decode
from indexer.models.backbone import Backbone
from indexer.models.preparing import fit_to
from indexer.outline import EMBEDDED_PX, WHOLE, Corners, find_outline, in_picture, middle, rectify
from service.answers.records import Found, Neighbour, Outline, ReadText, Verdict
from service.answers.same_artwork import MAX_COMPARED, ArtworkFinder, Recognised
from service.answers.saying import has_words_outside
from service.answers.timing import Stage, Timed
from sleeve.vocabulary import AlbumId, ContentHash

LEAST_SIMILARITY = 0.4
"""Cosine below which a picture is not compared with an album by its looks."""

_STRANGERS = 3
_STRANGERS_IN_PHOTO = 5
"""So many neighbours of a scan, or of a photo, may turn out to show another artwork before the rest is left alone."""

_FIT_COUNTS = 0.5
"""What words that fit wholly count, in similarity."""

_LEAST_FIT = 0.6
"""From here on an album says what the picture says."""

_SQUARE = 1.1
"""The longer side over the shorter one, up to which a picture may be a cover as a whole."""

_MOVED = 0.02
"""By this share of the picture's sides a corner moves for the outline to be another."""

_NEARER = 0.02
"""By how much an outline that is not sure must bring the nearest album nearer, to be believed: in photos it does so by
0.02 in the median, in scans with something like an outline in them by -0.02."""

_OUTSIDE = 0.1

Nearest = Callable[[NDArray[np.float32], int], Sequence[Neighbour]]
"""(1, d) vector → the albums nearest to it, at most so many, nearest first."""

Saying = Callable[[NDArray[np.float32], ReadText], Sequence[tuple[Neighbour, float]]]
"""(1, d) vector, text → the albums that say it, and how well they fit its words, 0 to 1 and a little more."""

Read = Callable[[bytes, Outline | None], ReadText]
"""Reads the sleeve in a picture, given as the bytes of its file."""


Coded = Callable[[NDArray[np.float32], str], Sequence[Neighbour]]
"""(1, d) vector, barcode → the albums with that barcode."""

ReadBarcodes = Callable[[bytes], Sequence[str]]
"""Reads the barcodes in a picture, given as the bytes of its file."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the catalogue is asked while a picture is understood.

    Attributes:
        nearest: neighbours among all albums; none if there is no index.
        saying, coded: as ``nearest``, by words and by a barcode.
    """

    nearest: Nearest
    saying: Saying
    coded: Coded


def no_barcodes(_data: bytes) -> tuple[str, ...]:
    """What reads none."""
    return ()


def no_text(_data: bytes, _outline: Outline | None = None) -> ReadText:
    """What reads nothing."""
    return ReadText()


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
    def outline(self) -> Outline | None:
        """As answers have it."""
        return _outline(self.corners)


@dataclass(frozen=True, slots=True, eq=False)
class _View:
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


class Understanding:
    """Understands pictures. Safe to use from several threads at once."""

    def __init__(self, artworks: ArtworkFinder, read: Read, timed: Timed, barcodes: ReadBarcodes) -> None:
        self._artworks = artworks
        self._read = read
        self._timed = timed
        self._barcodes = barcodes

    def of(
        self,
        data: bytes,
        backbone: Backbone,
        known: Known,
        outline: Outline | None = None,
        *,
        names: Sequence[str] = (),
        is_scan: bool = False,
    ) -> Understood:
        """What is known of an image, given as the bytes of its file.

        Args:
            outline: where a person says that the sleeve is.
            names: that came with the image, such as an artist and a title; they count as read on the sleeve.
            is_scan: all of the image is a cover, and nothing else is in it.

        Raises:
            FileRejectedError: the bytes are not an image that Sleeve can use.
        """
        with self._timed(Stage.DECODE):
            picture = decode(data, QUERY_LIMITS, reduce_to_px=backbone.input_size_px)
        content_hash = ContentHash(sha256(data).hexdigest())
        seen: list[_View] = []
        for view in self._views(picture, backbone, known.nearest, outline, is_scan):
            seen.append(view)
            found = self._recognised(view, picture, content_hash)
            if found:
                return self._understood(view, found, picture, backbone)
        by_barcode = None if is_scan else self._by_barcode(data, _best(seen, picture), known.coded)
        if by_barcode is not None:
            return by_barcode
        best, text = (seen[0], None) if is_scan else self._read_best(data, seen, picture)
        lines = (*map(name_line, names), *(text.lines if text else ()))
        fits = _by_looks_and_words(known.saying(best.vector, ReadText(lines)))
        said = [neighbour for neighbour, fit in fits if fit >= _LEAST_FIT]
        found = self._recognised_by_words(best, said)
        if found:
            return replace(self._understood(best, found, picture, backbone), text=text)
        verdict = _nothing_found(said, best.neighbours)
        likeliest = said[0].album_id if said else None
        return Understood(best.vector, best.corners, verdict, likeliest, text, best.neighbours)

    def _views(
        self, picture: Image.Image, backbone: Backbone, nearest: Nearest, outline: Outline | None, is_scan: bool
    ) -> Iterator[_View]:
        """The views to look at, in this order, until an album is recognised."""

        def view(corners: Corners, sure: bool) -> _View:
            image = picture if corners is WHOLE else rectify(picture, corners, EMBEDDED_PX)
            vector = self._embed(image, backbone)
            return _View(image, corners, vector, nearest(vector, MAX_COMPARED), sure)

        if outline is not None:
            corners = np.array(outline, np.float64)
            yield view(WHOLE if np.array_equal(corners, WHOLE) else corners, sure=True)
            return
        if is_scan:
            vector = self._embed(picture, backbone)
            yield _View(picture, WHOLE, vector, nearest(vector, ASKED), is_scan=True)
            return
        whole = view(WHOLE, sure=False)
        is_near = bool(whole.neighbours) and whole.neighbours[0].similarity >= SURE_SIMILARITY
        if is_near:
            yield whole
        with self._timed(Stage.OUTLINE):
            found = find_outline(picture)
        if found is not None and not (found.printed and _may_be_cover(picture)):
            yield view(found.corners, found.sure)
        elif not _may_be_cover(picture):
            yield view(middle(picture.size), sure=False)
        if not is_near:
            yield whole

    def _embed(self, image: Image.Image, backbone: Backbone) -> NDArray[np.float32]:
        with self._timed(Stage.EMBED):
            return backbone.embed(fit_to(image, backbone)[np.newaxis])

    def _recognised(self, view: _View, picture: Image.Image, content_hash: ContentHash) -> list[Recognised]:
        in_photo = not view.is_scan and (view.corners is not WHOLE or not _may_be_cover(picture))
        near = view.may_be_in_it
        same = [one for one in near if view.corners is WHOLE and one.content_hash == content_hash]
        if same or not near:
            # What else shows the artwork of a cover is known: it was compared when it was indexed.
            return [Recognised(one, Recognition.of_the_same()) for one in same]
        with self._timed(Stage.COMPARE):
            return self._artworks.recognised(
                sketch(view.image),
                near,
                most_strangers=_STRANGERS_IN_PHOTO if in_photo else _STRANGERS,
            )

    def _by_barcode(self, data: bytes, view: _View, coded: Coded) -> Understood | None:
        """The album whose barcode is in the picture; of several, the one that looks most like it."""
        for barcode in self._barcodes(data):
            found = coded(view.vector, barcode)
            if not found:
                continue
            album, *others = found
            shown = {one.album_id for one in found}
            verdict = Verdict(
                Found.ALBUM,
                album,
                pressings=tuple(sorted(album.linked - album.apart)),
                runner_up=next((one for one in view.neighbours if one.album_id not in shown), None),
                barcode=barcode,
                same_barcode=tuple(one.album_id for one in others),
            )
            return Understood(view.vector, view.corners, verdict, album.album_id, neighbours=view.neighbours)
        return None

    def _read_best(self, data: bytes, seen: Sequence[_View], picture: Image.Image) -> tuple[_View, ReadText]:
        """The view to believe if no album is recognised in any, and what is read in it.

        In a square picture an outline may be a frame or a picture on a cover. There are words around it then.
        """
        best = _best(seen, picture)
        [whole] = [view for view in seen if view.corners is WHOLE] or [best]
        if best is not whole and _may_be_cover(picture):
            text = self._read(data, None)
            if has_words_outside(text.lines, best.corners):
                return whole, text
        return best, self._read(data, _outline(best.corners))

    def _recognised_by_words(self, view: _View, said: Sequence[Neighbour]) -> list[Recognised]:
        if not said:
            return []
        with self._timed(Stage.COMPARE):
            return self._artworks.recognised(
                sketch(view.image), said, most_strangers=_STRANGERS_IN_PHOTO, words_agree=True
            )

    def _understood(
        self, view: _View, found: Sequence[Recognised], picture: Image.Image, backbone: Backbone
    ) -> Understood:
        best = found[0]
        seen = in_picture(best.recognition.corners, view.corners)
        corners, vector = view.corners, view.vector
        neighbours: Sequence[Neighbour] | None = view.neighbours
        if not view.is_scan and np.abs(seen - view.corners).max() >= _MOVED and _can_be_seen(seen):
            corners, vector, neighbours = seen, self._embed(rectify(picture, seen, EMBEDDED_PX), backbone), None
        same = {one.neighbour.album_id for one in found}
        pressings = same.union(*(one.neighbour.linked for one in found)) - best.neighbour.apart
        if view.is_scan:
            whole = is_whole_scan(best.recognition.cells, seen)
        else:
            whole = is_whole(best.recognition.cells, seen, is_photo=view.sure or not _may_be_cover(picture))
        shown = {best.neighbour.album_id, *pressings}
        others = [*(one.neighbour for one in found), *view.neighbours]
        verdict = Verdict(
            Found.ALBUM if whole else Found.PRESSING,
            best.neighbour,
            best.recognition.points,
            best.recognition.cells,
            tuple(sorted(pressings - {best.neighbour.album_id})),
            runner_up=next((one for one in others if one.album_id not in shown), None),
        )
        return Understood(vector, corners, verdict, best.neighbour.album_id, neighbours=neighbours)


def _best(views: Sequence[_View], picture: Image.Image) -> _View:
    """The view to believe if no album is recognised in any."""
    [whole] = [view for view in views if view.corners is WHOLE] or views
    others = [view for view in views if view is not whole]
    if not others:
        return whole
    other = others[0]
    if other.sure or not _may_be_cover(picture):
        return other
    near, whole_near = (max((one.similarity for one in view.neighbours), default=0.0) for view in (other, whole))
    return other if near >= whole_near + _NEARER else whole


def name_line(name: str) -> TextLine:
    """A name that came with a picture, as if it were read there."""
    return TextLine(name, (), 1.0)


def _nothing_found(said: Sequence[Neighbour], nearest: Sequence[Neighbour]) -> Verdict:
    """That no album is recognised: the likeliest looks alike if it says the same, or is as near as copies are."""
    places = {one.album_id: one for one in (*nearest, *said)}
    others = [places.pop(one.album_id) for one in (*said, *nearest) if one.album_id in places]
    is_alike = bool(said) or (bool(others) and others[0].similarity >= SURE_SIMILARITY)
    alike, *rest = others if is_alike else (None, *others)
    return Verdict(Found.NOTHING, alike=alike, runner_up=rest[0] if rest else None)


def _by_looks_and_words(said: Sequence[tuple[Neighbour, float]]) -> list[tuple[Neighbour, float]]:
    return sorted(said, key=lambda one: one[0].similarity + _FIT_COUNTS * one[1], reverse=True)


def _outline(corners: Corners) -> Outline | None:
    return None if corners is WHOLE else tuple((float(x), float(y)) for x, y in corners)


def _may_be_cover(picture: Image.Image) -> bool:
    return max(picture.size) <= _SQUARE * min(picture.size)


def _can_be_seen(corners: Corners) -> bool:
    """Whether a recognised cover is in the picture far enough to be cut out of it."""
    return bool(corners.min() > -_OUTSIDE and corners.max() < 1 + _OUTSIDE)
