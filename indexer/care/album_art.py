"""An album of a music library → the pictures that it has for its front, in files and inside its tracks."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from indexer.artwork import Sketch, sketch
from indexer.images.decoding import decode, read, size_px
from indexer.sources.file_names import absolute
from indexer.sources.music import MusicSource
from indexer.sources.track_albums import Track, TrackAlbum
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import ContentHash, Side

MAX_INSIDE = 20
"""Different pictures inside the tracks of one album that are looked at."""


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """A picture.

    Attributes:
        path: absolute; of a file, or past the first track that holds it.
        tracks: those that hold it, absolute; none for a file.
        content_hash: empty if it cannot be read.
        size_px: width and height; None if it cannot be used.
        sketch: what it is compared by; None if it cannot be used.
        fault: why it cannot be used; empty if it can.
        url: of a picture that was fetched.
    """

    path: Path
    tracks: tuple[Path, ...]
    content_hash: ContentHash
    size_px: tuple[int, int] | None
    sketch: Sketch | None
    fault: str = ""
    url: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class AlbumArt:
    """What an album has for its front.

    Attributes:
        folder: where its cover file belongs, absolute; None if it shares all of its folders with other albums.
        files: pictures by the names of covers, the best first; those in its own folders before those in others.
        own_files: how many of them are in its own folders.
        inside: pictures inside its tracks, that of most tracks first.
        bare: the tracks without one, absolute.
    """

    album: TrackAlbum
    folder: Path | None
    files: tuple[Shown, ...]
    own_files: int
    inside: tuple[Shown, ...]
    bare: tuple[Path, ...]

    @property
    def pictures(self) -> tuple[Shown, ...]:
        """All of them, the best first."""
        return (*self.files, *self.inside)

    @property
    def front(self) -> Shown | None:
        """The first that can be used."""
        return next((shown for shown in self.pictures if shown.sketch is not None), None)


def look(library: MusicSource, album: TrackAlbum) -> AlbumArt:
    """Look at what an album has for its front."""
    paths = [path for path in library.art(album).get(Side.FRONT, ()) if path.name != Side.FRONT]
    own = [path for path in paths if path.parent in album.art_folders]
    files = [*own, *(path for path in paths if path not in own)]
    return AlbumArt(
        album,
        absolute(album.art_folders[0]) if album.art_folders else None,
        tuple(picture_at(absolute(path)) for path in files),
        len(own),
        tuple(_inside(album.tracks)),
        tuple(absolute(track.path) for track in album.tracks if track.tags.picture is None),
    )


def picture_at(path: Path, tracks: Sequence[Path] = ()) -> Shown:
    """Look at a picture, given by the absolute path of its file, or past the file that holds it."""
    content_hash = ContentHash("")
    try:
        data = read(path)
        content_hash = ContentHash(sha256(data).hexdigest())
        return Shown(path, tuple(tracks), content_hash, size_px(data), sketch(decode(data)))
    except FileRejectedError as error:
        return Shown(path, tuple(tracks), content_hash, None, None, str(error))


def _inside(tracks: Sequence[Track]) -> list[Shown]:
    by_picture: dict[str, list[Path]] = {}
    for track in tracks:
        if track.tags.picture is not None:
            by_picture.setdefault(track.tags.picture, []).append(absolute(track.path))
    groups = sorted(by_picture.values(), key=len, reverse=True)[:MAX_INSIDE]
    return [picture_at(group[0] / Side.FRONT, group) for group in groups]
