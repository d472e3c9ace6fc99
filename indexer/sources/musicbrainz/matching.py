"""Which release group of a search is an album of the catalogue, if one is beyond doubt."""

import unicodedata
from collections.abc import Sequence

from db.incomplete import IncompleteAlbum
from db.records import fold
from indexer.sources.musicbrainz.records import Hit, ReleaseGroup

MIN_SCORE = 90
"""What the service itself thinks of a hit, of 100."""

_LATIN_ENDS = 0x250


def same_name(one: str, other: str) -> bool:
    """Whether two names differ by no more than case, punctuation, and the accents of Latin letters."""
    return _letters(one) == _letters(other)


def match(album: IncompleteAlbum, hits: Sequence[Hit]) -> ReleaseGroup | str:
    """The release group, or why none is it.

    Of several with these names it is the one of the album's year, or the only one that is an album and no single.
    """
    artist, title = album.artist or "", album.title or ""
    named = [hit for hit in hits if same_name(hit.group.artist, artist) and same_name(hit.group.title, title)]
    sure = [hit for hit in named if hit.score >= MIN_SCORE]
    if not sure:
        return "MusicBrainz finds no album of these names"
    ranks = [(album.year is not None and hit.group.year == album.year, hit.is_album) for hit in sure]
    best = [hit.group for hit, rank in zip(sure, ranks, strict=True) if rank == max(ranks)]
    return best[0] if len(best) == 1 else f"MusicBrainz has {len(best)} albums of these names"


def _letters(name: str) -> str:
    """A name's letters and digits, folded; names of none of them (``!!!``) are compared as they are."""
    kept: list[str] = []
    base = ""
    for character in unicodedata.normalize("NFKD", name.replace("&", " and ")).casefold():
        if not unicodedata.combining(character):
            base = character
        elif ord(base or "a") < _LATIN_ENDS:
            continue
        if character.isalnum() or unicodedata.combining(character):
            kept.append(character)
    return "".join(kept) or fold(name)
