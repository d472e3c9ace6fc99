"""The order of names in lists: a dictionary's, the same on every database because it is that of the key's bytes."""

import unicodedata

from db.letters import SPELT
from db.records import MAX_NAME_CHARACTERS, fold

_PLAIN = str.maketrans(SPELT | {"ħ": "h", "\u0131": "i"})


def order_key(name: str) -> str:
    """What a name is sorted by: without case, accents and signs. A name of signs alone is sorted by them, so first."""
    plain = unicodedata.normalize("NFKD", fold(name)).translate(_PLAIN)
    bare = (character for character in plain if not unicodedata.combining(character))
    words = "".join(character if character.isalnum() else " " if character.isspace() else "" for character in bare)
    return " ".join(words.split())[:MAX_NAME_CHARACTERS].rstrip() or fold(name)
