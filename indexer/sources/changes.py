"""The part of a source that changes of files may have touched."""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from pathlib import Path

from db.records import CoverFile, Found, Guess, ListRow, OtherFiles
from indexer.images.audio import AUDIO_SUFFIXES
from indexer.sources import ListSource, Source
from indexer.sources.table_rows import TABLE_SUFFIXES


def changed_part(source: Source, changed: Set[Path]) -> Source:
    """What is to be read again of a source of which these files changed: a list or a library as a whole."""
    # As slow to import as the tag library, which it needs.
    from indexer.sources.libraries import LibrarySource

    return source if isinstance(source, ListSource | LibrarySource) else ChangedFiles(source, changed)


@dataclass(frozen=True, slots=True)
class ChangedFiles:
    """What a source says about files that changed, are in an archive or track that changed, or are described by one.

    A track speaks for the art of its folder and of the folder above; a manifest for anything.

    Attributes:
        source: what was asked for once.
        changed: absolute paths.
    """

    source: Source
    changed: Set[Path]

    @property
    def place(self) -> None:
        """None: what it does not offer may be there nevertheless."""

    def __iter__(self) -> Iterator[Found]:
        if any(path.suffix.lower() in TABLE_SUFFIXES for path in self.changed):
            yield from self.source
            return
        tracks = {path for path in self.changed if path.suffix.lower() in AUDIO_SUFFIXES}
        folders = {folder for track in tracks for folder in (track.parent, track.parent.parent)}
        for item in self.source:
            if isinstance(item, OtherFiles | Guess | ListRow):
                continue
            path = item.path if isinstance(item, CoverFile) else Path(item.path)
            places = (path, *path.parents)
            if not self.changed.isdisjoint(places) or (path.parent in folders) or path in folders:
                yield item
