"""Draw the catalogue: plan it, draw what is missing, write the manifest last."""

import csv
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from io import BytesIO, StringIO
from multiprocessing import get_context
from os import cpu_count, getpid
from pathlib import Path

import numpy as np
from PIL import Image

from indexer.files import replacing
from service.demo.back_cover import draw_back
from service.demo.plan import PlannedCover, plan
from service.demo.pressing import Pressing, press
from sleeve.errors import OutputError
from sleeve.platform import end_with
from sleeve.vocabulary import Side

_VERSION = 3
"""To be raised with every change that alters a drawing: files of another version are drawn again."""

_MANIFEST, _STAMP = "manifest.csv", ".demo_catalogue.json"
_COLUMNS = ("file", "genre", "artist", "album", "year", "side", "genres_all", "near_duplicate_of")
_TRACKS = 10
_SECOND_STREAM = 101
_FORMATS = {".jpg": "JPEG", ".png": "PNG", ".webp": "WEBP"}

_COVERS_PER_WORKER = 24
"""A worker takes about as long to start as ten covers take to draw."""


@dataclass(frozen=True, slots=True)
class DemoCatalogue:
    """A drawn catalogue.

    Attributes:
        folder: its folder, with one folder for each genre.
        manifest: its `manifest.csv`, whose paths are relative to itself.
        covers: how many images it has, fronts and backs.
    """

    folder: Path
    manifest: Path
    covers: int


def draw_catalogue(
    folder: Path, *, albums: int = 480, seed: int = 7, progress: Callable[[int, int], None] | None = None
) -> DemoCatalogue:
    """Draw a catalogue of invented albums, or finish one begun before.

    The bytes of a cover depend on the seed and its own number only. Files already drawn from the same seed stay if
    they are whole; missing and cut-off ones are drawn. A folder drawn from another seed is drawn over, and a smaller
    catalogue drawn over a larger one leaves the surplus files there, outside the manifest.

    Args:
        folder: made if it is missing.
        albums: how many albums, other pressings among them; some have a back cover too.
        seed: what everything is drawn from; 0 or more.
        progress: called in this thread with (covers done, covers in all) after each cover.

    Raises:
        OutputError: fewer than one album, a negative seed, a folder that cannot be written, or one that was never drawn
            into and has a file at the place of a drawing.
    """
    if albums < 1 or seed < 0:
        raise OutputError(f"A demo catalogue needs at least 1 album and a seed of 0 or more, not {albums} and {seed}.")
    covers, manifest = plan(albums, seed), folder / _MANIFEST
    try:
        missing = _missing(folder, covers, seed)
        for done, (cover, content) in enumerate(_rendered(missing), len(covers) - len(missing) + 1):
            _write(folder / cover.file, content)
            if progress is not None:
                progress(done, len(covers))
        _write(manifest, _manifest(covers))
    except OSError as error:
        raise OutputError(f"Cannot write the demo catalogue in {folder}: {error.strerror}.") from error
    return DemoCatalogue(folder, manifest, len(covers))


def is_drawn(folder: Path) -> bool:
    """Whether a folder is one that covers were drawn into, from whatever seed by whatever version."""
    return (folder / _STAMP).is_file()


def _missing(folder: Path, covers: list[PlannedCover], seed: int) -> list[PlannedCover]:
    """The covers to draw: all, unless the folder is stamped with this version and seed."""
    wanted = json.dumps({"version": _VERSION, "seed": seed}).encode()
    if is_drawn(folder) and (folder / _STAMP).read_bytes() == wanted:
        return [cover for cover in covers if not _is_whole(folder / cover.file)]
    for name in [] if is_drawn(folder) else [_MANIFEST, *(str(cover.file) for cover in covers)]:
        if (folder / name).exists():
            raise OutputError(f"{folder / name} is not of the demo catalogue; move it away to draw here.")
    (folder / _MANIFEST).unlink(missing_ok=True)
    _write(folder / _STAMP, wanted)
    return covers


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as fresh:
        fresh.write_bytes(content)


def _is_whole(path: Path) -> bool:
    """Whether a file is there and decodes to its last row."""
    try:
        with Image.open(path) as image:
            image.load()
    except (OSError, SyntaxError):
        return False
    return True


def _manifest(covers: list[PlannedCover]) -> bytes:
    """What `sleeve add` reads: a line for each cover."""
    text = StringIO(newline="")
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(_COLUMNS)
    for cover in covers:
        names = (cover.genre.name, cover.album.artist, cover.title, cover.year, cover.side)
        lines.writerow((cover.file, *names, ";".join(cover.genres_all), cover.original or ""))
    return text.getvalue().encode()


def _rendered(covers: list[PlannedCover]) -> Iterator[tuple[PlannedCover, bytes]]:
    """Covers with their bytes, in order; on every core if that repays starting the processes."""
    workers = min(cpu_count() or 1, len(covers) // _COVERS_PER_WORKER)
    if workers < 2:
        yield from ((cover, render(cover)) for cover in covers)
        return
    # Processes, because Pillow draws and pastes under the GIL; spawned, because a fork after FAISS or OpenVINO hangs.
    # They would wait for ever for a parent that was killed.
    with ProcessPoolExecutor(workers, get_context("spawn"), initializer=end_with, initargs=(getpid(),)) as pool:
        yield from zip(covers, pool.map(render, covers, chunksize=4), strict=True)


def render(cover: PlannedCover) -> bytes:
    """The encoded image: the same bytes whenever and in whatever order covers are drawn."""
    canvas = cover.genre.draw(cover.album, np.random.default_rng(cover.draw_seed))
    image, rng = canvas.image, np.random.default_rng((*cover.draw_seed, _SECOND_STREAM))
    if cover.pressing is not None:
        canvas.rng = rng
        image = press(canvas, cover.pressing)
    elif cover.side is Side.BACK:
        tracks = [cover.title, *(str(title) for title in rng.permutation(cover.genre.titles) if title != cover.title)]
        image = draw_back(image, cover.album, tracks[:_TRACKS], rng).image
    content, quality = BytesIO(), 40 if cover.pressing is Pressing.DIGITAL else 88
    image.save(content, _FORMATS[cover.file.suffix], quality=quality, method=2, compress_level=4)
    return content.getvalue()
