"""Rows of tables whose cells do not fit the kind of a declared column, which are left out and named."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from db.records import CoverFile, Found, RejectedFile
from db.typed_cells import fault
from indexer.sources import Source
from indexer.sources.file_names import absolute
from sleeve.vocabulary import ColumnKind, LabelSource, Rejection


@dataclass(frozen=True, slots=True)
class DeclaredColumns:
    """A source without what a table says amiss of a cover: nothing of such a row counts, and the cover stays as it is.

    Attributes:
        kinds: of the declared columns, by name.
    """

    source: Source
    kinds: Mapping[str, ColumnKind]

    @property
    def place(self) -> Path | str | None:
        """Where everything is that it offers."""
        return self.source.place

    def __iter__(self) -> Iterator[Found]:
        for item in self.source:
            yield self._checked(item) if isinstance(item, CoverFile) else item

    def _checked(self, item: CoverFile) -> Found:
        if item.label_source is not LabelSource.MANIFEST:
            return item
        for name, kind in self.kinds.items():
            if name in item.extra and (wrong := fault(kind, item.extra[name])):
                named, path = (item.row, absolute(Path(item.row))) if item.row else (item.file, item.path)
                return RejectedFile(named, str(path), Rejection.BAD_RECORD, f"{name} {wrong}")
        return item
