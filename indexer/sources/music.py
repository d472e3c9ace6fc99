"""A music library: albums out of the tags of tracks, covers out of their folders or out of the tracks themselves."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from db.records import Candidate, CoverFile, Found, Guess, Offered, OtherFiles, RejectedFile, fold
from indexer.images.audio.tags import read_tags
from indexer.sources.cover_art import CoverArt, Listing
from indexer.sources.file_names import absolute, unusable
from indexer.sources.other_files import MUSIC, PICTURES, TRACKS, kind_of_file
from indexer.sources.spelling import Spellings
from indexer.sources.tag_encoding import respelled
from indexer.sources.track_albums import Track, TrackAlbum, albums_of
from indexer.sources.walking import Walk, all_below
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import LabelSource, Rejection, Side

_SHOWN_GUESSES = 5

_FILES_TRIED, TRACKS_TRIED = 5, 3
"""Files next to an album, and tracks of it, that are tried before it counts as one without a cover."""


@dataclass(slots=True)
class MusicSource:
    """The covers of a library's albums, in the order of its folders.

    Every track is opened once, for its tags. An album without art is rejected, and so is a track whose tags cannot be
    read; the album's other tracks still speak for it.

    Attributes:
        root: the folder, or one track, as the user named it.
        spellings: what genres are called.
        label: whether the tags say the genre.
        encoding: of tags that say they are Latin-1; None to find out.
    """

    root: Path
    spellings: Spellings
    label: bool = True
    encoding: str | None = None
    _albums: list[TrackAlbum] | None = field(default=None, repr=False)
    _left: list[OtherFiles | RejectedFile] = field(default_factory=list, repr=False)
    _pictures: list[Path] = field(default_factory=list, repr=False)
    _guessed: list[Guess] = field(default_factory=list, repr=False)
    _listing: Listing = field(default_factory=Listing, repr=False)

    def __iter__(self) -> Iterator[Found]:
        albums, used = self.albums(), set()
        yield from self._left
        for album in albums:
            for item in self._covers(album):
                if isinstance(item, CoverFile):
                    used |= {item.path, item.path.parent}
                else:
                    used.add(absolute(album.tracks[0].path))
                yield item
        # A file is counted once: as the cover that it is or holds, as the album without one, or else by its kind.
        tracks = (absolute(track.path) for album in albums for track in album.tracks)
        yield from (OtherFiles(str(path.parent), TRACKS) for path in tracks if path not in used)
        pictures = map(absolute, self._pictures)
        yield from (OtherFiles(str(path.parent), PICTURES) for path in pictures if path not in used)
        yield from self._guessed
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
            spelled, self._guessed = respelled((track for track in tracks if isinstance(track, Track)), self.encoding)
            self._albums = albums_of(spelled)
        return self._albums

    def rejected(self) -> list[RejectedFile]:
        """The tracks and folders that cannot be read."""
        self.albums()
        return [left for left in self._left if isinstance(left, RejectedFile)]

    def art(self, album: TrackAlbum) -> dict[Side, list[Path]]:
        """What can show each side of an album; see ``art_of``."""
        return art_of(album, self._listing)

    def around(self, album: TrackAlbum) -> CoverArt:
        """The pictures around an album; see ``art_around``."""
        return art_around(album, self._listing)

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
        # Of untitled albums in one folder the pictures differ.
        name = fold(album.title or album.tracks[0].tags.picture or "")
        for side, (path, *more) in art.items():
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
                group=f"{absolute(album.folder)}/{name}",
                extra=album.musicbrainz,
                instead=tuple(map(candidate, more)),
            )


def art_around(album: TrackAlbum, listing: Listing) -> CoverArt:
    """The pictures around an album."""
    return CoverArt(listing, album.art_folders, [name for name in (album.title, album.artist) if name])


def art_of(album: TrackAlbum, listing: Listing) -> dict[Side, list[Path]]:
    """What can show each side of an album, the best first: paths of files, or such as go on past a track's."""
    around = art_around(album, listing)
    found: dict[Side, list[Path]] = {}
    for side in Side:
        inside = [track.path / side for track in album.tracks_with(side)[:TRACKS_TRIED]]
        paths = [*around.named(side)[:_FILES_TRIED], *inside]
        if side is Side.FRONT:
            paths += around.only()
        taken = {path for paths in found.values() for path in paths}
        if paths := [path for path in dict.fromkeys(paths) if path not in taken]:
            found[side] = paths
    return found


def candidate(path: Path) -> Candidate:
    """A file that could be a cover, or a picture in a track."""
    return Candidate(str(path), absolute(path), TRACKS if path.name in set(Side) else PICTURES)


def _track(path: Path) -> Track | RejectedFile:
    located = absolute(path)
    refused = unusable(located)
    if refused is not None:
        return refused
    try:
        return Track(path, read_tags(path))
    except FileRejectedError as error:
        return RejectedFile(str(path), str(located), error.reason, error.detail)
