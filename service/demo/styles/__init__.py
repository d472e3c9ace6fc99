"""One style for each genre; each has `draw`, which draws the front of an album."""

from dataclasses import dataclass

LOOKS = 4
"""Looks of each style, one for each artist of its genre."""


@dataclass(frozen=True, slots=True)
class Album:
    """What a style needs to know; `look` is from 0 to LOOKS - 1, `number` the catalogue number printed on the cover."""

    artist: str
    title: str
    year: int
    look: int
    number: str
