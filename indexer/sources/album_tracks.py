"""A cover → the music files of its album, found again by their tags."""

from pathlib import Path

from indexer.images.audio import AUDIO_SUFFIXES
from indexer.sources.file_names import absolute
from indexer.sources.music import MusicSource
from indexer.sources.spelling import Spellings
from indexer.sources.track_albums import TrackAlbum


def tracks_of(cover: Path) -> list[Path]:
    """The music files of the album whose picture this is, by path; none if it is no picture of music files.

    Args:
        cover: its absolute path: of a file next to the tracks, or past a track that holds it.
    """
    holder = cover.parent if cover.parent.suffix.lower() in AUDIO_SUFFIXES else cover
    album = _album_in(holder.parent, cover)
    if album is None:
        return []
    around = absolute(album.folder)
    if around != holder.parent and holder.parent not in around.parents:
        # The folder of one disc: the others are next to it.
        album = _album_in(around if around.is_dir() else around.parent, cover) or album
    return [absolute(track.path) for track in album.tracks]


def _album_in(folder: Path, cover: Path) -> TrackAlbum | None:
    """The album below a folder that has this picture."""
    if not folder.is_dir():
        return None
    source = MusicSource(folder, Spellings({}), label=False)
    for album in source.albums():
        if any(absolute(path) == cover for paths in source.art(album).values() for path in paths):
            return album
    return None
