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

_OWNERS_SHARE = 4 / 5
"""A folder's pictures are of the album that has this share of its tracks; other albums are strays."""

_GENRE_SHARE = 1 / 3
"""A genre counts if this share of the tracks that have one are of it: one odd track does not label an album."""

_DISC = r"(?:cd|dis[ck]|disque|диск)[\s._#-]*\d{1,2}"
_DISC_FOLDER = re.compile(
    r"^(?:cd|dis[ck]|disque|disco|dysk|płyta|schijf|skiva|scheibe|диск|ディスク|碟|lp|vinyl)"
    r"[\s._#-]*(?:\d{1,2}|one|two|three|four|i{1,3}|iv)(?!\w)",
    re.IGNORECASE,
)
_PART_FOLDER = re.compile(
    r"^(?:flac|alac|mp3|m4a|aac|ogg|wav|bonus(?:[\s_-]+(?:tracks?|dis[ck]|cd))?)"
    r"(?:[\s_.()-]|\d+|v\d|kbps|kbit|k?hz|bit)*$",
    re.IGNORECASE,
)
"""Folders in an album's that are called by their format ("FLAC 24-96"), or hold its bonus tracks."""

_DISC_ENDING = re.compile(
    rf"[\s,:._-]*(?:\(\s*{_DISC}[^()]*\)|\[\s*{_DISC}[^\[\]]*\]|[\s,:._-]{_DISC})\s*$", re.IGNORECASE
)
_SEVERAL = 2
_TITLE, _ARTIST = 1, 2
"""Parts of a group's key, behind its folder."""

Key = tuple[Path, str, str, str]
"""The folder, title, artist and, without a title, picture that tracks of one album share."""

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
        art_folders: where its art may be, the first choice first: folders that it shares with no more than a stray
            track of another album.
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

    def tracks_with(self, side: Side) -> list[Track]:
        """The tracks that have a picture of this side."""
        return [track for track in self.tracks if side in track.tags.sides]


def albums_of(tracks: Iterable[Track]) -> list[TrackAlbum]:
    """The albums of a library, in the order of their first tracks.

    Tracks are of one album when folder, title and album artist agree; those without a title also need the same picture,
    so that singles stay apart. The folders of discs (``CD1``, ``Disc 2``, ``Name (Disc 2)``) count as one, and so do
    titles that end in a disc's number, and folders next to each other whose tags say that they are discs. Tracks
    without an album artist, or without a title, belong to the one album of their folder if there is only one.
    """
    groups: dict[Key, list[Track]] = defaultdict(list)
    for track in tracks:
        title, artist = (fold(name or "") for name in (_title(track.tags), track.tags.album_artist))
        # Without a title, the picture tells a single from the others.
        groups[_folder_of(track.path), title, artist, "" if title else track.tags.picture or ""].append(track)
    whole = _joined(groups)
    tracks_in = Counter(folder for members in whole for track in members for folder in _folders([track]))
    for members in whole:
        above = _above_all(members)
        if above is not None:
            tracks_in[above] = sum(above in track.path.parents for others in whole for track in others)
    return [_album(members, tracks_in) for members in whole]


def _joined(groups: Mapping[Key, list[Track]]) -> list[list[Track]]:
    """The groups, with those that lack a name joined to the one that has it, if there is just one."""
    joined = {key: list(members) for key, members in groups.items()}
    for part in (_ARTIST, _TITLE):
        for key in [key for key in joined if not key[part]]:
            named = [other for other in joined if other != key and other[:part] == key[:part] and other[part]]
            if len(named) == 1 and (key[_TITLE] or _may_share(joined[key], joined[named[0]])):
                joined[named[0]] += joined.pop(key)
    _join_discs(joined)
    return sorted((sorted(members, key=lambda track: track.path) for members in joined.values()), key=_first_path)


def _join_discs(groups: dict[Key, list[Track]]) -> None:
    """Join folders of one title and artist whose tracks are all numbered as other discs, next to or in each other."""
    by_names: dict[tuple[str, str], list[Key]] = defaultdict(list)
    for key in sorted(key for key in groups if key[_TITLE] and _discs(groups[key])):
        folder, title, artist, _ = key
        for first in by_names[title, artist]:
            is_near = first[0] in {folder.parent, folder} or first[0].parent == folder.parent
            if is_near and not _discs(groups[first]) & _discs(groups[key]):
                groups[first] += groups.pop(key)
                break
        else:
            by_names[title, artist].append(key)


def _discs(tracks: Sequence[Track]) -> set[int]:
    """The numbers of the discs of these tracks; none if one of them does not say it."""
    numbers = [re.match(r"\D*(\d{1,3})", track.tags.disc or "") for track in tracks]
    return {int(number[1]) for number in numbers if number} if all(numbers) else set()


def _may_share(tracks: Sequence[Track], album: Sequence[Track]) -> bool:
    """Whether no picture of these tracks says that they are not of the album."""
    theirs, its = ({track.tags.picture for track in some} - {None} for some in (tracks, album))
    return not theirs or not its or bool(theirs & its)


def _first_path(members: Sequence[Track]) -> Path:
    return members[0].path


def _album(members: Sequence[Track], tracks_in: Counter[Path]) -> TrackAlbum:
    titles = [title for track in members if (title := _title(track.tags))]
    ids: dict[str, str] = {}
    for track in members:
        ids = {**track.tags.musicbrainz, **ids}
    own = Counter(folder for track in members for folder in _folders([track]))
    above = _above_all(members)
    if above is not None:
        own[above] = len(members)
    is_single = not titles and len(members) == 1 and members[0].tags.picture
    return TrackAlbum(
        folder=_folder_of(members[0].path),
        art_folders=tuple(folder for folder in _folders(members) if own[folder] >= _OWNERS_SHARE * tracks_in[folder]),
        tracks=tuple(members),
        title=clean(members[0].tags.title) if is_single else _commonest(titles),
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
    artists = [artist for one in tags if (artist := clean(without_guests(one.artist or "")))]
    counts = Counter(fold(artist) for artist in artists)
    if not counts:
        return None
    name, times = counts.most_common(1)[0]
    if times * 2 <= len(artists) and len(counts) > 1:
        return VARIOUS_ARTISTS
    return next(artist for artist in artists if fold(artist) == name)


def without_guests(artist: str) -> str:
    """An artist without those who are featured on a track."""
    return _GUEST.sub("", artist)


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
    if _is_inner(folder):
        return folder.parent
    return folder.with_name(_DISC_ENDING.sub("", folder.name) or folder.name) if folder.name else folder


def _is_inner(folder: Path) -> bool:
    """Whether a folder's name says that the album's folder is around it."""
    return bool(_DISC_FOLDER.match(folder.name) or _PART_FOLDER.match(folder.name))


def _folders(members: Sequence[Track]) -> list[Path]:
    """Where an album's art may be: above its discs, then with its tracks."""
    own = [track.path.parent for track in members]
    above = [folder.parent for folder in own if _is_inner(folder)]
    around = _above_all(members)
    return list(dict.fromkeys([*above, *([around] if around else []), *own]))


def _above_all(members: Sequence[Track]) -> Path | None:
    """The folder around the folders of an album's discs, if they are called by what is on them and not by its title:
    "Studio" and "Live" are in the album's folder, "Title (Live)" is in the artist's."""
    folders = {track.path.parent for track in members}
    around = {folder.parent for folder in folders}
    title = fold(_title(members[0].tags) or "")
    names = [folder.name for folder in folders]
    if len(folders) < _SEVERAL or len(around) > 1 or any(title in fold(name) for name in names):
        return None
    if any(map(_is_inner, folders)):
        return None
    return around.pop()


def _commonest(values: Sequence[Value]) -> Value | None:
    counts = Counter(values)
    return counts.most_common(1)[0][0] if counts else None
