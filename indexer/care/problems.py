"""The art of an album → what is wrong with it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from indexer.artwork import show_one_artwork
from indexer.care.album_art import AlbumArt, Shown
from indexer.care.others_art import Foreign

LEAST_PX = 500
"""Of the shorter side: smaller covers are blurred on a phone."""

MOST_OBLONG = 1.1
"""The longer side is at most so many times the shorter one of a square cover."""


class ProblemKind(StrEnum):
    """What can be wrong; the value is what a person reads."""

    MISSING = "missing"
    SMALL = "small"
    NOT_SQUARE = "not square"
    DAMAGED = "damaged"
    OTHER_ARTWORK = "another artwork"
    FOREIGN = "another album's art"
    SHARED = "the same art as another album"
    SEVERAL = "several files"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with an album's art.

    Attributes:
        path: the picture, or the folder of the album.
        size_px: of the picture, if it can be used.
        detail: more in a few words; may be empty.
    """

    kind: ProblemKind
    path: Path
    size_px: tuple[int, int] | None = None
    detail: str = ""


def problems_of(art: AlbumArt, foreign: Foreign | None = None) -> list[Problem]:
    """What is wrong, in the order of ``ProblemKind``.

    Args:
        foreign: another album that has this art too.
    """
    found = [*_missing(art), *_faults(art), *_other_artworks(art), *_several(art)]
    if foreign is not None and art.front is not None:
        kind = ProblemKind.FOREIGN if foreign.is_sure else ProblemKind.SHARED
        found.append(Problem(kind, art.front.path, art.front.size_px, foreign.detail))
    return sorted(found, key=lambda problem: list(ProblemKind).index(problem.kind))


def is_small(size_px: tuple[int, int]) -> bool:
    """Whether a cover of this size is too small."""
    return min(size_px) < LEAST_PX


def is_oblong(size_px: tuple[int, int]) -> bool:
    """Whether a picture of this size is no square cover."""
    return max(size_px) > MOST_OBLONG * min(size_px)


def is_faulty(shown: Shown) -> bool:
    """Whether a picture cannot be used, is too small or not square."""
    return shown.size_px is None or is_small(shown.size_px) or is_oblong(shown.size_px)


def folder_of(art: AlbumArt) -> Path:
    """Where an album is, for a person."""
    return art.folder or art.album.folder.absolute()


def _missing(art: AlbumArt) -> Iterator[Problem]:
    if not art.pictures:
        yield Problem(ProblemKind.MISSING, folder_of(art), detail="neither a file nor a picture in its tracks")
        return
    if not art.own_files and art.folder is not None:
        yield Problem(ProblemKind.MISSING, folder_of(art), detail="no cover file")
    if art.bare:
        detail = f"no picture in {len(art.bare)} of {len(art.album.tracks)} tracks"
        yield Problem(ProblemKind.MISSING, folder_of(art), detail=detail)


def _faults(art: AlbumArt) -> Iterator[Problem]:
    """Of each picture inside the tracks, and of the files up to the first that can be used."""
    sound = next((at for at, shown in enumerate(art.files) if shown.size_px is not None), len(art.files))
    for shown in (*art.files[: sound + 1], *art.inside):
        detail = f"in {len(shown.tracks)} of {len(art.album.tracks)} tracks" if shown.tracks else ""
        if shown.size_px is None:
            said = ", ".join(part for part in (shown.fault, detail) if part)
            yield Problem(ProblemKind.DAMAGED, shown.path, detail=said)
        elif is_small(shown.size_px):
            yield Problem(ProblemKind.SMALL, shown.path, shown.size_px, detail)
        elif is_oblong(shown.size_px):
            yield Problem(ProblemKind.NOT_SQUARE, shown.path, shown.size_px, detail)


def has_other_artwork(art: AlbumArt) -> bool:
    """Whether it has pictures of more than one artwork."""
    front = art.front
    return front is not None and any(
        shown.sketch is not None and not show_same(front, shown) for shown in art.pictures if shown is not front
    )


def show_same(first: Shown, second: Shown) -> bool:
    """Whether two pictures that can be used show one artwork."""
    if first.content_hash == second.content_hash:
        return True
    assert first.sketch is not None
    assert second.sketch is not None
    return show_one_artwork(first.sketch, second.sketch)


def _other_artworks(art: AlbumArt) -> Iterator[Problem]:
    """Tracks that show something else than the cover."""
    front = art.front
    if front is None:
        return
    others = [
        shown for shown in art.inside if shown is not front and shown.sketch is not None and not show_same(front, shown)
    ]
    if others:
        count = sum(len(shown.tracks) for shown in others)
        detail = f"in {count} of {len(art.album.tracks)} tracks"
        yield Problem(ProblemKind.OTHER_ARTWORK, others[0].path, others[0].size_px, detail)


def _several(art: AlbumArt) -> Iterator[Problem]:
    if art.own_files > 1:
        names = ", ".join(shown.path.name for shown in art.files[: art.own_files])
        yield Problem(ProblemKind.SEVERAL, folder_of(art), detail=names)
