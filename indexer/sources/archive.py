"""An archive of covers: its name is the genre, or, if there are several folders in it, theirs are.

In a tar, files next to a picture may describe it (WebDataset; see ``samples``); then they alone say the genre.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path, PurePosixPath

from db.records import CoverFile, Found, Guess, Offered, OtherFiles, RejectedFile
from indexer.images.archive import TAR_SUFFIX, Member, contents, read_member
from indexer.images.decoding import DEFAULT_LIMITS
from indexer.sources.columns import guessed, recognised
from indexer.sources.file_names import IMAGE_SUFFIXES, absolute, like_back, sides_of, titles_like_backs, unusable
from indexer.sources.manifest import described
from indexer.sources.names import clean, distinct
from indexer.sources.other_files import DESCRIPTIONS, ignored_as, kind_of_head, kind_of_name
from indexer.sources.samples import Samples
from indexer.sources.spelling import genre_of_folder, is_genre
from indexer.sources.table_cells import cells_by_name
from indexer.sources.table_rows import TableRow
from indexer.sources.table_years import year_in_table, years_guessed
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import LabelSource, Rejection, Side

_SHOWN_CHARACTERS = 100
_SHARD = re.compile(r"(.*[-_.])?\d+")
"""The name of a tar that is one of many is no genre."""


@dataclass(frozen=True, slots=True)
class ArchiveSource:
    """The pictures in an archive, in the order in which a folder of the same files is walked.

    A member's path goes on past the archive's: ``/music/black metal.zip/covers/a.jpg``. A folder that holds everything
    and only folders is not a genre, unless it is called like one.

    Attributes:
        path: the archive, as the user named it.
        label: whether the archive says the genre.
        genre: of all its members; None lets the archive say.
        encoding: of names that do not say theirs; None guesses it.
    """

    path: Path
    label: bool = True
    genre: str | None = None
    encoding: str | None = None

    def __iter__(self) -> Iterator[Found]:
        located = absolute(self.path)
        refused = unusable(located)
        if refused is not None:
            yield refused
            return
        try:
            found = contents(self.path, self.encoding)
        except FileRejectedError as error:
            yield RejectedFile(str(self.path), str(located), error.reason, error.detail)
            return
        if not found.members:
            yield RejectedFile(str(self.path), str(located), Rejection.EMPTY, "the archive holds no files")
            return
        if found.guessed:
            yield Guess(
                f"{self.path}: the encoding of its names seems to be {found.guessed}; --encoding says otherwise"
            )
        samples = Samples.of(self.path, found.members if self.path.suffix.lower() == TAR_SUFFIX else ())
        table = sorted(found.members.items(), key=lambda item: _as_walked(PurePosixPath(item[0])))
        kinds = {name: self._kind(name, member) for name, member in table}
        pictures = [item for item in table if kinds[item[0]] is None]
        read = {file for name, _ in pictures for file in samples.describing(name).values()}
        kinds |= dict.fromkeys(read, DESCRIPTIONS)
        yield from (OtherFiles(str((located / name).parent), kind) for name, kind in kinds.items() if kind)
        offers = self._offers(located, pictures)
        yield from self._described(offers, samples, located) if read else offers

    @property
    def place(self) -> Path:
        """Where everything is that it offers."""
        return absolute(self.path)

    def _offers(self, located: Path, found: Sequence[tuple[str, Member]]) -> Iterator[Found]:
        genres = self._genres([PurePosixPath(name) for name, _ in found])
        for _, together in groupby(found, key=lambda item: PurePosixPath(item[0]).parent):
            files = list(together)
            stems = [PurePosixPath(name).stem for name, _ in files]
            sided, titles = sides_of(stems), titles_like_backs(stems)
            for name, member in files:
                if (title := PurePosixPath(name).stem) in titles:
                    yield Guess(like_back(f"{self.path}/{name}", titles[title]))
                yield self._offer(located, name, member, genres.get(name), sided)

    def _described(self, offers: Iterable[Found], samples: Samples, located: Path) -> Iterator[Found]:
        """The covers of a WebDataset with what the files next to them say; each kind of guess is named once."""
        named_a_column = guessed_a_year = False
        for offered in offers:
            if not isinstance(offered, CoverFile):
                yield offered
                continue
            row = samples.row(offered.path.relative_to(located).as_posix()) or TableRow(1, {})
            by_name = recognised(row.cells, {})
            cells = cells_by_name(row.cells, by_name)
            side = (clean(cells.get("side")) or offered.side).lower()
            fault = row.fault or ("" if side in set(Side) else f"side is {side!r}, neither front nor back")
            if fault:
                yield RejectedFile(offered.file, str(offered.path), Rejection.BAD_RECORD, fault)
                continue
            if not named_a_column and (said := guessed(by_name, {})):
                named_a_column = True
                yield Guess(f"{self.path}: fields that describe its pictures are read by their names: {said}")
            year, is_guessed = year_in_table(clean(cells.get("year")))
            if is_guessed and not guessed_a_year:
                guessed_a_year = True
                yield Guess(years_guessed(self.path, year, cells["year"]))
            cover = replace(offered, label_source=LabelSource.MANIFEST, side=Side(side))
            yield described(cover, cells, year, self.label)

    def _genres(self, names: Sequence[PurePosixPath]) -> Mapping[str, str | None]:
        """The genre of each member by its name."""
        if self.genre is not None or not self.label:
            return {str(name): self.genre if self.label else None for name in names}
        around = _folders_around(names)
        tops = {name.parts[around] for name in names if len(name.parts) > around + 1}
        is_shard = self.path.suffix.lower() == TAR_SUFFIX and _SHARD.fullmatch(self.path.stem)
        own = None if is_shard else self.path.stem
        # The name of an archive, or of a folder around everything, is often not meant as a genre.
        if len(tops) < 2 and not any(map(is_genre, tops)) and (not around or is_genre(own or "")):
            return {str(name): own for name in names}
        if around and is_genre(own or "") and not any(map(is_genre, tops)):
            return {str(name): own for name in names}
        return {str(name): name.parts[around] if len(name.parts) > around + 1 else None for name in names}

    def _kind(self, name: str, member: Member) -> str | None:
        """The kind of a member that is not a picture; None if it is offered as one."""
        for part in name.split("/"):
            if part not in {".", ".."} and (ignored := ignored_as(part)):
                return ignored
        kind = kind_of_name(name)
        if member.fault:
            # A picture that is refused is named, and so is an archive, which may hold pictures.
            return None if member.fault[0] is Rejection.NESTED_ARCHIVE else kind
        if kind or PurePosixPath(name).suffix.lower() in IMAGE_SUFFIXES:
            return kind
        try:
            head = read_member(self.path, name, DEFAULT_LIMITS.max_bytes) if member.size_bytes else b""
            return kind_of_head(name, head)
        except FileRejectedError:
            return None

    def _offer(
        self, archive: Path, name: str, member: Member, genre: str | None, sided: dict[str, tuple[Side, str]]
    ) -> Offered:
        if member.fault is not None:
            shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in name[:_SHOWN_CHARACTERS])
            return RejectedFile(f"{self.path}/{shown}", f"{archive}/{shown}", *member.fault)
        located = archive / name
        side, album = sided.get(PurePosixPath(name).stem) or (Side.FRONT, None)
        return unusable(located) or CoverFile(
            file=f"{self.path}/{name}",
            path=located,
            label_source=LabelSource.FOLDER,
            genres=distinct([genre_of_folder(genre)]),
            side=side,
            group=None if album is None else f"{located.parent}/{album}",
        )


def _folders_around(names: Sequence[PurePosixPath]) -> int:
    """How many folders, one in the other, are around everything, hold only folders, and are not genres."""
    around = 0
    while names and all(len(name.parts) > around + 2 for name in names):
        tops = {name.parts[around] for name in names}
        if len(tops) > 1 or is_genre(tops.pop()):
            break
        around += 1
    return around


def _as_walked(name: PurePosixPath) -> list[tuple[bool, str]]:
    """Files come before folders, both by name."""
    *folders, file = name.parts or ("",)
    return [*((True, folder) for folder in folders), (False, file)]
