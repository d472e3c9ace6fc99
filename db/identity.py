"""Whether two covers are of one album: what their sources say, compared. ADR 18 has the rules in words."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeVar

from db.placeholders import names_nothing, titles_nothing
from db.records import OutsideIds, fold
from sleeve.vocabulary import LabelSource

TRUST = (
    LabelSource.HAND,
    LabelSource.MANIFEST,
    LabelSource.TAGS,
    LabelSource.LIBRARY,
    LabelSource.SERVER,
    LabelSource.MUSICBRAINZ,
    LabelSource.DISCOGS,
    LabelSource.LIST,
    LabelSource.FOLDER,
    LabelSource.EARLIER,
)
"""The most trusted source first: a person; a table, which a person wrote; tags; another program's library; a music
server; MusicBrainz; Discogs; a list without pictures; a folder's name."""

_SOURCES = TRUST[1:]

EXPORTED = "sleeve_album"
"""An export's id of an album."""

NAMESAKE = "discogs_artist"
"""The artist as Discogs writes it: ``Nirvana (2)`` is another one than ``Nirvana``."""

_IDS: dict[str, tuple[str, ...]] = {
    EXPORTED: (EXPORTED,),
    "release group": ("musicbrainz_releasegroupid", "mb_releasegroupid", "release_group_mbid"),
    "master": ("discogs_master_id", "discogs_masterid", "master_id"),
    "release": ("musicbrainz_albumid", "mb_albumid", "release_mbid"),
    "pressing": ("discogs_release_id", "discogs_releaseid", "discogs_albumid", "release_id"),
}
"""Kinds of ids, the one that says most of the album first, and the names by which tags and tables have them."""

ID_COLUMNS = frozenset(name for names in _IDS.values() for name in names)
"""The names by which tags and tables have ids."""

_NUMBER = re.compile(r"[1-9]\d{0,18}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_WRITTEN = {"release group": _UUID, "master": _NUMBER, "release": _UUID, "pressing": _NUMBER}
"""How MusicBrainz (in lower case) and Discogs write their ids."""

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Word:
    """What one source says of which album a cover is of; None and an empty ``ids`` say nothing.

    Attributes:
        artist, title: folded.
        group: covers of one group are of one album when no names say so, such as the two sides in a folder.
        ids: (kind, id), in the order of ``_IDS``.
        namesake: the artist by a name that no other has, folded.
    """

    artist: str | None = None
    title: str | None = None
    year: int | None = None
    group: str | None = None
    ids: tuple[tuple[str, str], ...] = ()
    namesake: str | None = None

    @property
    def names(self) -> str | None:
        """A short hash of artist and title; None if one of them is not said."""
        return hashed(self.artist, self.title) if self.artist and self.title else None

    @property
    def outside_id(self) -> str | None:
        """The id that says most, with its kind."""
        return "=".join(self.ids[0])[:_LONGEST_ID] if self.ids else None


_LONGEST_ID = 80

Said = Mapping[LabelSource, Word]
"""What all sources say of the cover at one path."""


def word_of(
    artist: str | None, title: str | None, year: int | None, group: str | None, extra: Mapping[str, str]
) -> Word:
    """A statement as it is compared: folded, and without what says nothing."""
    said = ((kind, next((extra[name] for name in names if extra.get(name)), None)) for kind, names in _IDS.items())
    return Word(
        artist=None if artist is None or names_nothing(artist) else fold(artist),
        title=None if title is None or titles_nothing(title) else fold(title),
        year=year or None,
        group=group,
        ids=tuple((kind, value.strip().lower()) for kind, value in said if value),
        namesake=fold(extra[NAMESAKE]) if extra.get(NAMESAKE) else None,
    )


def release_of(extra: Mapping[str, str]) -> str | None:
    """The number of a release of Discogs, if a source says one."""
    return outside_ids([extra]).discogs_release


def outside_ids(said: Iterable[Mapping[str, str]]) -> OutsideIds:
    """The ids in what sources say besides names, the most trusted source first; what is written otherwise is none."""
    found: dict[str, str] = {}
    for extra in said:
        for kind, written in _WRITTEN.items():
            ids = (extra[name].strip().lower() for name in _IDS[kind] if extra.get(name))
            one = next(filter(written.fullmatch, ids), None)
            if one is not None:
                found.setdefault(kind, one)
    return OutsideIds(found.get("release group"), found.get("release"), found.get("master"), found.get("pressing"))


def hashed(*parts: str) -> str:
    """A short name for some texts together."""
    return sha256("\x1f".join(parts).encode()).hexdigest()[:32]


def same_album(one: Said, other: Said) -> bool | None:
    """Whether two covers are of one album; None if nothing says so or otherwise.

    Ids decide first, then the most trusted source that speaks of both covers, then what is known of each from any.
    """
    by_ids = _by_ids(_all_ids(one), _all_ids(other))
    if by_ids is not None:
        return by_ids
    for source in _SOURCES:
        if source in one and source in other:
            found = _by_one_source(one[source], other[source])
            if found is not None:
                return found
    verdicts = {_by_names(combined(one, order), combined(other, order)) for order in (_SOURCES, TRUST)}
    return first(verdict for verdict in (True, False) if verdict in verdicts)


def combined(said: Said, order: Sequence[LabelSource] = TRUST) -> Word:
    """What is known from all sources, the most trusted one first for each part."""
    words = [said[source] for source in order if source in said]
    return Word(
        artist=first(word.artist for word in words),
        title=first(word.title for word in words),
        year=first(word.year for word in words),
        namesake=first(word.namesake for word in words),
    )


def first(values: Iterable[Value | None]) -> Value | None:
    """The first that says something."""
    return next((value for value in values if value is not None), None)


def _all_ids(said: Said) -> dict[str, str]:
    return {kind: value for source in reversed(TRUST) if source in said for kind, value in said[source].ids}


def _by_ids(one: Mapping[str, str], other: Mapping[str, str]) -> bool | None:
    return first(one[kind] == other[kind] for kind in _IDS if kind in one and kind in other)


def _by_one_source(one: Word, other: Word) -> bool | None:
    """Where folders differ and no year says otherwise, albums of one name are two: "Greatest Hits", "Live"."""
    found = _by_names(one, other)
    if found is False or not (one.group and other.group):
        return found
    return one.group == other.group or bool(found and one.year and other.year)


def _by_names(one: Word, other: Word) -> bool | None:
    parts = ("artist", "title", "year", "namesake")
    for mine, its in ((getattr(one, part), getattr(other, part)) for part in parts):
        if mine is not None and its is not None and mine != its:
            return False
    return True if one.names and one.names == other.names else None
