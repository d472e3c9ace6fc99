"""A music library: albums out of the tags of tracks, covers out of their folders or out of the tracks themselves."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from db.records import CoverFile, RejectedFile, fold
from indexer.images.audio import AUDIO_SUFFIXES
from indexer.images.audio.tags import read_tags
from indexer.sources.file_names import absolute, art_in, unusable
from indexer.sources.folder import entries
from indexer.sources.spelling import Spellings
from indexer.sources.track_albums import Track, TrackAlbum, albums_of
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import LabelSource, Rejection, Side


@dataclass(slots=True)
class MusicSource:
    """The covers of a library's albums, in the order of its folders.

    Every track is opened once, for its tags. An album without art is rejected, and so is a track whose tags cannot be
    read; the album's other tracks still speak for it.

    Attributes:
        root: the folder, or one track, as the user named it.
        spellings: what genres are called.
        label: whether the tags say the genre.
    """

    root: Path
    spellings: Spellings
    label: bool = True
    _found: list[TrackAlbum | RejectedFile] = field(default_factory=list, repr=False)

    def __iter__(self) -> Iterator[CoverFile | RejectedFile]:
        for item in self._read():
            if isinstance(item, RejectedFile):
                yield item
            else:
                yield from self._covers(item)

    def albums(self) -> list[TrackAlbum]:
        """The albums with their tracks."""
        return [item for item in self._read() if isinstance(item, TrackAlbum)]

    def art(self, album: TrackAlbum) -> dict[Side, Path]:
        """The paths of an album's covers, as the user named them: a file's, or one that goes on past a track's."""
        found: dict[Side, Path] = {}
        for side in Side:
            path = art_in(album.art_folders, side)
            track = album.track_with(side)
            if path is None and track is not None:
                path = track.path / side
            if path is not None:
                found[side] = path
        return found

    def _read(self) -> list[TrackAlbum | RejectedFile]:
        if not self._found:
            tracks = [_track(path) for path in music_files(self.root)]
            self._found += [track for track in tracks if isinstance(track, RejectedFile)]
            self._found += albums_of(track for track in tracks if isinstance(track, Track))
        return self._found

    def _covers(self, album: TrackAlbum) -> Iterator[CoverFile | RejectedFile]:
        art = self.art(album)
        if not art:
            alone = album.folder in album.art_folders
            file = album.folder if alone else album.tracks[0].path
            path = absolute(file)
            name = " by ".join(part for part in (album.title, album.artist) if part)
            yield unusable(path) or RejectedFile(str(file), str(path), Rejection.NO_ART, name or "and no name")
        for side, path in art.items():
            located = absolute(path)
            yield unusable(located) or CoverFile(
                file=str(path),
                path=located,
                label_source=LabelSource.TAGS,
                genres=self.spellings.genres(album.genres) if self.label else (),
                artist=album.artist,
                title=album.title,
                year=album.year,
                side=side,
                group=f"{absolute(album.folder)}/{fold(album.title or '')}",
                extra=album.musicbrainz,
            )


def music_files(root: Path) -> Iterator[Path]:
    """The music files below a folder, by name, a folder's own before those below it; or the one file that it is."""
    if not root.is_dir():
        yield root
        return
    found = entries(root)
    for entry in found:
        path = Path(entry.path)
        if not entry.is_dir() and path.suffix.lower() in AUDIO_SUFFIXES:
            yield path
    for entry in found:
        if entry.is_dir():
            yield from music_files(Path(entry.path))


def _track(path: Path) -> Track | RejectedFile:
    located = absolute(path)
    refused = unusable(located)
    if refused is not None:
        return refused
    try:
        return Track(path, read_tags(path))
    except FileRejectedError as error:
        return RejectedFile(str(path), str(located), error.reason, error.detail)
