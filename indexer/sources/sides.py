"""Which files of one folder are the front and the back of one album."""

import re
from collections.abc import Sequence

from sleeve.vocabulary import Side

_SEPARATORS = " _.-(["
_SIDED = re.compile(r"^(?P<album>|.*[\s_.\-(\[])(?P<side>front|back)[)\]]?$", re.IGNORECASE)


def pairs(stems: Sequence[str]) -> dict[str, tuple[Side, str]]:
    """The stems that are the two sides of one album: ``X back`` beside ``X`` or ``X front``; alone it is a title."""
    sided = {stem: match for stem in stems if (match := _SIDED.match(stem))}
    albums = {stem: match["album"].rstrip(_SEPARATORS) for stem, match in sided.items()}
    fronts = {albums[stem]: stem for stem, match in sided.items() if match["side"].lower() == Side.FRONT}
    fronts |= {stem: stem for stem in stems if stem not in sided}
    found: dict[str, tuple[Side, str]] = {}
    for stem, match in sided.items():
        album = albums[stem]
        if match["side"].lower() == Side.BACK and album in fronts:
            found[stem] = (Side.BACK, album)
            found[fronts[album]] = (Side.FRONT, album)
    return found
