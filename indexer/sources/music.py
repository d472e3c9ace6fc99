"""A music library: albums out of the tags of tracks, covers out of their folders or out of the tracks themselves."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from db.records import CoverFile, Found, Guess, Offered, OtherFiles, RejectedFile, fold
from indexer.images.audio.tags import read_tags
from indexer.sources.file_names import absolute, art_in, unusable
from indexer.sources.other_files import MUSIC, PICTURES, TRACKS, kind_of_file
from indexer.sources.spelling import Spellings
from indexer.sources.track_albums import Track, TrackAlbum, albums_of
from indexer.sources.walking import Walk, all_below
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import LabelSource, Rejection, Side

_SHOWN_GUESSES = 5


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
    _albums: list[TrackAlbum] | None = field(default=None, repr=False)
    _left: list[OtherFiles | RejectedFile] = field(default_factory=list, repr=False)
    _pictures: list[Path] = field(default_factory=list, repr=False)

    def __iter__(self) -> Iterator[Found]:
        albums, used = self.albums(), set()
        yield from self._left
        for album in albums:
            for item in self._covers(album):
                if isinstance(item, CoverFile):
                    used |= {item.path, item.path.parent}
                yield item
        # A file is counted once: as the cover that it is or holds, or else by its kind.
        tracks = (absolute(track.path) for album in albums for track in album.tracks)
        yield from (OtherFiles(str(path.parent), TRACKS) for path in tracks if path not in used)
        pictures = map(absolute, self._pictures)
        yield from (OtherFiles(str(path.parent), PICTURES) for path in pictures if path not in used)
        if self.label:
            yield from self._guesses(albums)

    @property
    def place(self) -> Path:
        """Where everything is that it offers."""
        return absolute(self.root)

    def albums(self) -> list[TrackAlbum]:
        """The albums with their tracks."""
        if self._albums is None:
            tracks = [_track(path) for path in self._files()]
            self._left += [track for track in tracks if isinstance(track, RejectedFile)]
            self._albums = albums_of(track for track in tracks if isinstance(track, Track))
        return self._albums

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

    def _files(self) -> Iterator[Path]:
        """The music files, by name, a folder's own before those below it; what else there is, is kept."""
        if not self.root.is_dir():
            yield self.root
            return
        for contents in all_below(Walk(self.root), self.root):
            self._left += contents.left
            for path in contents.files:
                kind = kind_of_file(path)
                if kind == MUSIC:
                    yield path
                elif kind is None:
                    self._pictures.append(path)
                else:
                    self._left.append(OtherFiles(str(absolute(path.parent)), kind))

    def _guesses(self, albums: list[TrackAlbum]) -> Iterator[Guess]:
        written = self.spellings.guesses(genre for album in albums for genre in album.genres)
        for text in written[:_SHOWN_GUESSES]:
            meant = ", ".join(self.spellings.genres([text]))
            yield Guess(f"the genre {text} is read as {meant}; a line in genres.tsv says otherwise")
        if len(written) > _SHOWN_GUESSES:
            yield Guess(f"{len(written) - _SHOWN_GUESSES} more genres with a slash are read in the same way")

    def _covers(self, album: TrackAlbum) -> Iterator[Offered]:
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


def _track(path: Path) -> Track | RejectedFile:
    located = absolute(path)
    refused = unusable(located)
    if refused is not None:
        return refused
    try:
        return Track(path, read_tags(path))
    except FileRejectedError as error:
        return RejectedFile(str(path), str(located), error.reason, error.detail)
