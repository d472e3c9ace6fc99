"""``sleeve covers``: what is wrong with the art of a music library, and better pictures of the same artwork."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from indexer.care import CoverChange
from indexer.exporting import Cells, write_rows
from indexer.home import Home, open_home_to_look
from indexer.jobs.check_covers import CheckedAlbum, CoverReport, check_covers
from service.actions import cover_writing
from service.actions.journal import writing_music
from service.actions.web_covers import WebSource, open_web_covers
from service.cli.console import (
    Json,
    ProgressBar,
    answer,
    answer_json,
    counted,
    report_rejected,
    say,
    settings_of,
)
from service.cli.discogs import token_of
from service.cli.tables import Force, Output, check_output
from service.schemas import (
    CoverChangeSchema,
    CoverProblemSchema,
    CoversSchema,
    RejectionSchema,
    UndoneCoverSchema,
    UndoneCoversSchema,
)
from sleeve.errors import SourceError

SHOWN_ROWS = 40
"""Problems, and files, named on the terminal; ``-o`` and ``--json`` have all."""

_NAMES = {"artist": str, "title": str}
_SIZE = {"width_px": int, "height_px": int}
PROBLEM_COLUMNS = {**_NAMES, "folder": str, "problem": str, "file": str, **_SIZE, "detail": str}
CHANGE_COLUMNS = {"file": str, "source": str, "before_width_px": int, "before_height_px": int, **_SIZE, "note": str}


def covers(
    context: typer.Context,
    path: Annotated[Path | None, typer.Argument(help="A music library, or a part of it.")] = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="Show which better pictures there are, or write them with --write.")
    ] = False,
    asked: Annotated[
        list[WebSource] | None,
        typer.Option("--from", help="With --fix: ask there too, `musicbrainz` for the Cover Art Archive; repeatable."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run/--write", help="Show what would be written, or write it.")] = True,
    undo: Annotated[Path | None, typer.Option(help="Undo the run of this journal.")] = None,
    output: Output = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """List what is wrong with the covers of a music library, and mend it. Without --write nothing is written.

    A cover is `missing` (also if only some tracks have none), `small` (under 500 px), `not square` or `damaged`. Tracks
    may show `another artwork` than the cover file. An album may have `another album's art`, or `the same art as another
    album` if nothing says whose it is. There may be `several files` for one album.

    With --fix, the largest picture of the same artwork is taken, confirmed by its pixels: from the album's folder and
    its folders for scans, from archives there, or from inside its tracks. It becomes cover.jpg and the picture in the
    tracks, where those are missing, small, not square, damaged or another album's. Pictures that show another artwork
    stay, and no file is deleted. Every run keeps a journal in SLEEVE_HOME that can undo it, to the last byte.

    With --from, the Cover Art Archive and Discogs are asked too for what is to be mended, one request a second. An
    album that has no picture of its own gets theirs, if an id or its names say which album it is. MusicBrainz needs
    SLEEVE_CONTACT, and Discogs a token (see `sleeve discogs --help`).

    Examples:

        sleeve covers ~/Music -o covers.csv
        sleeve covers ~/Music --fix
        sleeve covers ~/Music --fix --write
        sleeve covers ~/Music --fix --from musicbrainz --from discogs
        sleeve covers --undo ~/.sleeve/journals/covers-20260102-030405-000000.jsonl
    """
    settings = settings_of(context)
    check_output(output, force=force)
    if undo is not None:
        if path is not None or fix or asked or not dry_run or output is not None:
            raise typer.BadParameter("--undo goes alone: the journal says which files")
        with Home(settings) as home, writing_music(home):
            _answer_undone(cover_writing.undo(undo), json=json)
        return
    if path is None or not (fix or (dry_run and not asked)):
        raise typer.BadParameter("name a music library, or --undo JOURNAL; --write and --from go with --fix")
    if not path.exists():
        raise SourceError(f"{path} does not exist")
    # Parsing tags takes a library that few commands need.
    from indexer.sources.music import MusicSource
    from indexer.sources.spelling import Spellings

    journal: Path | None = None
    failed = False
    sources = asked or []
    token = token_of(settings) if WebSource.DISCOGS in sources else None
    with (
        open_home_to_look(settings) as home,
        open_web_covers(home, sources, token) as web,
        ProgressBar() as bar,
    ):
        report = check_covers(home, bar, MusicSource(path, Spellings({}), label=False), mend=fix, fetch=web.of)
        changes = [change for album in report.wrong for change in album.changes]
        if not dry_run and any(not change.note for change in changes):
            planned = changes
            with writing_music(home):
                journal, changes = cover_writing.write(planned, home.journals_folder, bar)
            failed = any(one.note and not before.note for before, one in zip(planned, changes, strict=True))
    document = _document(report, changes, journal, wrote=not dry_run)
    if output is not None:
        rows = map(_change_row, document.changes) if fix else map(_problem_row, document.problems)
        write_rows(output, CHANGE_COLUMNS if fix else PROBLEM_COLUMNS, rows)
    if json:
        answer_json(document)
    else:
        _show(document, fix=fix, output=output)
    if failed or document.rejected:
        raise typer.Exit(1)


def _document(
    report: CoverReport, changes: Sequence[CoverChange], journal: Path | None, *, wrote: bool
) -> CoversSchema:
    return CoversSchema(
        albums=report.albums,
        sound=report.albums - len(report.wrong),
        problems=[problem for album in report.wrong for problem in _problems(album)],
        rejected=[RejectionSchema.of(one) for one in report.rejected],
        written=wrote,
        journal=str(journal) if journal else None,
        changes=[
            CoverChangeSchema(
                file=str(change.file),
                source=change.url or (str(change.source) if change.source else None),
                before_px=change.before_px,
                size_px=change.size_px,
                note=change.note,
            )
            for change in changes
        ],
    )


def _problems(album: CheckedAlbum) -> Iterator[CoverProblemSchema]:
    for problem in album.problems:
        yield CoverProblemSchema(
            artist=album.artist,
            title=album.title,
            folder=str(album.folder),
            problem=str(problem.kind),
            file=str(problem.path),
            size_px=problem.size_px,
            detail=problem.detail,
        )


def _problem_row(problem: CoverProblemSchema) -> Cells:
    row = problem.model_dump(exclude={"problem", "size_px"}) | {"problem": problem.problem}
    return row | _sized("", problem.size_px)


def _change_row(change: CoverChangeSchema) -> Cells:
    row = change.model_dump(include={"file", "source", "note"})
    return row | _sized("before_", change.before_px) | _sized("", change.size_px)


def _sized(prefix: str, size_px: tuple[int, int] | None) -> Cells:
    return dict(zip((f"{prefix}width_px", f"{prefix}height_px"), size_px or (None, None), strict=True))


def _show(document: CoversSchema, *, fix: bool, output: Path | None) -> None:
    report_rejected(document.rejected)
    if output is None and fix:
        _show_changes(document.changes)
    elif output is None:
        _show_problems(document.problems)
    kinds = Counter(problem.problem for problem in document.problems)
    said = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    wrong = document.albums - document.sound
    answer(f"{counted(document.albums, 'album')}: {document.sound} sound, {wrong} not" + (f" ({said})" if said else ""))
    if fix:
        count = sum(1 for change in document.changes if not change.note)
        left = len(document.changes) - count
        done = "written" if document.written else "would be written"
        answer(f"{counted(count, 'file')} {done}, {left} left as they are")
        if document.journal:
            say(f"To undo: `sleeve covers --undo {document.journal}`")
        elif not document.written and count:
            say("Nothing was written: --write does it.")
    if output is not None:
        say(f"{output} has one row for each {'file' if fix else 'problem'}.")


def _show_problems(problems: Sequence[CoverProblemSchema]) -> None:
    shown = problems[:SHOWN_ROWS]
    for (folder, artist, title), some in groupby(shown, key=lambda one: (one.folder, one.artist, one.title)):
        names = " - ".join(name for name in (artist, title) if name)
        answer(f"{folder}: {names}" if names else folder)
        for problem in some:
            file = "" if problem.file == folder else problem.file.removeprefix(f"{folder}{os.sep}")
            said = ", ".join(part for part in (file, _size_text(problem.size_px), problem.detail) if part)
            answer(f"  {problem.problem}: {said}")
    _say_more(len(problems))


def _show_changes(changes: Sequence[CoverChangeSchema]) -> None:
    for change in changes[:SHOWN_ROWS]:
        if change.note:
            say(f"left {change.file}: {change.note}")
        else:
            before = _size_text(change.before_px) or "none"
            source = (change.source or "").removeprefix(f"{Path(change.file).parent}{os.sep}")
            answer(f"{change.file}: {before} → {_size_text(change.size_px)} from {source}")
    _say_more(len(changes))


def _say_more(count: int) -> None:
    if count > SHOWN_ROWS:
        say(f"… and {count - SHOWN_ROWS} more (all with -o or --json)")


def _size_text(size_px: tuple[int, int] | None) -> str:
    return f"{size_px[0]} x {size_px[1]}" if size_px else ""


def _answer_undone(done: Sequence[cover_writing.Undone], *, json: bool) -> None:
    if json:
        answer_json(UndoneCoversSchema(files=[UndoneCoverSchema(file=str(one.file), note=one.note) for one in done]))
    else:
        for one in [one for one in done if one.note][:SHOWN_ROWS]:
            say(f"left {one.file}: {one.note}")
        count = sum(1 for one in done if not one.note)
        answer(f"{counted(count, 'file')} put back, {len(done) - count} left as they are")
    if any(one.note and one.note != cover_writing.AS_BEFORE for one in done):
        raise typer.Exit(1)
