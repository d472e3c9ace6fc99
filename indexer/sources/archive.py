"""A zip archive of covers: its name is the genre, or, if there are several folders in it, theirs are."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path, PurePosixPath

from db.records import CoverFile, RejectedFile
from indexer.images.archive import Member, members
from indexer.sources.file_names import absolute, is_ignored, sides_of, unusable
from indexer.sources.names import clean, distinct
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import LabelSource, Rejection, Side

_NO_CONTENT = "__MACOSX"
_SHOWN_CHARACTERS = 100


@dataclass(frozen=True, slots=True)
class ArchiveSource:
    """The members of an archive, in the order in which a folder of the same files is walked.

    A member's path goes on past the archive's: ``/music/black metal.zip/covers/a.jpg``.

    Attributes:
        path: the archive, as the user named it.
        label: whether the archive says the genre.
        genre: of all its members; None lets the archive say.
    """

    path: Path
    label: bool = True
    genre: str | None = None

    def __iter__(self) -> Iterator[CoverFile | RejectedFile]:
        located = absolute(self.path)
        refused = unusable(located)
        if refused is not None:
            yield refused
            return
        try:
            found = [item for item in members(self.path).items() if not _is_ignored(item[0])]
        except FileRejectedError as error:
            yield RejectedFile(str(self.path), str(located), error.reason, error.detail)
            return
        if not found:
            yield RejectedFile(str(self.path), str(located), Rejection.EMPTY, "the archive holds no files")
            return
        found.sort(key=lambda item: _as_walked(PurePosixPath(item[0])))
        tops = {parts[0] for name, _ in found if len(parts := PurePosixPath(name).parts) > 1}
        for _, together in groupby(found, key=lambda item: PurePosixPath(item[0]).parent):
            files = list(together)
            sided = sides_of([PurePosixPath(name).stem for name, _ in files])
            for name, member in files:
                yield self._offer(located, name, member, self._genre(name, tops), sided)

    def _genre(self, name: str, tops: set[str]) -> str | None:
        if self.genre is not None or not self.label:
            return self.genre if self.label else None
        if len(tops) < 2:
            return self.path.stem
        parts = PurePosixPath(name).parts
        return parts[0] if len(parts) > 1 else None

    def _offer(
        self, archive: Path, name: str, member: Member, genre: str | None, sided: dict[str, tuple[Side, str]]
    ) -> CoverFile | RejectedFile:
        if member.fault is not None:
            shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in name[:_SHOWN_CHARACTERS])
            return RejectedFile(f"{self.path}/{shown}", f"{archive}/{shown}", *member.fault)
        located = archive / name
        side, album = sided.get(PurePosixPath(name).stem) or (Side.FRONT, None)
        return unusable(located) or CoverFile(
            file=f"{self.path}/{name}",
            path=located,
            label_source=LabelSource.FOLDER,
            genres=distinct([clean(genre)]),
            side=side,
            group=None if album is None else f"{located.parent}/{album}",
        )


def _as_walked(name: PurePosixPath) -> list[tuple[bool, str]]:
    """Files come before folders, both by name."""
    *folders, file = name.parts or ("",)
    return [*((True, folder) for folder in folders), (False, file)]


def _is_ignored(name: str) -> bool:
    parts = name.split("/")
    return parts[0] == _NO_CONTENT or any(is_ignored(part) and part not in {".", ".."} for part in parts)
