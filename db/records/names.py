"""How names are cut and compared."""

import unicodedata

MAX_NAME_CHARACTERS = 500
"""Artists, titles and genres are cut to this length."""


_ALIKE = {
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"), "-"),
    **dict.fromkeys(map(ord, "\u2018\u2019\u201a\u201b\u2032\u02b9\u02bb\u02bc\u00b4\uff07"), "'"),
    **dict.fromkeys(map(ord, "\u00ad\u200b\u2060\ufeff"), None),
}
"""Hyphens and apostrophes that keyboards, MusicBrainz and word processors each write in their own way; and characters
that show nothing."""


def fold(name: str) -> str:
    """The form in which names are compared: NFKC, case folded, one hyphen, one apostrophe, white space collapsed."""
    if not name.isascii():
        name = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name.translate(_ALIKE)).casefold())
        # NFKC makes such hyphens and apostrophes itself: two of the ″ in 12″. And a small Turkish i keeps its dot.
        name = name.translate(_ALIKE).replace("i\u0307", "i")
    return " ".join(name.casefold().split())[:MAX_NAME_CHARACTERS].rstrip()
