"""``sleeve similar --playlist out.m3u8``: the tracks of some albums as a playlist."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from db import albums
from indexer.files import replacing
from indexer.home import Home
from indexer.progress import Progress
from sleeve.errors import NotFoundError, OutputError
from sleeve.vocabulary import AlbumId


@dataclass(frozen=True, slots=True)
class Playlist:
    """How many tracks of how many albums are in a playlist, and how many albums have none.

    Attributes:
        unwritable: tracks that are not in it, because their names have line breaks.
    """

    tracks: int
    albums: int
    left_out: int
    unwritable: int = 0


def write_playlist(home: Home, progress: Progress, album_ids: Sequence[AlbumId], file: Path) -> Playlist:
    """Write the music files of albums, in this order, into a new M3U playlist in UTF-8 with absolute paths.

    Albums whose covers are not of music files on this machine are left out.

    Raises:
        NotFoundError: no album has music files here, or none that can be named; nothing is written.
        OutputError: the file exists already, or cannot be written.
    """
    # The tag library is slow to import, and only playlists need it.
    from indexer.sources.album_tracks import tracks_of

    if file.exists():
        raise OutputError(f"{file} is there already; name another file")
    with home.database.reading() as session:
        found = albums.of_ids(session, album_ids)
    progress.start("Looking for tracks", len(album_ids))
    tracks: dict[AlbumId, list[Path]] = {}
    for album_id in album_ids:
        looked_at = (tracks_of(cover.path) for cover in found[album_id].covers)
        tracks[album_id] = next(filter(None, looked_at), [])
        progress.advance(1)
    every = [path for of_album in tracks.values() for path in of_album]
    lines = [str(path) for path in every if _can_be_a_line(path)]
    if not every:
        raise NotFoundError("none of these albums has music files here, so there is no playlist to write")
    if not lines:
        raise NotFoundError(f"the names of their tracks ({len(every)}) have line breaks, so no playlist can hold them")
    try:
        with replacing(file) as fresh:
            fresh.write_text("\n".join(["#EXTM3U", *lines, ""]), encoding="utf-8", newline="\n")
    except OSError as error:
        raise OutputError(f"{file} cannot be written: {error.strerror}") from error
    filled = sum(any(map(_can_be_a_line, of_album)) for of_album in tracks.values())
    return Playlist(len(lines), filled, len(tracks) - filled, len(every) - len(lines))


def _can_be_a_line(path: Path) -> bool:
    return len(str(path).splitlines()) == 1
