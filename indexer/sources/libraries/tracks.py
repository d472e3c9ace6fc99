"""Tracks that a library lists → albums, by the rules of a music library's tags."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit
from urllib.request import url2pathname

from db.records import Pressing
from indexer.sources.libraries.records import MAX_TRACKS, LeftOutTracks, LibraryAlbum, LibraryTrack
from indexer.sources.names import clean
from indexer.sources.track_albums import Track, albums_of
from sleeve.errors import SourceError


def albums_of_tracks(path: Path, tracks: Iterable[LibraryTrack]) -> Iterator[LibraryAlbum | LeftOutTracks]:
    """The albums of a library's tracks.

    Args:
        path: of the library.

    Raises:
        SourceError: there are too many tracks.
    """
    kept: list[Track] = []
    labels: dict[Path, str] = {}
    left_out = 0
    for number, track in enumerate(tracks, 1):
        if number > MAX_TRACKS:
            raise SourceError(f"{path} has more than {MAX_TRACKS:,} tracks, which are too many")
        if track.tags.album is None:
            left_out += 1
            continue
        kept.append(Track(track.path, track.tags))
        if label := clean(track.label):
            labels[track.path] = label
    if left_out:
        yield LeftOutTracks(left_out)
    for album in albums_of(kept):
        label = next((labels[track.path] for track in album.tracks if track.path in labels), None)
        yield LibraryAlbum(album, pressing=Pressing(label=label))


def path_of(location: str | None) -> Path | None:
    """The file of a ``file:`` URL on this machine; None if it is on another, or is none."""
    try:
        parts = urlsplit(location or "")
        if parts.scheme != "file" or parts.netloc.lower() not in {"", "localhost"}:
            return None
        # Not every URL is UTF-8 inside: a name is what its bytes say.
        unquote_to_bytes(parts.path).decode()
        found = Path(url2pathname(parts.path))
    except ValueError:
        return None
    return found if found.is_absolute() and "\0" not in str(found) else None


def no_file(library: Path, *names: str | None) -> Path:
    """A path for a track without a file, which it shares with no track but those of its album."""
    return library.joinpath(*((name or "?").replace("/", "_").replace("\0", "_")[:100] for name in names))
