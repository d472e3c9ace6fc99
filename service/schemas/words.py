"""Ids and names as requests may send them."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from db.records import MAX_NAME_CHARACTERS
from sleeve.vocabulary import MAX_ID

MAX_GENRES = 16
"""Genres that a person may give one album."""

EXAMPLE_HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
LISTS_HELP = "the lists that the album is on"

HASH_HELP = "SHA-256 of the cover's file; `/images/{content_hash}` is its picture"


MAX_WORDS_CHARACTERS = 200
"""The longest text that a list of albums is searched for."""


MAX_WORDS = 8
"""Words that a list of albums is searched for at once: the database compares each of them with every album."""


def _one_line(text: str) -> str:
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in text):
        raise ValueError("control characters are not allowed")
    return text


def _few_words(text: str) -> str:
    if len(text.split()) > MAX_WORDS:
        raise ValueError(f"albums are searched for at most {MAX_WORDS} words at once")
    return text


OneLine = AfterValidator(_one_line)
FewWords = AfterValidator(_few_words)

AlbumIdNumber = Annotated[int, Field(ge=1, le=MAX_ID)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_NAME_CHARACTERS), OneLine]
GenreName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_NAME_CHARACTERS), OneLine
]
Year = Annotated[int, Field(ge=1, le=9999)]
