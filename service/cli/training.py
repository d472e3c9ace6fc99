"""``sleeve train``: learn genres from the catalogue."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from indexer.home import open_home
from indexer.jobs.genres import fit_genres
from indexer.jobs.train import train as train_bundle
from service.cli.console import Json, ProgressBar, answer, answer_json, say, settings_of
from service.schemas import HeadSchema, TrainSchema

if TYPE_CHECKING:
    from indexer.training.validation import ValidationScores


def train(
    context: typer.Context,
    head_only: Annotated[
        bool,
        typer.Option("--head-only", help="Only fit head, vote and text opinion to the labels; needs no PyTorch."),
    ] = False,
    architecture: Annotated[
        str, typer.Option(help="efficientnet-lite0, a timm name, or open_clip:MODEL/TAG (see `sleeve bundles export`).")
    ] = "efficientnet-lite0",
    weights: Annotated[Path | None, typer.Option(help="A checkpoint file for a timm name.")] = None,
    epochs: Annotated[int, typer.Option(min=1, max=1000, metavar="N", help="Passes over the covers.")] = 4,
    name: Annotated[str, typer.Option(help="The new bundle's name.")] = "tuned",
    resume: Annotated[bool, typer.Option("--resume", help="Continue from the last checkpoint of this name.")] = False,
    seed: Annotated[int, typer.Option(help="Seed of the split and of every random choice.")] = 0,
    json: Json = False,
) -> None:
    """Learn from the catalogue's genres.

    With --head-only, the bundle stays the same: Sleeve fits the linear head, the vote, the text opinion (if `sleeve
    read` has read covers) and their calibration to the current labels, and uses them from then on. Without it, Sleeve
    fine-tunes a backbone and exports it as a new bundle (needs the `train` extra). Its text opinion knows common words
    only; once the bundle is in use, --head-only fits one to all words of the catalogue.

    Examples:

        sleeve train --head-only
        sleeve train --epochs 6 --name mine
        sleeve train --resume --epochs 6 --name mine
    """
    with open_home(settings_of(context)) as home, ProgressBar() as bar:
        if head_only:
            fitted = fit_genres(home, bar)
            document = HeadSchema(
                bundle=fitted.bundle,
                covers=fitted.covers,
                genres=list(fitted.genres),
                left_out=list(fitted.left_out),
                metrics=dict(fitted.metrics),
            )
            if json:
                answer_json(document)
            else:
                _report_head(document)
            return
        bundle = train_bundle(
            home,
            bar,
            name=name,
            architecture=architecture,
            weights=weights,
            epochs=epochs,
            seed=seed,
            resume=resume,
            on_epoch=_say_epoch,
        )
    trained = TrainSchema(name=name, folder=str(bundle.folder), metrics=dict(bundle.manifest.metrics))
    if json:
        answer_json(trained)
    else:
        answer(f"bundle {trained.name} is in {trained.folder}")
        say(f"Next: `sleeve bundles use {trained.name}` embeds the catalogue with it.")


def _report_head(document: HeadSchema) -> None:
    answer(f"the head knows {len(document.genres)} genres from {document.covers} covers; it answers from now on")
    if document.left_out:
        say(f"too few albums to learn: {', '.join(document.left_out)} (the vote knows them)")
    for name, value in document.metrics.items():
        say(f"  {name:28} {value:.3f}")


def _say_epoch(epoch: int, epochs: int, scores: "ValidationScores") -> None:
    say(
        f"epoch {epoch} of {epochs}: accuracy {scores.accuracy:.3f}, top 3 {scores.top3:.3f}, "
        f"macro F1 {scores.macro_f1:.3f}; photos found {scores.photo_recall:.3f}"
    )
