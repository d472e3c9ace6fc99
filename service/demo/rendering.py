"""From a planned cover to the bytes of its file."""

from io import BytesIO

import numpy as np
from PIL import Image

from service.demo.back_cover import draw_back
from service.demo.plan import PlannedCover
from service.demo.pressing import Pressing, press
from service.demo.roster import GENRES
from sleeve.vocabulary import Side

_QUALITY = 88
_POOR_QUALITY = 40
_TRACKS = 10

_BACK_STREAM, _PRESSING_STREAM = 101, 102


def render(cover: PlannedCover) -> bytes:
    """The encoded image: the same bytes whenever and in whatever order covers are drawn."""
    return _encoded(_drawn(cover), cover)


def _drawn(cover: PlannedCover) -> Image.Image:
    genre = GENRES[cover.genre]
    front = genre.draw(cover.sleeve, np.random.default_rng(cover.draw_seed))
    if cover.pressing is not None:
        return press(front, cover.pressing, np.random.default_rng((*cover.draw_seed, _PRESSING_STREAM)))
    if cover.side is Side.BACK:
        rng = np.random.default_rng((*cover.draw_seed, _BACK_STREAM))
        others = [title for title in genre.titles if title != cover.album]
        tracks = [cover.album, *(others[at] for at in rng.permutation(len(others))[: _TRACKS - 1])]
        return draw_back(front, cover.sleeve, tracks, rng)
    return front


def _encoded(image: Image.Image, cover: PlannedCover) -> bytes:
    buffer = BytesIO()
    match cover.file.suffix:
        case ".png":
            image.save(buffer, "PNG", compress_level=4)
        case ".webp":
            image.save(buffer, "WEBP", quality=_QUALITY, method=2)
        case _:
            quality = _POOR_QUALITY if cover.pressing is Pressing.DIGITAL else _QUALITY
            image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
