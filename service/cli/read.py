"""``sleeve read``: the text on covers."""

from typing import Annotated

import typer

from indexer.home import open_home
from indexer.jobs.read import read as read_covers
from service.cli.console import (
    Json,
    ProgressBar,
    answer,
    answer_json,
    counted,
    report_elsewhere,
    report_rejected,
    settings_of,
)
from service.schemas import ReadRunSchema, RejectionSchema


def read(
    context: typer.Context,
    again: Annotated[bool, typer.Option("--again", help="Also read covers that another reader has read.")] = False,
    json: Json = False,
) -> None:
    """Read the text on covers that nobody has read yet: artists, titles, labels, whatever is printed on them.

    `sleeve serve` does this by itself, at low priority. You can stop it at any time; the next run continues where it
    stopped. With another recogniser (`SLEEVE_RECOGNISER`), `--again` replaces what the one before has read.

    Examples:

        sleeve read
        sleeve read --again
    """
    with open_home(settings_of(context)) as home, ProgressBar() as bar:
        report = read_covers(home, bar, again=again)
    rejections = [RejectionSchema.of(rejected) for rejected in report.rejected]
    document = ReadRunSchema(
        read=report.read,
        with_text=report.with_text,
        rejected=len(rejections),
        rejections=rejections,
        elsewhere=report.elsewhere,
    )
    if json:
        answer_json(document)
    else:
        report_rejected(rejections)
        report_elsewhere(report.elsewhere)
        answer(f"{counted(report.read, 'cover')} read; {report.with_text} of them say something")
    if rejections or report.elsewhere:
        raise typer.Exit(1)
