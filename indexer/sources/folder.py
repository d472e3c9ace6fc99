"""A folder of covers: the first folder below it names the genre, however deep the file is."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from db.records import CoverFile, Found, Guess, Offered, OtherFiles
from indexer.images.archive import ARCHIVE_SUFFIXES
from indexer.sources.archive import ArchiveSource
from indexer.sources.file_names import absolute, like_back, sides_of, titles_like_backs, unusable
from indexer.sources.names import distinct
from indexer.sources.other_files import kind_of_file
from indexer.sources.spelling import genre_of_folder, is_genre
from indexer.sources.walking import Contents, Walk
from sleeve.vocabulary import LabelSource, Side


@dataclass(frozen=True, slots=True)
class FolderSource:
    """Every picture below a folder, or one file alone, in the order of names.

    Hidden files, those of systems (``Thumbs.db``) and of other kinds are counted and left. Files called ``… front``
    and ``… back`` in one folder are the two covers of one album. A zip or tar archive is looked into; one that is in
    ``root`` itself says its genres as it would alone. A folder that is alone in ``root`` and holds only folders is no
    genre, unless it is called like one.

    Attributes:
        root: the folder or file, as the user named it.
        label: whether the first folder below ``root`` (or ``root`` itself for files that are in it) is the genre.
        encoding: of names in archives that do not say theirs; None guesses it.
    """

    root: Path
    label: bool = True
    encoding: str | None = None

    def __iter__(self) -> Iterator[Found]:
        if not self.root.is_dir():
            yield self._offer(self.root, None, None)
            return
        walk = Walk(self.root)
        top, contents = self.root, _Sorted.of(walk.look(self.root))
        while self.label and (inner := _alone(contents, walk)):
            yield from contents.left
            top, contents = inner
            yield Guess(f"{top} is the only folder and holds only folders, so it is taken for no genre")
        flat = None if contents.folders else absolute(top).name
        yield from contents.left
        yield from self._offers(contents.pictures, flat)
        yield from self._archives(contents.archives, None)
        for folder in contents.folders:
            yield from self._below(walk, folder, folder.name)

    @property
    def place(self) -> Path:
        """Where everything is that it offers."""
        return absolute(self.root)

    def _below(self, walk: Walk, folder: Path, genre: str) -> Iterator[Found]:
        contents = _Sorted.of(walk.look(folder))
        yield from contents.left
        yield from self._offers(contents.pictures, genre)
        yield from self._archives(contents.archives, genre)
        for below in contents.folders:
            yield from self._below(walk, below, genre)

    def _offers(self, files: list[Path], genre: str | None) -> Iterator[Found]:
        stems = [path.stem for path in files]
        sided, titles = sides_of(stems), titles_like_backs(stems)
        for path in files:
            if path.stem in titles:
                yield Guess(like_back(path, titles[path.stem]))
            yield self._offer(path, genre, sided.get(path.stem))

    def _archives(self, files: list[Path], genre: str | None) -> Iterator[Found]:
        for path in files:
            yield from ArchiveSource(path, label=self.label, genre=genre, encoding=self.encoding)

    def _offer(self, path: Path, genre: str | None, pair: tuple[Side, str] | None) -> Offered:
        located = absolute(path)
        side, album = pair or (Side.FRONT, None)
        return unusable(located) or CoverFile(
            file=str(path),
            path=located,
            label_source=LabelSource.FOLDER,
            genres=distinct([genre_of_folder(genre)]) if self.label else (),
            side=side,
            group=None if album is None else f"{located.parent}/{album}",
        )


@dataclass(frozen=True, slots=True)
class _Sorted:
    """What is in a folder, by what becomes of it."""

    pictures: list[Path]
    archives: list[Path]
    folders: list[Path]
    left: list[Found]

    @classmethod
    def of(cls, contents: Contents) -> "_Sorted":
        found = cls([], [], contents.folders, [*contents.left])
        for path in contents.files:
            if path.suffix.lower() in ARCHIVE_SUFFIXES:
                found.archives.append(path)
            elif kind := kind_of_file(path):
                found.left.append(OtherFiles(str(absolute(path.parent)), kind))
            else:
                found.pictures.append(path)
        return found


def _alone(around: _Sorted, walk: Walk) -> tuple[Path, _Sorted] | None:
    """The folder that is alone in another one, with what it holds, if that is folders only and it is not a genre."""
    if around.pictures or around.archives or len(around.folders) != 1 or is_genre(around.folders[0].name):
        return None
    inside = _Sorted.of(walk.look(around.folders[0]))
    if inside.pictures or inside.archives or not inside.folders:
        return None
    return around.folders[0], inside
