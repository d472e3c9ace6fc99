"""Ids and names as requests may send them."""

import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from db.records import MAX_NAME_CHARACTERS

MAX_ID = 2**63 - 1
"""The largest id that the database can hold."""

MAX_GENRES = 16
"""Genres that a person may give one album."""

MAX_WORDS_CHARACTERS = 200
"""The longest text that a list of albums is searched for."""


def _one_line(text: str) -> str:
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in text):
        raise ValueError("control characters are not allowed")
    return text


OneLine = AfterValidator(_one_line)

AlbumIdNumber = Annotated[int, Field(ge=1, le=MAX_ID)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_NAME_CHARACTERS), OneLine]
GenreName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_NAME_CHARACTERS), OneLine
]
Year = Annotated[int, Field(ge=1, le=9999)]
