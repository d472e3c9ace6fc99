"""Which covers the catalogue holds: an endless list, in which an album never depends on how many are asked for."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from re import sub

import numpy as np

from service.demo.pressing import Pressing
from service.demo.roster import GENRES, Genre
from service.demo.styles import LOOKS, Album
from sleeve.vocabulary import Side

_PRESSING_EVERY = 20
_NEAREST_PRESSING = 40
"""Albums between an original and its other pressing, so that a page of the newest albums shows an artwork once."""

_BACK_COVER_EVERY = 17
_TWO_GENRES_EVERY = 23
_PNG_EVERY = 31
_WEBP_EVERY = 29
_PRESENT_YEAR = 2026

_PLAN_STREAM, _DRAW_STREAM = 1, 2


@dataclass(frozen=True, slots=True)
class PlannedCover:
    """One image to draw.

    Attributes:
        file: path relative to the catalogue's folder.
        album: what the style gets; for another pressing, that of the original.
        title: the album's title in the manifest, as `year` is its year there.
        genres_all: names of all genres of the album, its own first.
        draw_seed: what the artwork is drawn from; a back shares its front's.
        pressing: how another pressing differs from its original; None for an original.
        original: file of the cover that another pressing repeats, or None.
    """

    file: PurePosixPath
    genre: Genre
    album: Album
    title: str
    year: int
    genres_all: tuple[str, ...]
    draw_seed: tuple[int, ...]
    side: Side = Side.FRONT
    pressing: Pressing | None = None
    original: PurePosixPath | None = None


def slug(text: str) -> str:
    """Text as part of a file name: lower case, ASCII, hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return sub(r"[^a-z0-9]+", "-", plain).strip("-")


def plan(albums: int, seed: int) -> list[PlannedCover]:
    """The covers of the first `albums` albums, fronts and backs, in the manifest's order."""
    covers: list[PlannedCover] = []
    for number in range(albums):
        pressings, place = divmod(number, _PRESSING_EVERY)
        if place == _PRESSING_EVERY - 1:
            back_by = _NEAREST_PRESSING + int(_rng(seed, number).integers(15))
            covers.append(_another_pressing(max(0, number - pressings - back_by), pressings, seed))
        else:
            covers.extend(_original(number - pressings, seed))
    return covers


def _rng(seed: int, *key: int) -> np.random.Generator:
    return np.random.default_rng((seed, _PLAN_STREAM, *key))


def _original(position: int, seed: int) -> Iterator[PlannedCover]:
    """Front, and for some albums the back, of the album at a position among the originals."""
    slot, place = divmod(position, len(GENRES))
    genre, look = GENRES[place], slot % LOOKS
    volume, at = divmod(slot, len(genre.titles))
    title = str(_rng(seed, place).permutation(genre.titles)[at]) + (f", Vol. {volume + 1}" if volume else "")
    year, number = _year(place, slot, seed), f"{genre.name[:2].upper()} {101 + 7 * look + 13 * slot}"
    extension = ".png" if position % _PNG_EVERY == 3 else ".webp" if position % _WEBP_EVERY == 11 else ".jpg"
    front = PlannedCover(
        file=PurePosixPath(slug(genre.name), f"{slug(genre.artists[look])}_{slug(title)}{extension}"),
        genre=genre,
        album=Album(genre.artists[look], title, year, look, number),
        title=title,
        year=year,
        genres_all=(genre.name, genre.related) if position % _TWO_GENRES_EVERY == 7 else (genre.name,),
        draw_seed=(seed, _DRAW_STREAM, position),
    )
    yield front
    if position % _BACK_COVER_EVERY == 5:
        yield replace(front, file=front.file.with_name(f"{front.file.stem}_back.jpg"), side=Side.BACK)


def _another_pressing(position: int, count: int, seed: int) -> PlannedCover:
    """The album at a position, released again some years later."""
    original = next(_original(position, seed))
    pressing = list(Pressing)[count % len(Pressing)]
    title = f"{original.title} ({pressing})"
    later_years = 4 + int(_rng(seed, position, count).integers(22))
    return replace(
        original,
        file=original.file.with_name(f"{slug(original.album.artist)}_{slug(title)}.jpg"),
        title=title,
        year=min(_PRESENT_YEAR, original.year + later_years),
        pressing=pressing,
        original=original.file,
    )


def _year(genre: int, slot: int, seed: int) -> int:
    """An artist's albums come out in order, every two years or so, within the genre's years."""
    first, last = GENRES[genre].years
    release, look = slot // LOOKS, slot % LOOKS
    rng = _rng(seed, genre, look)
    debut = first + int(rng.integers(max(1, last - first - 13)))
    return min(last, debut + 2 * release + int(rng.integers(2, size=release + 1)[-1]))
