"""What a style is told about the sleeve it draws."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sleeve:
    """An album as its designer gets it.

    Attributes:
        artist: name on the cover.
        title: the album's title.
        year: year of release.
        look: which of the style's looks this artist keeps to, 0 to LOOKS_PER_STYLE - 1.
        catalogue_number: label and number, as printed on a spine.
    """

    artist: str
    title: str
    year: int
    look: int
    catalogue_number: str


LOOKS_PER_STYLE = 5
"""Every style has this many looks, one for each artist of its genre."""
