"""The order of names in lists: a dictionary's, the same on every database because it is that of the key's bytes."""

import unicodedata

from db.letters import SPELT
from db.records import MAX_NAME_CHARACTERS, fold

_PLAIN = str.maketrans(SPELT | {"ħ": "h", "\u0131": "i"})
_ARTICLES = ("the ", "a ", "an ")
_NEXT = "\x1f"
"""Before any letter, digit and space: "Abba" of any year comes before "Abba Teens"."""

_NO_YEAR = "~"
"""After every digit."""


def order_key(name: str) -> str:
    """What a name is sorted by: without an English article at its beginning, case, accents and signs. A name of signs
    alone is sorted by them, so first."""
    plain = unicodedata.normalize("NFKD", fold(name)).translate(_PLAIN)
    bare = (character for character in plain if not unicodedata.combining(character))
    words = "".join(character if character.isalnum() else " " if character.isspace() else "" for character in bare)
    key = " ".join(words.split())[:MAX_NAME_CHARACTERS].rstrip()
    article = next((article for article in _ARTICLES if key.startswith(article)), "")
    return key.removeprefix(article) or fold(name)


def artist_order_key(artist: str, year: int | None) -> str:
    """What an album is sorted by in the order by artist: albums of one artist by year, those without one last."""
    return f"{order_key(artist)}{_NEXT}{f'{year:04}' if year else _NO_YEAR}"
