"""Draw the catalogue: plan it, draw what is missing, write the manifest last."""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from os import cpu_count
from pathlib import Path

from service.demo.files import is_whole, write_whole
from service.demo.manifest import MANIFEST_NAME, is_drawn, is_stamped, stamp, write_manifest
from service.demo.plan import PlannedCover, plan
from service.demo.rendering import render
from sleeve.errors import OutputError

_COVERS_PER_WORKER = 24
"""A worker takes about as long to start as ten covers take to draw."""


@dataclass(frozen=True, slots=True)
class DemoCatalogue:
    """A drawn catalogue.

    Attributes:
        folder: where it lies; one folder a genre inside.
        manifest: its `manifest.csv`, whose paths are relative to itself.
        covers: images in it, fronts and backs.
    """

    folder: Path
    manifest: Path
    covers: int


def draw_catalogue(
    folder: Path, *, albums: int = 480, seed: int = 7, progress: Callable[[int, int], None] | None = None
) -> DemoCatalogue:
    """Draw a catalogue of invented albums, or finish one begun before.

    The bytes of a cover depend on the seed and its own number only. Covers already drawn from the same seed stay as
    they are if their files are whole; missing and cut-off ones are drawn. A folder drawn from another seed is drawn
    over, and a smaller catalogue drawn over a larger one leaves the surplus files there, outside the manifest.

    Args:
        folder: created where needed.
        albums: how many albums, near-duplicates among them; some have a back cover besides.
        seed: what everything is drawn from; 0 or more.
        progress: called in this thread with (covers done, covers in all) after each cover.

    Raises:
        OutputError: fewer than one album, a negative seed, a folder that cannot be written, or one that was never drawn
            into and has a file where a drawing is to be.
    """
    if albums < 1 or seed < 0:
        raise OutputError(f"A demo catalogue needs at least 1 album and a seed of 0 or more, not {albums} and {seed}.")
    covers = plan(albums, seed)
    _require_own(folder, covers)
    try:
        if not is_stamped(folder, seed):
            missing = covers
            stamp(folder, seed)
        else:
            missing = [cover for cover in covers if not is_whole(folder / cover.file)]
        done = len(covers) - len(missing)
        for cover, content in _rendered(missing):
            write_whole(folder / cover.file, content)
            done += 1
            if progress is not None:
                progress(done, len(covers))
        manifest = write_manifest(folder, covers)
    except OSError as error:
        raise OutputError(f"Cannot write the demo catalogue in {folder}: {error.strerror}.") from error
    return DemoCatalogue(folder, manifest, len(covers))


def _require_own(folder: Path, covers: list[PlannedCover]) -> None:
    if is_drawn(folder):
        return
    for name in (MANIFEST_NAME, *(str(cover.file) for cover in covers)):
        if (folder / name).exists():
            raise OutputError(f"{folder / name} is not of the demo catalogue; move it away to draw here.")


def _rendered(covers: list[PlannedCover]) -> Iterator[tuple[PlannedCover, bytes]]:
    """Covers with their bytes, in order; on every core where that repays starting the processes."""
    workers = min(cpu_count() or 1, len(covers) // _COVERS_PER_WORKER)
    if workers < 2:
        yield from ((cover, render(cover)) for cover in covers)
        return
    # Processes, because Pillow draws and pastes under the GIL; spawned, because a fork after FAISS or OpenVINO hangs.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from zip(covers, pool.map(render, covers, chunksize=4), strict=True)
