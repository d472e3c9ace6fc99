"""The albums of another program's library as covers, or as albums without one."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from db.records import CoverFile, Found, ListRow, OtherFiles, fold
from indexer.images.audio import AUDIO_SUFFIXES
from indexer.images.audio.tags import read_tags
from indexer.sources.cover_art import Listing
from indexer.sources.file_names import absolute, unusable
from indexer.sources.libraries import apple, beets, rekordbox
from indexer.sources.libraries.records import LeftOutTracks, LibraryAlbum, Reader
from indexer.sources.music import TRACKS_TRIED, art_of, candidate
from indexer.sources.spelling import Spellings
from indexer.sources.track_albums import Track
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import LabelSource, ListName, Side

WITHOUT_ALBUM = "tracks without an album"
WITHOUT_NAMES = "albums without artist or title"

_HEAD_BYTES = 4096

_READERS: Mapping[str, Reader] = {"beets": beets.albums, "apple": apple.albums, "rekordbox": rekordbox.albums}


def kind_of_library(path: Path) -> str | None:
    """Which program's library a file is, by what is in it; None if it is none."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError:
        return None
    if head.startswith(beets.MAGIC):
        return "beets"
    text = head.decode("utf-16" if head[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8", errors="replace").lstrip(
        "\ufeff \r\n\t"
    )
    if not text.startswith("<"):
        return None
    return next((kind for mark, kind in (("<plist", "apple"), ("<DJ_PLAYLISTS", "rekordbox")) if mark in text), None)


@dataclass(frozen=True, slots=True)
class LibrarySource:
    """What a library says of its albums, in its order.

    An album whose picture is on this machine is a cover: the picture that the library names, else one next to its music
    files or in them. Others are albums without a cover.

    Attributes:
        path: the library, as the user named it.
        kind: of ``kind_of_library``.
        label: whether the library says the genres.
        name: the list that its albums are on.
    """

    path: Path
    kind: str
    spellings: Spellings
    label: bool = True
    name: ListName | None = None
    _listing: Listing = field(default_factory=Listing, repr=False)

    @property
    def place(self) -> Path:
        """Where everything is that it offers."""
        return absolute(self.path)

    def __iter__(self) -> Iterator[Found]:
        seen: Counter[str] = Counter()
        number = 0
        for found in _READERS[self.kind](self.path):
            if isinstance(found, LeftOutTracks):
                yield OtherFiles(str(self.place), WITHOUT_ALBUM, found.count)
                continue
            key = _key(found)
            seen[key] += 1
            number += 1
            yield from self._offer(found, f"{key} #{seen[key]}" if seen[key] > 1 else key, number)

    def _offer(self, found: LibraryAlbum, key: str, number: int) -> Iterator[Found]:
        art = self._art(found)
        genres = self.spellings.genres(found.album.genres) if self.label else ()
        for side, (path, *more) in art.items():
            located = absolute(path)
            yield unusable(located) or CoverFile(
                file=str(path),
                path=located,
                label_source=LabelSource.LIBRARY,
                genres=genres,
                artist=found.album.artist,
                title=found.album.title,
                year=found.album.year,
                side=side,
                group=f"{self.place}:{key}",
                extra=_extra(found),
                lists=(self.name,) if self.name else (),
                instead=tuple(map(candidate, more)),
            )
        if art:
            return
        artist, title = found.album.artist, found.album.title
        if artist is None or title is None:
            yield OtherFiles(str(self.place), WITHOUT_NAMES)
            return
        yield ListRow(
            file=f"{self.path}:{number}",
            place=str(self.place),
            path=f"{self.place}:{key}",
            position=number,
            name=self.name,
            lists=(self.name,) if self.name else (),
            artist=artist,
            title=title,
            year=found.album.year,
            genres=genres,
            pressing=found.pressing,
            extra=found.ids,
            cells=_cells(found),
        )

    def _art(self, found: LibraryAlbum) -> dict[Side, list[Path]]:
        """What can show each side, the best first; only what is there."""
        tracks = [_with_pictures(track) for track in found.album.tracks if _is_music(track.path)][:TRACKS_TRIED]
        art = art_of(replace(found.album, tracks=tuple(tracks)), self._listing)
        if found.art is not None and found.art.is_file():
            art = {Side.FRONT: [found.art, *(path for path in art.get(Side.FRONT, []) if path != found.art)]}
        return art


def _is_music(path: Path) -> bool:
    try:
        return path.suffix.lower() in AUDIO_SUFFIXES and path.is_file()
    except (OSError, ValueError):
        return False


def _with_pictures(track: Track) -> Track:
    """A track with the pictures that its file has; a file that cannot be read has none."""
    try:
        return Track(track.path, read_tags(track.path))
    except FileRejectedError:
        return track


def _extra(found: LibraryAlbum) -> dict[str, str]:
    pressing = found.pressing
    said = {"label": pressing.label, "catalogue number": pressing.catalogue_number, "format": pressing.format}
    return {**{name: text for name, text in said.items() if text}, **found.ids}


def _cells(found: LibraryAlbum) -> dict[str, str]:
    said = {
        "artist": found.album.artist,
        "album": found.album.title,
        "year": str(found.album.year or ""),
        "genre": "; ".join(found.album.genres),
    }
    return {name: text for name, text in {**said, **_extra(found)}.items() if text}


def _key(found: LibraryAlbum) -> str:
    """What names an album in its library, also when the library is sorted or numbered differently."""
    said: Sequence[str | None] = (found.album.artist, found.album.title, *found.ids.values())
    return "album " + sha256("\x1f".join(fold(part or "") for part in said).encode()).hexdigest()[:16]
