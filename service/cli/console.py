"""What people see: progress and messages on stderr, answers on stdout."""

import json
import sys
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Annotated, Any, Self

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.measure import Measurement
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Column, Table
from rich.text import Text

from service.logs import printable
from sleeve.settings import Settings
from sleeve.vocabulary import MAX_ID

if TYPE_CHECKING:
    from service.schemas import RejectionSchema

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]

SHOWN_REJECTIONS = 20
"""Rejected files named on the terminal; ``--json`` and the database have all."""

_ID_DIGITS = 19

_UNCUT_CHARACTERS = 100_000
"""The width of what is not a terminal: a file or another program gets whole lines."""


def an_id(text: str) -> int:
    """The id of an album or a cover, as the parser of an option.

    Raises:
        BadParameter: this cannot be one.
    """
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= _ID_DIGITS else 0
    if not 1 <= number <= MAX_ID:
        raise typer.BadParameter(f"{text!r} is not an id; `sleeve find WORDS` shows the ids of albums")
    return number


class _PlainConsole(Console):
    """Prints every text letter for letter: no markup, and what is not printable as an escape."""

    def render_str(self, text: str, **options: Any) -> Text:
        return super().render_str(printable(text), **options)


_stderr = _PlainConsole(stderr=True, highlight=False, markup=False, emoji=False)
_stdout = _PlainConsole(
    highlight=False, markup=False, emoji=False, width=None if sys.stdout.isatty() else _UNCUT_CHARACTERS
)


def counted(number: int, noun: str) -> str:
    """``1 album``, ``2 albums``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def say(message: str) -> None:
    """A line for the person, on stderr."""
    _stderr.print(message, soft_wrap=True)


def answer(renderable: object, *, without: Sequence[str] = ()) -> None:
    """The answer for the person, on stdout.

    Args:
        without: columns of a table that are left out, the first one first, where it is too wide for the terminal.
    """
    if isinstance(renderable, Table):
        renderable = _narrowed(renderable, without)
    _stdout.print(renderable, soft_wrap=not _stdout.is_terminal)


def _narrowed(table: Table, without: Sequence[str]) -> Table:
    unbounded = _stdout.options.update(width=_UNCUT_CHARACTERS)
    for header in without:
        if Measurement.get(_stdout, unbounded, table).minimum <= _stdout.width:
            break
        kept = [column for column in table.columns if column.header != header]
        columns = (Column(column.header, no_wrap=column.no_wrap) for column in kept)
        table = Table(*columns, box=table.box, pad_edge=table.pad_edge)
        for row in zip(*(column.cells for column in kept), strict=True):
            table.add_row(*row)
    return table


def answer_json(document: BaseModel) -> None:
    """One machine-readable document on stdout."""
    from service.schemas.file_names import WHOLE_NAMES

    sys.stdout.write(document.model_dump_json(indent=2, context=WHOLE_NAMES) + "\n")


def answer_json_list(documents: Sequence[BaseModel]) -> None:
    """One machine-readable list on stdout."""
    from service.schemas.file_names import WHOLE_NAMES

    sys.stdout.write(
        json.dumps([document.model_dump(mode="json", context=WHOLE_NAMES) for document in documents], indent=2) + "\n"
    )


def report_rejected(rejections: "list[RejectionSchema]", more: str = "all with --json") -> None:
    """Name rejected files with their reasons, the first few of them; ``more`` says where the others are named."""
    for item in rejections[:SHOWN_REJECTIONS]:
        say(f"rejected {item.file}: {item.reason}" + (f" ({item.detail})" if item.detail else ""))
    if len(rejections) > SHOWN_REJECTIONS:
        say(f"… and {len(rejections) - SHOWN_REJECTIONS} more ({more})")


def report_elsewhere(elsewhere: Mapping[str, int]) -> None:
    """Name the folders and buckets that this host cannot see, with the number of covers that wait there."""
    for place, covers in elsewhere.items():
        where = f"{counted(covers, 'cover')} in {place} cannot be seen from this host"
        say(f"{where}; put the folder back, or run this on a host that has it")


def settings_of(context: typer.Context) -> Settings:
    """The settings that the callback read."""
    settings = context.find_root().obj
    assert isinstance(settings, Settings)
    return settings


class ProgressBar:
    """The jobs' ``Progress`` as a bar with rate and time left; nothing is drawn if stderr is not a terminal."""

    def __init__(self) -> None:
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            _Rate(),
            TimeRemainingColumn(),
        )
        self._bar = Progress(*columns, console=_stderr, transient=True, disable=not _stderr.is_terminal)
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._bar.stop()

    def start(self, task: str, total: int) -> None:
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task(task, total=total)

    def advance(self, count: int) -> None:
        if self._task is not None:
            self._bar.advance(self._task, count)


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:.0f}/s" if speed else "", style="progress.data.speed")
