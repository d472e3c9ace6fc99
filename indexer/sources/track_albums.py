"""Which tracks are one album, and what they say about it together."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from db.records import fold
from indexer.images.audio.tags import Tags
from indexer.sources.names import clean, year_of
from sleeve.vocabulary import Side

VARIOUS_ARTISTS = "Various Artists"
"""The artist of a compilation that names none."""

_GENRE_SHARE = 1 / 3
"""A genre counts if this share of the tracks that have one are of it: one odd track does not label an album."""

_DISC = r"(?:cd|dis[ck]|диск)[\s._#-]*\d{1,2}"
_DISC_FOLDER = re.compile(rf"^{_DISC}(?!\w)", re.IGNORECASE)
_DISC_ENDING = re.compile(
    rf"[\s,:._-]*(?:\(\s*{_DISC}[^()]*\)|\[\s*{_DISC}[^\[\]]*\]|[\s,:._-]{_DISC})\s*$", re.IGNORECASE
)
_TITLE, _ARTIST = 1, 2
"""Parts of a group's key, behind its folder."""

Value = TypeVar("Value", str, int)

_GUEST = re.compile(r"\s+[(\[]?(?:feat\.?|ft\.?|featuring)\s.*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Track:
    """A music file, by its path as the user named it, with its tags."""

    path: Path
    tags: Tags


@dataclass(frozen=True, slots=True)
class TrackAlbum:
    """Tracks that are one album.

    Attributes:
        folder: the album's, above the folders of its discs.
        art_folders: where its art may be, the first choice first: folders that no other album shares.
        genres: as the tags have them, the commonest first.
    """

    folder: Path
    art_folders: tuple[Path, ...]
    tracks: tuple[Track, ...]
    title: str | None
    artist: str | None
    year: int | None
    genres: tuple[str, ...]
    musicbrainz: Mapping[str, str]

    def track_with(self, side: Side) -> Track | None:
        """The first track that has a picture of this side."""
        return next((track for track in self.tracks if side in track.tags.sides), None)


def albums_of(tracks: Iterable[Track]) -> list[TrackAlbum]:
    """The albums of a library, in the order of their first tracks.

    Tracks are of one album when folder, title and album artist agree. The folders of discs (``CD1``, ``Disc 2``,
    ``Name (Disc 2)``) count as one, and so do titles that end in a disc's number. Tracks without an album artist, or
    without a title, belong to the one album of their folder if there is only one.
    """
    groups: dict[tuple[Path, str, str], list[Track]] = defaultdict(list)
    for track in tracks:
        names = _title(track.tags), track.tags.album_artist
        title, artist = (fold(name or "") for name in names)
        groups[_folder_of(track.path), title, artist].append(track)
    whole = _joined(groups)
    sharers = Counter(folder for members in whole for folder in _folders(members))
    return [_album(members, sharers) for members in whole]


def _joined(groups: Mapping[tuple[Path, str, str], list[Track]]) -> list[list[Track]]:
    """The groups, with those that lack a name joined to the one that has it, if there is just one."""
    joined = {key: list(members) for key, members in groups.items()}
    for part in (_ARTIST, _TITLE):
        for key in [key for key in joined if not key[part]]:
            named = [other for other in joined if other != key and other[:part] == key[:part]]
            if len(named) == 1 and named[0][part]:
                joined[named[0]] += joined.pop(key)
    return sorted((sorted(members, key=lambda track: track.path) for members in joined.values()), key=_first_path)


def _first_path(members: Sequence[Track]) -> Path:
    return members[0].path


def _album(members: Sequence[Track], sharers: Counter[Path]) -> TrackAlbum:
    titles = [title for track in members if (title := _title(track.tags))]
    ids: dict[str, str] = {}
    for track in members:
        ids = {**track.tags.musicbrainz, **ids}
    return TrackAlbum(
        folder=_folder_of(members[0].path),
        art_folders=tuple(folder for folder in _folders(members) if sharers[folder] == 1),
        tracks=tuple(members),
        title=_commonest(titles),
        artist=_artist([track.tags for track in members]),
        year=_year([track.tags for track in members]),
        genres=_genres([track.tags.genres for track in members]),
        musicbrainz={name: cleaned for name, value in ids.items() if (cleaned := clean(value))},
    )


def _year(tags: Sequence[Tags]) -> int | None:
    """The commonest year of the first release; without any, of this one."""
    for dates in ([one.original_dates for one in tags], [one.dates for one in tags]):
        years = [next((year for text in texts if (year := year_of(text))), None) for texts in dates]
        if known := sorted(year for year in years if year):
            return _commonest(known)
    return None


def _artist(tags: Sequence[Tags]) -> str | None:
    named = [artist for one in tags if (artist := clean(one.album_artist))]
    if named:
        return _commonest(named)
    if any(one.compilation for one in tags):
        return VARIOUS_ARTISTS
    artists = [artist for one in tags if (artist := clean(_GUEST.sub("", one.artist or "")))]
    counts = Counter(fold(artist) for artist in artists)
    if not counts:
        return None
    name, times = counts.most_common(1)[0]
    if times * 2 <= len(artists) and len(counts) > 1:
        return VARIOUS_ARTISTS
    return next(artist for artist in artists if fold(artist) == name)


def _genres(written: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    counts = Counter(genre for genres in written for genre in dict.fromkeys(genres))
    tagged = sum(1 for genres in written if genres)
    common = [genre for genre, times in counts.most_common() if times >= _GENRE_SHARE * tagged]
    return tuple(common or [genre for genre, _ in counts.most_common(1)])


def _title(tags: Tags) -> str | None:
    title = clean(tags.album)
    return None if title is None else _DISC_ENDING.sub("", title) or title


def _folder_of(track: Path) -> Path:
    folder = track.parent
    if _DISC_FOLDER.match(folder.name):
        return folder.parent
    return folder.with_name(_DISC_ENDING.sub("", folder.name) or folder.name) if folder.name else folder


def _folders(members: Sequence[Track]) -> list[Path]:
    """Where an album's art may be: above its discs, then with its tracks."""
    own = [track.path.parent for track in members]
    above = [folder.parent for folder in own if _DISC_FOLDER.match(folder.name)]
    return list(dict.fromkeys([*above, *own]))


def _commonest(values: Sequence[Value]) -> Value | None:
    counts = Counter(values)
    return counts.most_common(1)[0][0] if counts else None
