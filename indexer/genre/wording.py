"""What a text opinion counts of a text: each word, and the runs of letters within it.

A run of letters outlives a misread letter next to it, and endings and stems that words of a language share. Everything
counted belongs to one word, so what a word says for a genre is the sum of what is counted of it.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from db.records import TextLine

SHORTEST_RUN, LONGEST_RUN = 2, 5
"""Letters in a run; the ends of a word count as letters."""

MAX_WORDS = 400
"""Words counted of one text, the first of it."""

MAX_LETTERS = 40
"""Letters counted of one word, the first of it."""

_WORD = re.compile(r"\w+(?:['\u2019]\w+)*")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: as it was read, the number of its line, and the terms that are counted of it."""

    read: str
    line: int
    terms: tuple[str, ...]


def words_of(lines: Sequence[TextLine]) -> tuple[Word, ...]:
    """The words of a text, in the order of its lines."""
    found = (Word(read, row, terms_of(read)) for row, line in enumerate(lines) for read in _WORD.findall(line.text))
    return tuple(word for word, _ in zip(found, range(MAX_WORDS), strict=False))


def terms_of(read: str) -> tuple[str, ...]:
    """What is counted of a word: the word between `=`, and its runs, in which a space is an end of the word."""
    word = plain(read)[:MAX_LETTERS]
    return (f"={word}=", *_runs(f" {word} "))


def is_word(term: str, letters: int) -> bool:
    """Whether a term is a whole word of so many letters or more."""
    return term.startswith("=") and term.endswith("=") and len(term) >= letters + 2


def plain(read: str) -> str:
    """Without accents, width or case: readers lose accents, and covers are set in capitals."""
    decomposed = unicodedata.normalize("NFKD", read).casefold()
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _runs(letters: str) -> Iterator[str]:
    for length in range(SHORTEST_RUN, LONGEST_RUN + 1):
        for start in range(len(letters) - length + 1):
            yield letters[start : start + length]
