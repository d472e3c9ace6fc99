"""``Library.xml`` as Apple's Music and iTunes export it: a property list with a dictionary of tracks."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from indexer.images.audio.tags import Tags
from indexer.sources.libraries.elements import Start, elements
from indexer.sources.libraries.records import LeftOutTracks, LibraryAlbum, LibraryTrack
from indexer.sources.libraries.tracks import albums_of_tracks, no_file, path_of
from indexer.sources.track_albums import without_guests

_OF_FILE, _OF_TRACKS, _OF_TRACK = 3, 4, 5
"""How deep the keys and values are: of the file (``Tracks``, ``Playlists``), of the tracks, of one track."""

_MAX_KEYS = 200

_NO_MUSIC = ("Movie", "TV Show", "Podcast", "Has Video", "Music Video")


def albums(path: Path) -> Iterator[LibraryAlbum | LeftOutTracks]:
    """The albums of a library; see ``Reader``."""
    return albums_of_tracks(path, (_track(path, said) for said in _tracks(path)))


def _tracks(path: Path) -> Iterator[Mapping[str, str]]:
    """What is said of each track, by key; ``true`` of what is said by the name of an element alone."""
    key = section = ""
    said: dict[str, str] = {}
    for element in elements(path):
        if isinstance(element, Start):
            continue
        if element.depth == _OF_FILE and element.name == "key":
            section = element.text
        elif section == "Tracks" and element.depth == _OF_TRACK and element.name == "key":
            key = element.text
        elif section == "Tracks" and element.depth == _OF_TRACK and len(said) < _MAX_KEYS:
            said[key] = element.name if element.name in {"true", "false"} else element.text
        elif section == "Tracks" and element.depth == _OF_TRACKS and element.name == "dict":
            yield said
            said = {}


def _track(path: Path, said: Mapping[str, str]) -> LibraryTrack:
    artist, is_compilation = said.get("Artist"), said.get("Compilation") == "true"
    # Without a compilation's mark, tracks of several artists are several albums of one name.
    by = said.get("Album Artist") or (None if is_compilation or artist is None else without_guests(artist))
    is_music = not any(said.get(key) == "true" for key in _NO_MUSIC)
    file = path_of(said.get("Location"))
    tags = Tags(
        album=(said.get("Album") or None) if is_music else None,
        artist=artist,
        album_artist=by,
        dates=tuple(filter(None, [said.get("Year")])),
        compilation=is_compilation,
        genres=tuple(filter(None, [said.get("Genre")])),
        title=said.get("Name"),
        disc=said.get("Disc Number"),
    )
    return LibraryTrack(file or no_file(path, by or "", tags.album, said.get("Track ID")), tags)
