"""The back of an album: the front's colours, a part of its picture, the track list and the small print."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from service.demo.canvas import SIZE_PX, Canvas, readable
from service.demo.lettering import Face, line, put
from service.demo.styles import Album

_HEAD = Face(weight=0.035, spacing=0.04)
_TRACK = Face(weight=0.015, spacing=0.02, capitals=False)
_BARCODES_SINCE = 1981


def draw_back(front: Image.Image, album: Album, tracks: Sequence[str], rng: np.random.Generator) -> Canvas:
    """Draw the back that goes with a front; the first half of the tracks is side one."""
    few = front.reduce(8).quantize(6, Image.Quantize.MEDIANCUT).convert("RGB")
    counts, colours = np.unique(np.asarray(few).reshape(-1, 3), axis=0, return_counts=True)[::-1]
    ground = "#{:02x}{:02x}{:02x}".format(*colours[counts.argmax()])
    canvas, words = Canvas(rng, ground), readable(ground, "#141210", "#f6f1e6")
    top = int(rng.integers(100, 260))
    canvas.image.paste(front.resize((SIZE_PX, 140), box=(36, top, SIZE_PX - 36, top + 120)), (0, 0))
    put(canvas, line(album.artist, _HEAD, 0.036, 0.88), words, (0.06, 0.345))
    put(canvas, line(album.title, _HEAD, 0.024, 0.88), words, (0.06, 0.405))
    half = (len(tracks) + 1) // 2
    for x, side, name in ((0.06, tracks[:half], "Side One"), (0.52, tracks[half:], "Side Two")):
        put(canvas, line(name, _HEAD, 0.015), words, (x, 0.48))
        canvas.box(words, x, 0.51, x + 0.42, 0.512)
        for row, track in enumerate(side):
            length = f"{int(rng.integers(2, 7))}:{int(rng.integers(60)):02d}"
            put(canvas, line(f"{row + 1}  {track}", _TRACK, 0.018, 0.33), words, (x, 0.535 + 0.045 * row))
            put(canvas, line(length, _TRACK, 0.018), words, (x + 0.42, 0.535 + 0.045 * row), (1, 0))
    small_print = f"{album.number}. Recorded in {album.year}. All titles, artists and labels are invented."
    put(canvas, line(small_print, _TRACK, 0.013, 0.62), words, (0.06, 0.94))
    if album.year >= _BARCODES_SINCE:
        canvas.box("#ffffff", 0.75, 0.87, 0.94, 0.96)
        for bar in np.arange(0.765, 0.92, 0.008):
            canvas.box("#000000", bar, 0.88, bar + canvas.between(0.002, 0.007), 0.95)
    return canvas.finish(5, 0.012)
