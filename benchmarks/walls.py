"""Photos of several sleeves: how many are told apart, and is each one's album found?

    SLEEVE_HOME=HOME python -m benchmarks.walls COVERS.csv [--photos 20]

HOME is an indexed home of COVERS.csv, as for ``benchmarks.photos``, and the covers are drawn as there. Of each layout
of ``indexer/training/photographed_walls.py`` so many photos are drawn, of 2 to 12 sleeves each; every third sleeve is
asked as if the catalogue had no album of its group. Then photos of one sleeve, and covers with framed pictures on them,
alone in a photo and as they are, none of which may be taken for several.

A sleeve is told apart if the middle of an outline is in it and in no other one, and the outline has between half and
twice its area. An album is right if it shows the sleeve's artwork. Milliseconds are of the processor, for one photo.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.photos import Without, as_jpeg, asked_covers, timed
from indexer.home import open_home
from indexer.outline import area, outside
from indexer.training.photographed_walls import Layout, photograph_several
from indexer.training.photographs import photograph
from service.answers.opening import open_answers
from service.answers.query_text import QueryReader
from service.answers.records import SimilarRequest, Sleeve
from sleeve.settings import Settings
from sleeve.vocabulary import AlbumId

SEED = 0
MOST = 12


@dataclass(slots=True)
class _Counts:
    photos: int = 0
    several: int = 0
    sleeves: int = 0
    told_apart: int = 0
    here: int = 0
    right: int = 0
    gone: int = 0
    wrong: int = 0
    false: int = 0
    ms: float = 0


Cover = tuple[Path, frozenset[AlbumId], frozenset[AlbumId]]
"""File, the albums that show its artwork, and those that are left out if it is not to be there."""


def main() -> None:
    """Ask with every kind of photo, and print a row for each."""
    arguments = _arguments()
    print(f"{'':14}" + "".join(f"{field.name.replace('_', ' '):>12}" for field in fields(_Counts)))
    with open_home(Settings()) as home:
        covers = [(one.path, one.artwork, one.group | one.artwork) for one in asked_covers(home, arguments.covers, 400)]
        reader = QueryReader(home.reader)
        search = Without(home.database, open_answers(home).live_index, read=reader.read)
        rng = np.random.default_rng(SEED)
        for layout in Layout:
            counts = _Counts()
            for number in range(arguments.photos):
                drawn = [covers[at] for at in rng.choice(len(covers), int(rng.integers(2, MOST + 1)), replace=False)]
                photo = photograph_several([_opened(path) for path, _, _ in drawn], f"{number}", layout)
                _count(counts, search, drawn, photo.image, photo.corners)
            _print(layout, counts)
        for name, pictures in _of_one(covers[: 2 * arguments.photos]).items():
            counts = _Counts()
            for cover, picture, corners in pictures:
                _count(counts, search, [cover], picture, corners[np.newaxis])
            _print(name, counts)


def _count(
    counts: _Counts, search: Without, drawn: Sequence[Cover], photo: Image.Image, corners: NDArray[np.float64]
) -> None:
    is_gone = [number % 3 == 2 or not shown for number, (_, shown, _) in enumerate(drawn)]
    search.left_out = frozenset().union(*(group for (_, _, group), gone in zip(drawn, is_gone, strict=True) if gone))
    found, ms = timed(lambda: search.by_image(as_jpeg(photo), SimilarRequest(10)))
    counts.photos += 1
    counts.several += len(found.sleeves) > 1
    counts.sleeves += len(drawn)
    counts.ms += ms
    seen = [_at(sleeve, corners / photo.size) for sleeve in found.sleeves]
    counts.told_apart += len({at for at in seen if at is not None})
    counts.false += len(seen) - len({at for at in seen if at is not None})
    for number, ((_, shown, _), gone) in enumerate(zip(drawn, is_gone, strict=True)):
        named = [
            sleeve.verdict.album.album_id
            for sleeve, at in zip(found.sleeves, seen, strict=True)
            if at == number and sleeve.verdict.album
        ]
        counts.here += not gone
        counts.gone += gone
        counts.right += not gone and any(album in shown for album in named)
        counts.wrong += any(album not in shown or album in search.left_out for album in named)


def _at(sleeve: Sleeve, corners: NDArray[np.float64]) -> int | None:
    """Which of the sleeves with these corners an outline is."""
    outline = np.array(sleeve.outline or ((0, 0), (1, 0), (1, 1), (0, 1)), np.float64)
    within = [
        at
        for at, own in enumerate(corners)
        if not outside(outline.mean(0)[None], own)[0] and 0.5 < area(outline) / area(own) < 2
    ]
    return within[0] if len(within) == 1 else None


def _of_one(covers: Sequence[Cover]) -> dict[str, Iterator[tuple[Cover, Image.Image, NDArray[np.float64]]]]:
    whole = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float64)

    def photos() -> Iterator[tuple[Cover, Image.Image, NDArray[np.float64]]]:
        for cover in covers:
            photo = photograph(_opened(cover[0]), cover[0].name)
            yield cover, photo.image, photo.corners

    def framed() -> Iterator[tuple[Cover, Image.Image]]:
        for at, (path, _, _) in enumerate(covers):
            yield (path, frozenset(), frozenset()), _with_frames([_opened(covers[at - off][0]) for off in range(4)], at)

    def framed_photos() -> Iterator[tuple[Cover, Image.Image, NDArray[np.float64]]]:
        for at, (cover, picture) in enumerate(framed()):
            photo = photograph(picture, f"framed {at}")
            yield cover, photo.image, photo.corners

    def framed_scans() -> Iterator[tuple[Cover, Image.Image, NDArray[np.float64]]]:
        for cover, picture in framed():
            yield cover, picture, whole * picture.size

    return {"one": photos(), "frames, photo": framed_photos(), "frames, scan": framed_scans()}


def _with_frames(pictures: Sequence[Image.Image], number: int) -> Image.Image:
    """A cover with two or four pictures on it, which are not those of albums."""
    rng = np.random.default_rng(number)
    cover = Image.new("RGB", (800, 800), tuple(int(part) for part in rng.integers(0, 256, 3)))
    count, margin = (4, 50) if number % 2 else (2, 60)
    side = (800 - 3 * margin) // 2
    for at, picture in enumerate(pictures[:count]):
        top = margin + (at // 2) * (side + margin) if count == 4 else (800 - side) // 2
        # Parts of covers, mirrored: no album is recognised in them.
        part = picture.crop((0, 0, picture.width // 2, picture.height // 2)).transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        cover.paste(part.resize((side, side)), (margin + (at % 2) * (side + margin), top))
    return cover


def _opened(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        return picture.convert("RGB")


def _print(name: str, counts: _Counts) -> None:
    counts.ms = round(counts.ms / max(counts.photos, 1))
    print(f"{name:14}" + "".join(f"{getattr(counts, field.name):12}" for field in fields(_Counts)), flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("covers", type=Path)
    parser.add_argument("--photos", type=int, default=20)
    return parser.parse_args()


if __name__ == "__main__":
    main()
