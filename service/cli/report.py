"""``sleeve report``: the catalogue, its genres and the model's mistakes on one page."""

from pathlib import Path
from typing import Annotated

import typer

from indexer.home import open_home
from indexer.jobs.report import report as write_report
from service.cli.console import Json, ProgressBar, answer, answer_json, say, settings_of
from service.schemas import ReportSchema
from sleeve.settings import expanded


def report(
    context: typer.Context,
    folder: Annotated[Path, typer.Option("--output", "-o", help="Folder for the page and its files.")] = Path("report"),
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="Seed of every random choice.")] = 0,
    json: Json = False,
) -> None:
    """Write a research report on the catalogue: one page that opens offline, with its figures and their data.

    It shows what is in the catalogue, maps of the vectors before and after fine-tuning, clusters, how far apart genres
    are, what the models get right and wrong, labels that are probably wrong, and which parts of a cover decide a
    prediction. The same seed gives the same numbers. Needs the `report` extra.

    Examples:

        sleeve report
        sleeve report -o ~/sleeve-report --seed 1
    """
    with open_home(settings_of(context)) as home, ProgressBar() as bar:
        reported = write_report(home, bar, expanded(folder), seed=seed)
    written = reported.written
    document = ReportSchema(
        page=str(written.page),
        page_bytes=written.page_bytes,
        figures=list(written.figures),
        label_suspects=written.suspects,
        left_out=list(reported.notes),
        seconds={name: round(seconds, 1) for name, seconds in reported.seconds.items()},
    )
    if json:
        answer_json(document)
        return
    answer(f"{document.page}: {len(document.figures)} figures, {document.page_bytes / 1e6:.1f} MB")
    for note in document.left_out:
        say(f"note: {note}")
    if document.label_suspects:
        say(
            f"Next: look through {written.page.with_name('label-suspects.csv')}; it has the line that mends each label."
        )
