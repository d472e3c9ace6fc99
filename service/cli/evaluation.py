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
    """Measure vote, head and prediction on covers whose artists and artworks were held out.

    A labelled cover counts if the backbone was not trained on it, and a model fitted without its group predicts it.
    For comparison there are a majority guess and the nearest neighbour alone. Intervals come from 1,000 bootstraps. It
    also shows how much a random split would have flattered, and how often a cropped, worn or photographed cover is
    found again. With --baselines every labelled cover is embedded twice more; the logits need the `train` extra.

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
    views = Table("a changed cover finds itself", "first", "in 5", "covers", box=None, pad_edge=False)
    for kind, found in report.artwork_retrieval.items():
        views.add_row(kind, f"{found.recall_at_1:.3f}", f"{found.recall_at_5:.3f}", str(found.queries))
    answer(views)
    for warning in report.warnings:
        say(f"note: {warning}")
