"""Which files next to an album's tracks show its cover, the best first."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePosixPath

from db.records import fold
from indexer.images.archive import ARCHIVE_SUFFIXES, contents
from indexer.sources.file_names import IMAGE_SUFFIXES
from indexer.sources.other_files import ignored_as
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import Side

_EXACT_NAMES = {Side.FRONT: ("cover", "folder", "front", "album", "albumart", "artwork"), Side.BACK: ("back",)}
"""Names of files without their endings, in any case, the likeliest first."""

_WORDS = {
    Side.FRONT: ("front", "frontcover", "cover", "coverart", "folder", "albumart"),
    Side.BACK: ("back", "backcover", "rear"),
}
"""Words within longer names, the likeliest first."""

_NO_FRONT = frozenset({*_WORDS[Side.BACK], "inside", "inner"})
_NO_BACK = frozenset({"front", "inside", "inner", "cd", "disc", "disk"})
_OTHER_PARTS = _NO_FRONT | frozenset(
    {
        *("inlay", "tray", "spine", "obi", "matrix", "booklet", "poster", "cd", "cds", "disc", "disk", "vinyl"),
        *("label", "media", "artist", "band", "small", "thumb", "logo"),
    }
)
"""Words of pictures that show something else than the front; the front of a booklet is the front, though."""

_ART_FOLDERS = frozenset(
    {
        *(
            "scans",
            "scan",
            "artwork",
            "artworks",
            "art",
            "albumart",
            "covers",
            "cover",
            "coverart",
            "images",
            "pictures",
        ),
        *("front", "booklet", "booklets"),
    }
)
"""Words, one of which is in the name of a folder that usually holds scans and art."""

_ANY_FOLDERS = frozenset(
    {*_ART_FOLDERS, *("album", "cd", "lp", "back", "and", "hq", "dpi", "png", "jpg", "jpeg", "tiff")}
)
"""Words of which all of such a name is made: "Scans (600 dpi)", but not "Cover Songs"."""

_MAX_MEMBERS = 200
"""Of an archive next to an album that are looked at."""

_NO_LETTERS = re.compile(r"[\W\d_]+")


@dataclass(slots=True)
class Listing:
    """The pictures, the folders and the archives in each folder, by name; each is read once."""

    _read: dict[Path, tuple[list[Path], list[Path], list[Path]]] = field(default_factory=dict)

    def pictures(self, folder: Path) -> list[Path]:
        """The files that are pictures by their endings."""
        return self._of(folder)[0]

    def art_folders(self, folder: Path) -> list[Path]:
        """The folders in a folder that usually hold scans and art."""
        words = {below: _words_of(fold(below.name)) for below in self._of(folder)[1]}
        return [below for below, said in words.items() if said & _ART_FOLDERS and said <= _ANY_FOLDERS]

    def archives(self, folder: Path) -> list[Path]:
        """The archives that can be read in place."""
        return self._of(folder)[2]

    def _of(self, folder: Path) -> tuple[list[Path], list[Path], list[Path]]:
        if folder not in self._read:
            self._read[folder] = _list(folder)
        return self._read[folder]


def _list(folder: Path) -> tuple[list[Path], list[Path], list[Path]]:
    pictures: list[Path] = []
    folders: list[Path] = []
    archives: list[Path] = []
    try:
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                path = Path(entry.path)
                if ignored_as(entry.name):
                    continue
                if entry.is_dir():
                    folders.append(path)
                elif path.suffix.lower() in IMAGE_SUFFIXES and entry.is_file():
                    pictures.append(path)
                elif path.suffix.lower() in ARCHIVE_SUFFIXES and entry.is_file():
                    archives.append(path)
    except OSError:
        return [], [], []
    return pictures, folders, archives


@dataclass(frozen=True, slots=True)
class CoverArt:
    """The pictures around one album.

    Attributes:
        folders: where its art may be, the first choice first.
        names: of the album: a picture may be called by them, and their words say nothing of what it shows.
    """

    listing: Listing
    folders: Sequence[Path]
    names: Sequence[str]

    def named(self, side: Side) -> list[Path]:
        """Those that show a side by an exact name, by a word in it, or by the album's name; then in usual folders."""
        found = [path for folders in (self.folders, self._usual()) for path in self._named(folders, side)]
        return list(dict.fromkeys(found))

    def near(self) -> list[Path]:
        """All of them, in its folders and in usual folders below, then in the archives there, as paths past those.

        Of an archive that cannot be read there are none.
        """
        folders = [*self.folders, *self._usual()]
        found = [path for folder in folders for path in self.listing.pictures(folder)]
        for archive in (archive for folder in folders for archive in self.listing.archives(folder)):
            with suppress(FileRejectedError):
                names = islice(contents(archive).members, _MAX_MEMBERS)
                found += [archive / name for name in names if PurePosixPath(name).suffix.lower() in IMAGE_SUFFIXES]
        return list(dict.fromkeys(found))

    def only(self) -> list[Path]:
        """The one that is alone in a folder, or in a usual folder below, not counting backs and the like."""
        for folder in (*self.folders, *self._usual()):
            fronts = [path for path in self.listing.pictures(folder) if not self._words(path) & _OTHER_PARTS]
            if len(fronts) == 1:
                return fronts
        return []

    def _named(self, folders: Sequence[Path], side: Side) -> Iterator[Path]:
        pictures = [path for folder in folders for path in self.listing.pictures(folder)]
        for folder in folders:
            for name in _EXACT_NAMES[side]:
                yield from (path for path in self.listing.pictures(folder) if fold(path.stem) == name)
        for word in _WORDS[side]:
            yield from (path for path in pictures if word in self._words(path) and self._shows(path, side))
        if side is Side.FRONT:
            yield from (path for path in pictures if _words_of(fold(path.stem)) and not self._words(path))

    def _shows(self, path: Path, side: Side) -> bool:
        words = self._words(path)
        if side is Side.BACK:
            return not words & _NO_BACK
        return not words & (_NO_FRONT if "front" in words else _OTHER_PARTS)

    def _words(self, path: Path) -> set[str]:
        """The words of a file's name but for those of the album's names."""
        stem = fold(path.stem)
        for name in sorted(map(fold, self.names), key=len, reverse=True):
            stem = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", " ", stem)
        return _words_of(stem)

    def _usual(self) -> list[Path]:
        return [below for folder in self.folders for below in self.listing.art_folders(folder)]


def _words_of(text: str) -> set[str]:
    return set(_NO_LETTERS.split(text)) - {""}
