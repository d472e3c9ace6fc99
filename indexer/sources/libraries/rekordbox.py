"""The XML that rekordbox exports: a collection of tracks, each with its facts as attributes."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from indexer.images.audio.tags import Tags
from indexer.sources.libraries.elements import End, elements
from indexer.sources.libraries.records import LeftOutTracks, LibraryAlbum, LibraryTrack
from indexer.sources.libraries.tracks import albums_of_tracks, no_file, path_of

_OF_TRACK = 3
"""How deep a track is: ``DJ_PLAYLISTS/COLLECTION/TRACK``. Playlists name tracks too, further down."""


def albums(path: Path) -> Iterator[LibraryAlbum | LeftOutTracks]:
    """The albums of a collection; see ``Reader``."""
    return albums_of_tracks(path, (_track(path, said) for said in _tracks(path)))


def _tracks(path: Path) -> Iterator[Mapping[str, str]]:
    inside = False
    for element in elements(path):
        if element.name == "COLLECTION":
            inside = not isinstance(element, End)
        elif inside and element.name == "TRACK" and element.depth == _OF_TRACK and not isinstance(element, End):
            yield element.attributes


def _track(path: Path, said: Mapping[str, str]) -> LibraryTrack:
    file = path_of(said.get("Location"))
    tags = Tags(
        album=said.get("Album") or None,
        artist=said.get("Artist"),
        dates=tuple(filter(None, [said.get("Year")])),
        genres=tuple(filter(None, [said.get("Genre")])),
        title=said.get("Name"),
        disc=said.get("DiscNumber"),
    )
    number = said.get("TrackID")
    return LibraryTrack(file or no_file(path, tags.artist, tags.album, number), tags, said.get("Label"))
