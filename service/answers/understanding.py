"""A picture that is asked with → where the sleeve is in it, its vector, and the album that it shows.

The picture as a whole is looked at first. If it is not plainly a cover of the catalogue, outlines are looked for, and
what is inside one is seen head on. The nearest albums of each view are looked for in it by their pixels; the view in
which one is recognised is the right one. If none is, a barcode in the picture says which album it is. Else the sleeve
is read, and the albums that say what it says are looked for too; less of their pixels is enough.

If what is found leaves room for another sleeve, the picture may show several, and each is looked at by itself.

A picture that is known to be a cover all over, as those of another catalogue are, costs less: it is compared only with
what stands out among its neighbours, as the catalogue's own covers are with each other, and it is not read.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from time import monotonic

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from db.records import TextLine
from indexer.artwork import ASKED, SURE_SIMILARITY, Recognition, is_whole, is_whole_scan, sketch
from indexer.images.decoding import QUERY_LIMITS, decode
from indexer.models.backbone import Backbone
from indexer.models.preparing import fit_to
from indexer.outline import (
    EMBEDDED_PX,
    WHOLE,
    Corners,
    find_outline,
    find_outlines,
    in_picture,
    middle,
    on_one_ground,
    rectify,
)
from indexer.outline import Outline as SeenOutline
from service.answers.records import Found, Neighbour, Outline, ReadText, Verdict
from service.answers.same_artwork import MAX_COMPARED, ArtworkFinder, Recognised
from service.answers.saying import has_words_outside
from service.answers.timing import Stage, Timed
from service.answers.views import (
    Understood,
    View,
    apart,
    as_outline,
    best_of,
    can_be_seen,
    may_be_cover,
    may_show_several,
    same_place,
)
from sleeve.vocabulary import AlbumId, ContentHash

_STRANGERS = 3
_STRANGERS_IN_PHOTO = 5
"""So many neighbours of a scan, or of a photo, may turn out to show another artwork before the rest is left alone."""

_FIT_COUNTS = 0.5
"""What words that fit wholly count, in similarity."""

_LEAST_FIT = 0.6
"""From here on an album says what the picture says."""

_MOVED = 0.02
"""By this share of the picture's sides a corner moves for the outline to be another."""

_READ_WITHIN_S = 3.0
"""No sleeve of several is begun to be read later: those that are left are judged by their pixels alone."""

Nearest = Callable[[NDArray[np.float32], int], Sequence[Neighbour]]
"""(1, d) vector → the albums nearest to it, at most so many, nearest first."""

Saying = Callable[[NDArray[np.float32], ReadText], Sequence[tuple[Neighbour, float]]]
"""(1, d) vector, text → the albums that say it, and how well they fit its words, 0 to 1 and a little more."""

Read = Callable[[bytes, Outline | None], ReadText]
"""Reads the sleeve in a picture, given as the bytes of its file."""


Coded = Callable[[NDArray[np.float32], str], tuple[Sequence[Neighbour], Sequence[AlbumId]]]
"""(1, d) vector, barcode → the albums with that barcode; and those without a cover that has a vector."""

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
    ) -> tuple[Understood, ...]:
        """What is known of an image, given as the bytes of its file: of each sleeve in it, if it shows several.

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
        seen: list[View] = []
        understood: Understood | None = None
        for view in self._views(picture, backbone, known.nearest, outline, is_scan):
            seen.append(view)
            found = self._recognised(view, picture, content_hash)
            if found:
                understood = self._understood(view, found, picture, backbone)
                if view.corners is WHOLE and found[0].recognition.corners is WHOLE:
                    # The picture is that cover all over, and has no room for another.
                    return (understood,)
                break
        best = best_of(seen, picture)
        several: tuple[Understood, ...] = ()
        if not is_scan and outline is None and may_show_several(understood, best, picture):
            several = self._several(data, picture, backbone, known)
            if any(one.verdict.album for one in several):
                return several
        if understood is None and not is_scan:
            understood = self._by_barcode(data, best, known.coded)
        if understood is not None:
            return (understood,)
        best, text = (seen[0], None) if is_scan else self._read_best(data, seen, picture)
        one = self._by_words(best, text, names, picture, backbone, known)
        # Sleeves of which none is known count only if the picture as one is none that is known either.
        return several if several and one.verdict.album is None else (one,)

    def _by_words(
        self,
        view: View,
        text: ReadText | None,
        names: Sequence[str],
        picture: Image.Image,
        backbone: Backbone,
        known: Known,
    ) -> Understood:
        """What is known of a view in which no album is recognised, by what it says."""
        lines = (*map(name_line, names), *(text.lines if text else ()))
        fits = _by_looks_and_words(known.saying(view.vector, ReadText(lines)))
        said = [neighbour for neighbour, fit in fits if fit >= _LEAST_FIT]
        found = self._recognised_by_words(view, said)
        if found:
            return replace(self._understood(view, found, picture, backbone), text=text)
        verdict = _nothing_found(said, view.neighbours)
        likeliest = said[0].album_id if said else None
        return Understood(view.vector, view.corners, verdict, likeliest, text, view.neighbours)

    def _several(self, data: bytes, picture: Image.Image, backbone: Backbone, known: Known) -> tuple[Understood, ...]:
        """What is known of each of several sleeves, row by row; none if the picture does not surely show two.

        If no album is recognised, outlines may be those of pictures on one cover. There is something else around them
        then than between them.
        """
        with self._timed(Stage.OUTLINE):
            outlines = find_outlines(picture)
        if len(outlines) < 2:
            return ()
        sleeves: dict[int, Understood] = {}
        strange: dict[int, View] = {}
        for at, view in enumerate(self._head_on(picture, outlines, backbone, known.nearest)):
            found = self._recognised(view, picture, None)
            if found:
                sleeves[at] = self._understood(view, found, picture, backbone)
            elif outlines[at].sure:
                strange[at] = view
        sleeves = apart(sleeves)
        taken = [one.corners for one in sleeves.values()]
        strange = {at: view for at, view in strange.items() if not same_place(view.corners, taken)}
        if len(sleeves) + len(strange) < 2:
            return ()
        if not sleeves and not on_one_ground(picture, [one.corners for one in outlines]):
            return ()
        until_s = monotonic() + _READ_WITHIN_S
        for at, view in strange.items():
            text = self._read(data, as_outline(view.corners)) if monotonic() < until_s else None
            sleeves[at] = self._by_words(view, text, (), picture, backbone, known)
        return tuple(sleeves[at] for at in sorted(sleeves))

    def _head_on(
        self, picture: Image.Image, outlines: Sequence[SeenOutline], backbone: Backbone, nearest: Nearest
    ) -> Iterator[View]:
        """What is inside each of several outlines; all are embedded at once."""
        images = [rectify(picture, one.corners, EMBEDDED_PX) for one in outlines]
        with self._timed(Stage.EMBED):
            vectors = backbone.embed(np.stack([fit_to(image, backbone) for image in images]))
        for outline, image, vector in zip(outlines, images, vectors[:, np.newaxis], strict=True):
            yield View(image, outline.corners, vector, nearest(vector, MAX_COMPARED), sure=True)

    def _views(
        self, picture: Image.Image, backbone: Backbone, nearest: Nearest, outline: Outline | None, is_scan: bool
    ) -> Iterator[View]:
        """The views to look at, in this order, until an album is recognised."""

        def view(corners: Corners, sure: bool) -> View:
            image = picture if corners is WHOLE else rectify(picture, corners, EMBEDDED_PX)
            vector = self._embed(image, backbone)
            return View(image, corners, vector, nearest(vector, MAX_COMPARED), sure)

        if outline is not None:
            corners = np.array(outline, np.float64)
            yield view(WHOLE if np.array_equal(corners, WHOLE) else corners, sure=True)
            return
        if is_scan:
            vector = self._embed(picture, backbone)
            yield View(picture, WHOLE, vector, nearest(vector, ASKED), is_scan=True)
            return
        whole = view(WHOLE, sure=False)
        is_near = bool(whole.neighbours) and whole.neighbours[0].similarity >= SURE_SIMILARITY
        if is_near:
            yield whole
        with self._timed(Stage.OUTLINE):
            found = find_outline(picture)
        if found is not None and not (found.printed and may_be_cover(picture)):
            yield view(found.corners, found.sure)
        elif not may_be_cover(picture):
            yield view(middle(picture.size), sure=False)
        if not is_near:
            yield whole

    def _embed(self, image: Image.Image, backbone: Backbone) -> NDArray[np.float32]:
        with self._timed(Stage.EMBED):
            return backbone.embed(fit_to(image, backbone)[np.newaxis])

    def _recognised(self, view: View, picture: Image.Image, content_hash: ContentHash | None) -> list[Recognised]:
        in_photo = not view.is_scan and (view.corners is not WHOLE or not may_be_cover(picture))
        near = view.may_be_in_it
        same = [one for one in near if view.corners is WHOLE and one.content_hash == content_hash]
        if same or not near:
            # What else shows the artwork of a cover is known: it was compared when it was indexed.
            return [Recognised(one, Recognition.of_the_same()) for one in same]
        with self._timed(Stage.COMPARE):
            drawn = sketch(view.image)
            plain = self._artworks.plainly_shown(drawn, near) if view.corners is WHOLE else None
            if plain is not None:
                return [plain]
            return self._artworks.recognised(
                drawn,
                near,
                most_strangers=_STRANGERS_IN_PHOTO if in_photo else _STRANGERS,
            )

    def _by_barcode(self, data: bytes, view: View, coded: Coded) -> Understood | None:
        """The album whose barcode is in the picture; of several, the one that looks most like it."""
        for barcode in self._barcodes(data):
            found, bare = coded(view.vector, barcode)
            if not (found or bare):
                continue
            album = found[0] if found else None
            shown = {one.album_id for one in found}
            verdict = Verdict(
                Found.ALBUM,
                album,
                pressings=tuple(sorted(album.linked - album.apart)) if album else (),
                runner_up=next((one for one in view.neighbours if one.album_id not in shown), None),
                barcode=barcode,
                same_barcode=(*(one.album_id for one in found[1:]), *bare),
            )
            likeliest = album.album_id if album else None
            return Understood(view.vector, view.corners, verdict, likeliest, neighbours=view.neighbours)
        return None

    def _read_best(self, data: bytes, seen: Sequence[View], picture: Image.Image) -> tuple[View, ReadText]:
        """The view to believe if no album is recognised in any, and what is read in it.

        In a square picture an outline may be a frame or a picture on a cover. There are words around it then.
        """
        best = best_of(seen, picture)
        [whole] = [view for view in seen if view.corners is WHOLE] or [best]
        if best is not whole and may_be_cover(picture):
            text = self._read(data, None)
            if has_words_outside(text.lines, best.corners):
                return whole, text
        return best, self._read(data, as_outline(best.corners))

    def _recognised_by_words(self, view: View, said: Sequence[Neighbour]) -> list[Recognised]:
        if not said:
            return []
        with self._timed(Stage.COMPARE):
            return self._artworks.recognised(
                sketch(view.image), said, most_strangers=_STRANGERS_IN_PHOTO, words_agree=True
            )

    def _understood(
        self, view: View, found: Sequence[Recognised], picture: Image.Image, backbone: Backbone
    ) -> Understood:
        best = found[0]
        seen = in_picture(best.recognition.corners, view.corners)
        corners, vector = view.corners, view.vector
        neighbours: Sequence[Neighbour] | None = view.neighbours
        if not view.is_scan and np.abs(seen - view.corners).max() >= _MOVED and can_be_seen(seen):
            corners, vector, neighbours = seen, self._embed(rectify(picture, seen, EMBEDDED_PX), backbone), None
        same = {one.neighbour.album_id for one in found}
        pressings = same.union(*(one.neighbour.linked for one in found)) - best.neighbour.apart
        if view.is_scan:
            whole = is_whole_scan(best.recognition.cells, seen)
        else:
            whole = is_whole(best.recognition.cells, seen, is_photo=view.sure or not may_be_cover(picture))
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
