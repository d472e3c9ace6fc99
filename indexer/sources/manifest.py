"""A CSV manifest: one row a cover, with columns ``file,genre,artist,album,year,side`` and any more."""

import csv
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from db.errors import SourceError
from db.records import MAX_NAME_CHARACTERS, CoverFile, RejectedFile
from db.vocabulary import LabelSource, Rejection, Side

MAX_EXTRA_COLUMNS = 50
"""Further columns that are kept; the rest is passed over."""

_KNOWN = {"file", "genre", "artist", "album", "year", "side"}
_YEAR = re.compile(r"\d{4}")


@dataclass(frozen=True, slots=True)
class ManifestSource:
    """The rows of a manifest (UTF-8, comma-separated, a header row).

    Only ``file`` is needed, each once; it is relative to the manifest's folder or absolute. A cell ``side`` says
    ``front`` or ``back``. A year is the first four digits of its cell.

    Attributes:
        path: the manifest, as the user named it.
        label: whether the column ``genre`` says the genre.
    """

    path: Path
    label: bool = True

    def __iter__(self) -> Iterator[CoverFile | RejectedFile]:
        try:
            with self.path.open(encoding="utf-8-sig", newline="") as lines:
                yield from self._rows(csv.DictReader(lines, strict=True))
        except UnicodeDecodeError as error:
            raise SourceError(f"{self.path} is not UTF-8 text") from error
        except csv.Error as error:
            raise SourceError(f"{self.path} is not a readable CSV file: {error}") from error
        except OSError as error:
            raise SourceError(f"{self.path} cannot be read: {error.strerror}") from error

    def _rows(self, reader: "csv.DictReader[str]") -> Iterator[CoverFile | RejectedFile]:
        header = [(_clean(name) or "").lower() for name in reader.fieldnames or []]
        if "file" not in header:
            raise SourceError(f"{self.path} has no column `file` in its first row")
        reader.fieldnames = header
        folder = self.path.absolute().parent
        seen: set[Path] = set()
        for row in reader:
            offered = self._row(row, folder, reader.line_num)
            if isinstance(offered, CoverFile):
                if offered.path in seen:
                    offered = self._bad(reader.line_num, f"{offered.file} stands in the manifest twice")
                else:
                    seen.add(offered.path)
            yield offered

    def _row(self, row: dict[str, str | None], folder: Path, line: int) -> CoverFile | RejectedFile:
        cells = {name: _clean(value) for name, value in row.items() if isinstance(name, str)}
        file = (row.get("file") or "").strip()
        if not file or "\0" in file:
            return self._bad(line, "no file")
        side = (cells.get("side") or Side.FRONT).lower()
        if side not in set(Side):
            return self._bad(line, f"side is {side!r}, neither front nor back")
        year = _YEAR.match(cells.get("year") or "")
        genre = cells.get("genre")
        extra = ((name, cell) for name, cell in cells.items() if cell and name and name not in _KNOWN)
        return CoverFile(
            file=file,
            path=Path(os.path.normpath(folder / file)),
            label_source=LabelSource.MANIFEST,
            genres=(genre,) if self.label and genre else (),
            artist=cells.get("artist"),
            title=cells.get("album"),
            year=int(year[0]) if year else None,
            side=Side(side),
            extra=dict(islice(extra, MAX_EXTRA_COLUMNS)),
        )

    def _bad(self, line: int, detail: str) -> RejectedFile:
        return RejectedFile(f"{self.path.absolute()}:{line}", Rejection.BAD_RECORD, detail)


def _clean(value: object) -> str | None:
    """A cell as text that any database can hold: printable, trimmed, cut; None when nothing is left."""
    text = "".join(character for character in str(value or "") if character.isprintable())
    return text.strip()[:MAX_NAME_CHARACTERS] or None
