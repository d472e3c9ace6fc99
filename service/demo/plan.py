"""Which albums the catalogue holds: an endless list in which an album never depends on how many are asked for."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from re import sub

import numpy as np

from service.demo.pressing import Pressing
from service.demo.roster import GENRES
from service.demo.styles.sleeve import LOOKS_PER_STYLE, Sleeve
from sleeve.vocabulary import Side

GENRE_SEPARATOR = ";"
"""Between the genres of an album in the manifest's `genres_all`."""

_NEAR_DUPLICATE_EVERY = 20
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
        genre: number of the genre in the roster.
        sleeve: the album as its designer gets it; for another pressing, that of the original.
        album: the album's title.
        year: year of release.
        side: front or back.
        genres_all: every genre of the album, its own first.
        draw_seed: what the artwork is drawn from; a back shares its front's.
        pressing: how a near-duplicate departs from its original; None for an original.
        near_duplicate_of: file of the original this one repeats, or None.
    """

    file: PurePosixPath
    genre: int
    sleeve: Sleeve
    album: str
    year: int
    side: Side
    genres_all: tuple[str, ...]
    draw_seed: tuple[int, ...]
    pressing: Pressing | None = None
    near_duplicate_of: PurePosixPath | None = None


def slug(text: str) -> str:
    """Text as part of a file name: lower case, ASCII, hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return sub(r"[^a-z0-9]+", "-", plain).strip("-")


def plan(albums: int, seed: int) -> list[PlannedCover]:
    """The covers of the first `albums` albums, fronts and backs, in the manifest's order."""
    covers: list[PlannedCover] = []
    for number in range(albums):
        rounds, place = divmod(number, _NEAR_DUPLICATE_EVERY)
        if place == _NEAR_DUPLICATE_EVERY - 1:
            back_by = 1 + int(_rng(seed, _PLAN_STREAM, number).integers(15))
            covers.append(_another_pressing(number - rounds - back_by, rounds, seed))
        else:
            covers.extend(_original(number - rounds, seed))
    return covers


def _rng(*key: int) -> np.random.Generator:
    return np.random.default_rng(key)


def _original(position: int, seed: int) -> Iterator[PlannedCover]:
    """Front, and for some albums the back, of the album at a position among the originals."""
    genre_number, slot = position % len(GENRES), position // len(GENRES)
    genre = GENRES[genre_number]
    look, release = slot % LOOKS_PER_STYLE, slot // LOOKS_PER_STYLE
    artist = genre.artists[look]
    volume, at = divmod(slot, len(genre.titles))
    order = _rng(seed, _PLAN_STREAM, genre_number).permutation(len(genre.titles))
    album = genre.titles[order[at]] + (f", Vol. {volume + 1}" if volume else "")
    year = _year(genre_number, look, release, seed)
    file = PurePosixPath(slug(genre.name), f"{slug(artist)}_{slug(album)}{_extension(position)}")
    cover = PlannedCover(
        file=file,
        genre=genre_number,
        sleeve=Sleeve(artist, album, year, look, f"{genre.label} {101 + 7 * look + 13 * slot}"),
        album=album,
        year=year,
        side=Side.FRONT,
        genres_all=(genre.name, genre.related) if position % _TWO_GENRES_EVERY == 7 else (genre.name,),
        draw_seed=(seed, _DRAW_STREAM, position),
    )
    yield cover
    if position % _BACK_COVER_EVERY == 5:
        yield replace(cover, file=file.with_name(f"{file.stem}_back.jpg"), side=Side.BACK)


def _another_pressing(position: int, count: int, seed: int) -> PlannedCover:
    """The album at a position, released again some years later in one of several ways."""
    original = next(_original(position, seed))
    pressing = list(Pressing)[count % len(Pressing)]
    album = f"{original.album} ({pressing})"
    later_years = 4 + int(_rng(seed, _PLAN_STREAM, position, count).integers(22))
    return replace(
        original,
        file=original.file.with_name(f"{slug(original.sleeve.artist)}_{slug(album)}.jpg"),
        album=album,
        year=min(_PRESENT_YEAR, original.year + later_years),
        pressing=pressing,
        near_duplicate_of=original.file,
    )


def _year(genre: int, look: int, release: int, seed: int) -> int:
    """An artist's albums come out in order, every two years or so, within the genre's span."""
    first, last = GENRES[genre].first_year, GENRES[genre].last_year
    rng = _rng(seed, _PLAN_STREAM, genre, look)
    debut = first + int(rng.integers(max(1, last - first - 13)))
    return min(last, debut + 2 * release + int(rng.integers(2, size=release + 1)[-1]))


def _extension(position: int) -> str:
    """Mostly JPEG, with a few PNG and WebP among them."""
    if position % _PNG_EVERY == 3:
        return ".png"
    return ".webp" if position % _WEBP_EVERY == 11 else ".jpg"
