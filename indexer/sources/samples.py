"""WebDataset: in a tar archive, files whose names begin alike are one sample, and some say what another one shows.

The key of a sample is the path up to the first dot of the file's name (``webdataset.tariterators.base_plus_ext``), so
``St. Vincent.jpg`` and ``St. Germain.json`` have the same key. Here a picture is first described by the files that are
named like it up to the last dot, then by those of its key; no picture shares a sample with another one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from indexer.images.archive import read_member
from indexer.sources.table_rows import MAX_LINE_CHARACTERS, Cell, TableRow, json_row
from sleeve.errors import FileRejectedError

_RECORD, _CLASS, _TEXT = ".json", ".cls", ".txt"


@dataclass(frozen=True, slots=True)
class Samples:
    """What the files in a tar archive say of its pictures.

    Attributes:
        path: the archive.
        files: name up to the last dot → ending in small letters → name of the file.
    """

    path: Path
    files: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, path: Path, names: Iterable[str]) -> "Samples":
        """Those of an archive with members of these names."""
        files: dict[str, dict[str, str]] = {}
        for name in names:
            stem, suffix = _parted(name)
            if suffix in {_RECORD, _CLASS, _TEXT}:
                files.setdefault(stem, {})[suffix] = name
        return cls(path, files)

    def describing(self, picture: str) -> Mapping[str, str]:
        """The files that describe a picture, by their endings; empty if there are none."""
        stem, _ = _parted(picture)
        return self.files.get(stem) or self.files.get(_key(picture)) or {}

    def row(self, picture: str) -> TableRow | None:
        """What is said of a picture, as a row of a table; None if nothing is.

        A ``.json`` has columns as a line of JSON Lines has, ``.cls`` and ``.txt`` are further ones; a ``.cls`` that is
        no number is the genre.
        """
        found = self.describing(picture)
        if not found:
            return None
        try:
            texts = {suffix: self._text(name) for suffix, name in found.items()}
        except (FileRejectedError, UnicodeDecodeError):
            return TableRow(1, {}, "what describes it cannot be read")
        row = json_row(1, texts[_RECORD]) if _RECORD in texts else TableRow(1, {})
        if row.fault:
            return TableRow(1, {}, f"its .json is {row.fault}")
        said: dict[str, Cell] = {}
        for suffix in texts.keys() - {_RECORD}:
            text = texts[suffix].strip()
            said["genre" if suffix == _CLASS and not text.isdigit() else suffix[1:]] = text
        return TableRow(1, {**said, **row.cells})

    def _text(self, name: str) -> str:
        # A character takes up to four bytes.
        return read_member(self.path, name, 4 * MAX_LINE_CHARACTERS).decode("utf-8-sig")


def _parted(name: str) -> tuple[str, str]:
    """A name up to its last dot, and its ending in small letters."""
    folder, slash, file = name.rpartition("/")
    found = PurePosixPath(file)
    return folder + slash + found.stem, found.suffix.lower()


def _key(name: str) -> str:
    folder, slash, file = name.rpartition("/")
    return folder + slash + file.partition(".")[0]
