"""A folder with tables that describe its pictures, such as ``metadata.csv``: an image folder of Hugging Face.

Such a table has a column ``file_name`` (``datasets/packaged_modules/folder_based_builder``) and may be in any folder of
the tree. Pictures that no table names are offered as in any folder: ``datasets`` leaves them out without a word.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from db.records import CoverFile, Found, OtherFiles, RejectedFile
from indexer.images.cover_store import CoverStore
from indexer.sources.file_names import absolute
from indexer.sources.folder import FolderSource
from indexer.sources.manifest import ManifestSource
from indexer.sources.other_files import DESCRIPTIONS, TABLES
from indexer.sources.spelling import is_genre
from indexer.sources.walking import Walk, all_below
from sleeve.vocabulary import Rejection

_FILE_COLUMN = "file_name"
METADATA_NAMES = frozenset({"metadata.csv", "metadata.jsonl", "metadata.parquet"})


def metadata_tables(folder: Path) -> list[Path]:
    """The tables in a tree of folders that describe pictures by their ``file_name``."""
    found = all_below(Walk(folder), folder)
    tables = [path for inside in found for path in inside.files if path.name in METADATA_NAMES]
    return [table for table in tables if ManifestSource(table).has_column(_FILE_COLUMN)]


@dataclass(frozen=True, slots=True)
class ImageFolderSource:
    """The rows of the tables in a folder, then every other picture in it.

    A picture that no table gives a genre has that of its folder if the folder is called like one: folders of an image
    folder are often called `train` and `test`.

    Attributes:
        root: the folder, as the user named it.
        tables: those of ``metadata_tables``.
        label, store, encoding: as for ``ManifestSource``; the encoding is also that of names in archives.
    """

    root: Path
    tables: tuple[Path, ...]
    label: bool = True
    store: CoverStore | None = None
    encoding: str | None = None

    def __iter__(self) -> Iterator[Found]:
        folder = list(FolderSource(self.root, label=self.label, encoding=self.encoding))
        genres = {
            item.path: tuple(genre for genre in item.genres if is_genre(genre))
            for item in folder
            if isinstance(item, CoverFile)
        }
        described: set[Path] = set()
        for table in self.tables:
            for item in ManifestSource(table, label=self.label, store=self.store, encoding=self.encoding):
                if not isinstance(item, CoverFile):
                    yield item
                elif item.path in described:
                    detail = "an earlier table describes this picture"
                    yield RejectedFile(f"{table}: {item.file}", f"{table}: {item.file}", Rejection.BAD_RECORD, detail)
                else:
                    described.add(item.path)
                    yield item if item.genres else replace(item, genres=genres.get(item.path, ()))
        read = Counter(str(absolute(table.parent)) for table in self.tables)
        for item in folder:
            if isinstance(item, OtherFiles) and item.kind == TABLES and read[item.place]:
                read[item.place] -= 1
                yield OtherFiles(item.place, DESCRIPTIONS)
            elif not isinstance(item, CoverFile):
                yield item
            elif item.path not in described:
                yield replace(item, genres=genres[item.path])

    @property
    def place(self) -> Path:
        """Where everything is that it offers."""
        return absolute(self.root)
