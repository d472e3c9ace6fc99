"""Which release group of a search is the album whose cover says some lines; its picture decides if words cannot."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from rapidfuzz.distance import Levenshtein

from db.incomplete import IncompleteAlbum
from db.letters import letters
from db.records import TextLine
from indexer.sources.musicbrainz.records import Hit, ReleaseGroup
from indexer.sources.names import same_name

ASKED_WORDS = 12
"""Words of a cover that the service is asked for: of its largest lines."""

COMPARED_PICTURES = 3
"""Release groups whose fronts are looked at, if the words alone do not tell."""

LETTERS_PER_MISTAKE = 6
"""One letter of a name may be misread for every six of its letters."""

_LARGEST_LINES = 2
_LEAST_LETTERS = 2
_LETTERS_OF_A_LONG_NAME = 8

_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Printed:
    """A release group whose artist or title is printed on a cover.

    Attributes:
        is_sure: both are, neither is a part of the other, and one of the largest lines belongs to them.
        said: how many letters of its names are on the cover, without those that were misread.
    """

    group: ReleaseGroup
    is_sure: bool
    said: int


def asked_words(lines: Sequence[TextLine]) -> tuple[str, ...]:
    """The words to search for, in lower case: those of the largest lines, at most ``ASKED_WORDS``."""
    words = (word.casefold() for line in _by_size(lines) for word in _WORD.findall(line.text))
    telling = dict.fromkeys(word for word in words if len(word) >= _LEAST_LETTERS or word.isdigit())
    return tuple(telling)[:ASKED_WORDS]


def printed_on(album: IncompleteAlbum, hits: Sequence[Hit]) -> list[Printed]:
    """The hits of which something is printed on an album's cover, the best first: sure ones, those of the album's year,
    those with most letters on it, albums before singles."""
    found = [(one, hit.is_album) for hit in hits if (one := _printed(album, hit.group)) is not None]

    def rank(item: tuple[Printed, bool]) -> tuple[bool, bool, int, bool]:
        one, is_album = item
        return one.is_sure, album.year is not None and one.group.year == album.year, one.said, is_album

    return [one for one, _ in sorted(found, key=rank, reverse=True)]


def sure_match(found: Sequence[Printed]) -> ReleaseGroup | None:
    """The release group that the words alone tell, if one is beyond doubt: no other is as good, or has its names."""
    sure = [one for one in found if one.is_sure]
    if not sure or any(_as_good(other, sure[0]) for other in sure[1:]):
        return None
    return sure[0].group


def _as_good(other: Printed, best: Printed) -> bool:
    same = same_name(other.group.artist, best.group.artist) and same_name(other.group.title, best.group.title)
    return same or other.said >= best.said


def _printed(album: IncompleteAlbum, group: ReleaseGroup) -> Printed | None:
    """None if nothing of it is on the cover, or a name that is known is another."""
    if (album.artist and not same_name(album.artist, group.artist)) or (
        album.title and not same_name(album.title, group.title)
    ):
        return None
    names = [letters(group.artist), letters(group.title)]
    known = [bool(album.artist), bool(album.title)]
    words = [letters(word) for line in album.lines for word in _WORD.findall(line.text)]
    said = [len(name) if is_known else _said(name, words) for name, is_known in zip(names, known, strict=True)]
    if not any(said):
        return None
    artist, title = names
    apart = artist not in title and title not in artist
    return Printed(group, all(said) and apart and _is_of_largest(names, album.lines), sum(said))


def _said(name: str, words: Sequence[str]) -> int:
    """How many letters of a name are right in the run of words that is most like it, or in words that were read as one;
    0 if it is not there."""
    if len(name) >= _LETTERS_OF_A_LONG_NAME and any(name in word for word in words):
        return len(name)
    mistakes = len(name) // LETTERS_PER_MISTAKE
    made = (
        Levenshtein.distance(run, name, score_cutoff=mistakes)
        for run in _runs(words, len(name) + mistakes)
        if _digits(run) == _digits(name)
    )
    fewest = min(made, default=mistakes + 1)
    return len(name) - fewest if fewest <= mistakes else 0


def _digits(spelt: str) -> list[str]:
    """A number that differs is another album, and no mistake."""
    return list(filter(str.isdigit, spelt))


def _runs(words: Sequence[str], longest: int) -> Iterator[str]:
    """Words next to each other, joined."""
    for start in range(len(words)):
        for run in accumulate(words[start:]):
            if len(run) > longest:
                break
            yield run


def _is_of_largest(names: Sequence[str], lines: Sequence[TextLine]) -> bool:
    """Whether one of the largest lines holds one of the names, or is a part of them."""
    for line in _by_size(lines)[:_LARGEST_LINES]:
        spelt = letters(line.text)
        if any(name in spelt or (len(spelt) > _LEAST_LETTERS and spelt in name) for name in names):
            return True
    return False


def _by_size(lines: Sequence[TextLine]) -> list[TextLine]:
    """The tallest letters first."""
    return sorted(lines, key=lambda line: -_height(line))


def _height(line: TextLine) -> float:
    (left, top), *_, (lower_left, bottom) = line.box
    return float(((lower_left - left) ** 2 + (bottom - top) ** 2) ** 0.5)
