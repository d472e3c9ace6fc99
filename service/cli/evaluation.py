"""``sleeve evaluate``: measure genres and neighbours on covers that nothing was fitted to."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from indexer.home import open_home
from service.cli.console import Json, ProgressBar, answer, answer_json, say, settings_of

if TYPE_CHECKING:
    from indexer.evaluation import EvaluationReport


def evaluate(
    context: typer.Context,
    baselines: Annotated[
        bool, typer.Option("--baselines", help="Measure frozen ImageNet features and their logits too.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Seed of the folds and the bootstrap.")] = 0,
    json: Json = False,
) -> None:
    """Measure vote, head, text opinion and prediction on covers whose artists and artworks were held out.

    A labelled cover counts if the backbone was not trained on it, and a model fitted without its group predicts it.
    For comparison there are a majority guess and the nearest neighbour alone. Intervals come from 1,000 bootstraps. It
    also shows how much a random split would have flattered, and how often a cropped, worn or photographed cover is
    found again. With --baselines every labelled cover is embedded twice more; the logits need the `train` extra.

    If covers have been read (`sleeve read`), there is a text opinion too, and "vote and head" is the prediction without
    it. A second table shows the accuracy for covers with and without text, and by whether the artist's name may have
    been seen in training. A third one shows scans and drawn photos of the same covers side by side.

    Examples:

        sleeve evaluate
        sleeve evaluate --baselines --json > evaluation.json
    """
    from indexer.jobs.evaluate import evaluate as run_evaluation

    with open_home(settings_of(context)) as home, ProgressBar() as bar:
        evaluated = run_evaluation(home, bar, baselines=baselines, seed=seed)
    for note in evaluated.notes:
        say(f"note: {note}")
    if json:
        answer_json(evaluated.report)
    else:
        _show(evaluated.report)


def _show(report: "EvaluationReport") -> None:
    genres = Table("genres", "accuracy", "95 %", "top 3", "macro F1", "calibration error", box=None, pad_edge=False)
    for method, scores in report.methods.items():
        interval = scores.accuracy_interval
        error = "" if scores.calibration_error is None else f"{scores.calibration_error:.3f}"
        span = f"{interval.low:.3f} to {interval.high:.3f}"
        genres.add_row(method, f"{scores.accuracy:.3f}", span, f"{scores.top_3:.3f}", f"{scores.macro_f1:.3f}", error)
    answer(genres)
    answer("")
    if report.methods["prediction"].per_kind:
        answer(_kinds(report))
        answer("")
    if report.pictures:
        answer(_pictures(report))
        answer("")
    views = Table("a changed cover finds itself", "first", "in 5", "covers", box=None, pad_edge=False)
    for kind, found in report.artwork_retrieval.items():
        views.add_row(kind, f"{found.recall_at_1:.3f}", f"{found.recall_at_5:.3f}", str(found.queries))
    answer(views)
    for warning in report.warnings:
        say(f"note: {warning}")


def _pictures(report: "EvaluationReport") -> Table:
    table = Table("the same covers as", "covers", "accuracy", "top 3", "calibration error", box=None, pad_edge=False)
    for column in ("unsure", "accuracy if sure", "if unsure"):
        table.add_column(column)
    for scores in report.pictures:
        shares = (
            scores.accuracy,
            scores.top_3,
            scores.calibration_error,
            scores.unsure,
            scores.accuracy_if_sure,
            scores.accuracy_if_unsure,
        )
        table.add_row(scores.picture, str(scores.covers), *(f"{share:.3f}" for share in shares))
    return table


def _kinds(report: "EvaluationReport") -> Table:
    methods = [name for name, scores in report.methods.items() if ":" not in name and name != "majority"]
    table = Table("accuracy by kind of cover", "covers", *methods, box=None, pad_edge=False)
    for number, kind in enumerate(report.methods["prediction"].per_kind):
        shares = (f"{report.methods[name].per_kind[number].accuracy:.3f}" for name in methods)
        table.add_row(kind.kind, str(kind.covers), *shares)
    return table
