"""The options that say how paths are read as sources of covers, for the commands that take such paths."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from indexer.home import Home
from indexer.sources import COLUMNS, AskedVectors, GenreFrom, Source, open_source
from indexer.sources.other_files import HINTS
from service.cli.console import say
from service.schemas import OtherFilesSchema
from sleeve.vocabulary import ListName

PATHS_HELP = "Folders of covers, zip and tar archives, tables, music libraries, or single images"

Columns = Annotated[
    list[str] | None,
    typer.Option("--column", metavar="OURS=THEIRS", help=f"The table's name for one of {', '.join(COLUMNS)}."),
]

Encoding = Annotated[
    str | None,
    typer.Option(
        help="The encoding of tables, of names in archives, and of old tags that say they are Latin-1, such as cp1250 "
        "or shift_jis. By default Sleeve finds out."
    ),
]


class Opener:
    """Opens paths as sources, as the options say.

    Raises:
        BadParameter: an option names a column that Sleeve does not know.
    """

    def __init__(
        self,
        genre_from: GenreFrom | None,
        columns: Sequence[str] | None,
        encoding: str | None,
        list_name: ListName | None = None,
        vectors: AskedVectors | None = None,
    ) -> None:
        self._genre_from = genre_from
        self._columns = dict(map(_column, columns or ()))
        self._encoding = encoding
        self._list_name = list_name
        self._vectors = vectors

    def open(self, home: Home, path: Path) -> Source:
        """The source at a path.

        Args:
            home: has the spellings of genres, and keeps what tables name by URL or hold.

        Raises:
            SourceError: see ``open_source``.
        """
        return open_source(
            path,
            self._genre_from,
            columns=self._columns,
            own_spellings=home.spellings_file,
            store=home.covers,
            encoding=self._encoding,
            list_name=self._list_name,
            vectors=self._vectors,
        )


def other_files(kinds: dict[str, int]) -> list[OtherFilesSchema]:
    """Files that are no covers, by kind, with what helps."""
    return [OtherFilesSchema(kind=kind, files=files, hint=HINTS.get(kind, "")) for kind, files in kinds.items()]


def say_other_files(others: Sequence[OtherFilesSchema], guesses: Sequence[str]) -> None:
    """Tell the person what was guessed, and which files are no covers."""
    for guess in guesses:
        say(f"guessed: {guess}")
    for other in others:
        say(f"{other.kind}: {other.files}" + (f" ({other.hint})" if other.hint else ""))


def _column(text: str) -> tuple[str, str]:
    ours, _, theirs = text.partition("=")
    if ours not in COLUMNS or not theirs.strip():
        raise typer.BadParameter(f"--column {text}: write OURS=THEIRS, OURS one of {', '.join(COLUMNS)}")
    return ours, theirs
