"""``sleeve match``: what many pictures are to the catalogue, as a table."""

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from indexer.exporting import MATCH_COLUMNS, Cells, write_rows
from indexer.home import Home, open_home
from indexer.images.storage import located
from indexer.jobs.match import Compared, MatchReport
from indexer.jobs.match import match as match_sources
from indexer.sources import GenreFrom, ListSource, Source
from indexer.sources.shards import shards
from service.answers.opening import open_answers
from service.answers.records import Match, MatchAnswer, Neighbour, Sleeve
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
from service.cli.sources import PATHS_HELP, Columns, Encoding, Opener, other_files, say_other_files
from service.cli.tables import Force, Output, check_output
from service.schemas import MatchedSchema, MatchRunSchema, RejectionSchema
from service.schemas.corners import outline_text
from sleeve.errors import SourceError
from sleeve.vocabulary import ListName

SHOWN_PICTURES = 1_000
"""The most that are kept to be shown; a table takes any number."""

Pictures = Iterator[Compared[MatchAnswer]]


def match(
    context: typer.Context,
    paths: Annotated[list[str], typer.Argument(help=f"{PATHS_HELP}.")],
    output: Output = None,
    scans: Annotated[
        bool | None,
        typer.Option(
            "--scans/--photos",
            help="Whether all of each picture is a cover, which is quicker. By default it is if a table or tags "
            "describe it, and else a photo of a sleeve.",
        ),
    ] = None,
    on_list: Annotated[ListName | None, typer.Option("--list", help="Only albums on this list count as here.")] = None,
    genre_from: Annotated[
        GenreFrom | None, typer.Option(help="`tags` makes a folder a music library, as for `sleeve add`.")
    ] = None,
    column: Columns = None,
    encoding: Encoding = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Compare many pictures with the catalogue: photos of sleeves, or another catalogue's covers. Nothing is added.

    Each picture gets one verdict: `same artwork` (it shows that album's cover), `another pressing or series` (its
    artwork, with another border, sticker or lettering, or cropped), `looks alike` (no cover is recognised in it, but
    one is as near as copies are, or says the same), or `not here`. The evidence comes with it: the similarity, the
    points that match and the share of the cover's parts that agree, the words in common, the sizes, and the runner-up,
    which is the next album that shows something else.

    A photo of several sleeves gets a verdict for each, row by row from the upper left, if their edges or covers tell
    them apart; up to 16.

    Without a table, the first 1,000 pictures are shown and all are counted. The table has one row for each picture, in
    their order, or for each of several sleeves in it; a picture that cannot be used has a `problem`. It appears whole
    or not at all. In CSV, a text that a spreadsheet would run as a formula begins with an apostrophe.

    Examples:

        sleeve match ~/Photos/record-fair -o fair.csv
        sleeve match other-catalogue.csv -o both.parquet
        sleeve match "their covers.zip" --scans -o theirs.csv
        sleeve match photo.jpg
        sleeve match ~/Photos/record-fair --list wanted -o hits.csv
    """
    check_output(output, force=force)
    opener = Opener(genre_from, column, encoding)
    verdicts: Counter[Match] = Counter()
    kept: list[Compared[MatchAnswer]] = []
    with open_home(settings_of(context)) as home, ProgressBar() as bar:
        sources = [_with_pictures(opener, home, path) for whole in map(located, paths) for path in shards(whole)]
        search = open_answers(home).search

        def compare(data: bytes, names: Sequence[str], is_scan: bool) -> MatchAnswer:
            return search.match(data, names, is_scan=is_scan, on_list=on_list)

        def take(pictures: Pictures) -> None:
            seen = _counting(pictures, verdicts)
            if output is None:
                kept.extend(islice(seen, SHOWN_PICTURES))
                # The rest is only counted.
                deque(seen, maxlen=0)
            else:
                write_rows(output, MATCH_COLUMNS, (row for picture in seen for row in _rows(picture)))

        report = match_sources(home, bar, sources, compare, take, scans=scans)
    document = _document(report, verdicts, output, kept)
    if json:
        answer_json(document)
    else:
        _show(document, kept)
    if document.rejected:
        raise typer.Exit(1)


def _with_pictures(opener: Opener, home: Home, path: Path) -> Source:
    source = opener.open(home, path)
    if isinstance(source, ListSource):
        raise SourceError(f"{path} is a list without pictures; there is nothing to match")
    return source


def _counting(pictures: Pictures, verdicts: Counter[Match]) -> Pictures:
    for picture in pictures:
        if isinstance(picture.answer, MatchAnswer):
            verdicts.update(sleeve.verdict.match for sleeve in picture.answer.sleeves)
        yield picture


def _rows(picture: Compared[MatchAnswer]) -> Iterator[Cells]:
    """The cells of each sleeve in a picture, by ``MATCH_COLUMNS``; of several, with their numbers."""
    found = picture.answer
    if not isinstance(found, MatchAnswer):
        yield {"file": picture.file, "problem": ": ".join(part for part in (found.reason, found.detail) if part)}
        return
    for number, sleeve in enumerate(found.sleeves, start=1):
        cells: Cells = {"file": picture.file, "sleeve": number if len(found.sleeves) > 1 else None}
        cells |= zip(("width_px", "height_px"), found.size_px, strict=True)
        yield cells | _cells(sleeve)


def _cells(sleeve: Sleeve) -> Cells:
    verdict = sleeve.verdict
    cells: Cells = {"verdict": str(verdict.match), "words": " ".join(verdict.words) or None}
    if sleeve.outline:
        cells["outline"] = outline_text(sleeve.outline)
    if album := verdict.album or verdict.alike:
        cells |= _named("", album) | {"year": album.year, "cover_file": album.file}
    if verdict.barcode:
        cells |= {"barcode": verdict.barcode}
        # The likeliest of those with it, if none of them has a cover.
        cells.setdefault("album_id", next(iter(verdict.same_barcode), None))
    elif verdict.album:
        cells |= {"points": verdict.points, "cells": round(verdict.cells, 4)}
    if sleeve.cover_size_px:
        cells |= zip(("cover_width_px", "cover_height_px"), sleeve.cover_size_px, strict=True)
    return cells | (_named("runner_up_", verdict.runner_up) if verdict.runner_up else {})


def _named(prefix: str, album: Neighbour) -> Cells:
    number = f"{prefix}id" if prefix else "album_id"
    said = {"artist": album.artist, "title": album.title, "similarity": round(album.similarity, 4)}
    return {number: album.album_id, **{f"{prefix}{name}": cell for name, cell in said.items()}}


def _document(
    report: MatchReport, verdicts: Counter[Match], output: Path | None, kept: list[Compared[MatchAnswer]]
) -> MatchRunSchema:
    return MatchRunSchema(
        pictures=report.pictures,
        sleeves=verdicts.total(),
        verdicts={str(verdict): verdicts[verdict] for verdict in Match},
        rejected=report.rejected,
        rejections=[RejectionSchema.of(one) for one in report.rejections],
        others=other_files(dict(report.others)),
        guesses=list(report.guesses),
        output=None if output is None else str(output),
        results=[MatchedSchema.of(one.file, one.answer) for one in kept if isinstance(one.answer, MatchAnswer)],
    )


def _show(document: MatchRunSchema, kept: list[Compared[MatchAnswer]]) -> None:
    report_rejected(document.rejections, "a table names them all")
    say_other_files(document.others, document.guesses)
    if kept:
        answer(_table(kept))
    said = ", ".join(f"{count} {verdict}" for verdict, count in document.verdicts.items())
    where = f"; {document.output}" if document.output else ""
    pictures = counted(document.pictures, "picture")
    if document.sleeves > document.pictures - document.rejected:
        pictures += f", {counted(document.sleeves, 'sleeve')}"
    answer(f"{pictures}: {said}, {document.rejected} rejected{where}")
    if document.output is None and document.pictures > SHOWN_PICTURES:
        say(f"The first {SHOWN_PICTURES:,} pictures are shown; `-o TABLE` writes all of them.")
    if not document.pictures:
        say("No pictures were found there; `sleeve add --help` shows what can be read.")


def _table(kept: list[Compared[MatchAnswer]]) -> Table:
    rows = [row for picture in kept if isinstance(picture.answer, MatchAnswer) for row in _rows(picture)]
    names = (
        "file",
        *(["sleeve"] if any(row["sleeve"] for row in rows) else []),
        "verdict",
        "album_id",
        "artist",
        "title",
        "similarity",
        "points",
        "cells",
        "words",
        "barcode",
        "runner_up_id",
    )
    table = Table(*(name.replace("_", " ") for name in names), box=None, pad_edge=False)
    for row in rows:
        cells = (row.get(name) for name in names)
        table.add_row(*("" if cell is None else str(cell) for cell in cells))
    return table
