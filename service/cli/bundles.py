"""``sleeve bundles``: which models there are, and which one the catalogue is searched with."""

from typing import Annotated

import typer
from rich.table import Table

from indexer.home import Home, open_home
from indexer.jobs.index import index
from indexer.jobs.status import BundleUse, bundle_uses
from service.cli.catalogue import Json, report_rejected
from service.cli.console import ProgressBar, answer, answer_json_list, say, settings_of
from service.cli.documents import BundleDocument, RejectedDocument
from service.cli.export import export
from service.cli.index import report_index
from sleeve.errors import BundleError

app = typer.Typer(invoke_without_command=True)


@app.callback()
def show(context: typer.Context, json: Json = False) -> None:
    """List the models: those trained here, then the shipped ones.

    Vectors of two bundles are never compared. Switching first embeds every cover with the other bundle; until that is
    done, the live bundle keeps answering.

    Examples:

        sleeve bundles

        sleeve bundles use tuned
    """
    if context.invoked_subcommand is not None:
        return
    with open_home(settings_of(context)) as home:
        documents = [_document(use) for use in bundle_uses(home)]
    if json:
        answer_json_list(documents)
    else:
        _show(documents)


def use(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A name from the list, or a bundle's folder.")],
) -> None:
    """Embed the catalogue with another bundle, and answer with it from then on.

    Covers that it embedded before are not embedded again, so switching back is quick. You can stop it at any time; the
    next run continues where it stopped.

    Example:

        sleeve bundles use tuned
    """
    settings = settings_of(context)
    with Home(settings) as home:
        bundle = home.shelf.named(name)
        bundle.verify()
        if settings.bundle and home.shelf.named(settings.bundle).fingerprint != bundle.fingerprint:
            raise BundleError(f"SLEEVE_BUNDLE says {settings.bundle}, and it would win over {name}: unset it first")
    with open_home(settings.model_copy(update={"bundle": str(bundle.folder)})) as home, ProgressBar() as bar:
        run = index(home, bar)
    rejections = [RejectedDocument(file=r.path, reason=str(r.reason), detail=r.detail) for r in run.embedded.rejected]
    report_rejected(rejections)
    report_index(run)
    if rejections:
        raise typer.Exit(1)


app.command()(use)
app.command()(export)


def _document(use: BundleUse) -> BundleDocument:
    bundle = use.bundle
    return BundleDocument(
        name=bundle.folder.name,
        folder=str(bundle.folder),
        fingerprint=bundle.fingerprint,
        live=use.live,
        dimension=bundle.manifest.dimension,
        input_size_px=bundle.manifest.input_size_px,
        vectors=use.vectors,
        genres=list(bundle.manifest.genres),
        metrics=bundle.manifest.metrics,
        trained_on=bundle.manifest.trained_on,
    )


def _show(documents: list[BundleDocument]) -> None:
    table = Table("", "bundle", "dimension", "image", "vectors here", "genres", "accuracy", box=None, pad_edge=False)
    for document in documents:
        accuracy = document.metrics.get("prediction_accuracy")
        table.add_row(
            "live" if document.live else "",
            document.name,
            str(document.dimension),
            f"{document.input_size_px} px",
            str(document.vectors),
            str(len(document.genres)),
            "" if accuracy is None else f"{accuracy:.3f}",
        )
    answer(table)
    say("Next: `sleeve bundles use NAME` switches; `sleeve train` makes one from your covers.")
