"""``sleeve bundles``: which models there are, and which one the catalogue is searched with."""

from typing import Annotated

import typer
from rich.table import Table

from db import bundles as registered
from db.errors import BundleError
from indexer.backbone import fingerprints_as_run
from service.assembly import open_catalogue
from service.bundle_shelf import bundle_named, bundles
from service.cli.catalogue import Json, tell_rejected
from service.cli.console import ProgressBar, answer, answer_json_list, say, settings_of
from service.cli.documents import BundleDocument, RejectedDocument
from service.cli.export import export
from service.cli.index import run_index, tell

app = typer.Typer(help="List the models and switch between them.", invoke_without_command=True)


@app.callback()
def show(context: typer.Context, json: Json = False) -> None:
    """List the models: those trained here, then the shipped ones.

    Vectors of two bundles are never compared. Switching embeds every cover with the other bundle first; until that is
    done, the one that is live goes on answering.

    Examples:

        sleeve bundles

        sleeve bundles use tuned
    """
    if context.invoked_subcommand is not None:
        return
    settings = settings_of(context)
    with open_catalogue(settings) as catalogue, catalogue.database.reading() as session:
        vectors = registered.vector_counts(session)
        live = catalogue.versions.live()
    documents = [
        BundleDocument(
            name=bundle.folder.name,
            folder=str(bundle.folder),
            fingerprint=bundle.fingerprint,
            live=live is not None and live.bundle.fingerprint in fingerprints_as_run(bundle),
            dimension=bundle.manifest.dimension,
            input_size_px=bundle.manifest.input_size_px,
            vectors=sum(vectors.get(fingerprint, 0) for fingerprint in fingerprints_as_run(bundle)),
            genres=list(bundle.manifest.genres),
            metrics=bundle.manifest.metrics,
            trained_on=bundle.manifest.trained_on,
        )
        for bundle in bundles(settings)
    ]
    if json:
        answer_json_list(documents)
    else:
        _tell(documents)


def use(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="A name from the list, or a bundle's folder.")],
) -> None:
    """Embed the catalogue with another bundle and make it the one that answers.

    Covers it has embedded before are not embedded again, so switching back is quick. Stop it whenever you like: the
    next run goes on where it was.

    Example:

        sleeve bundles use tuned
    """
    settings = settings_of(context)
    bundle = bundle_named(settings, name)
    if settings.bundle and bundle_named(settings, settings.bundle).fingerprint != bundle.fingerprint:
        raise BundleError(f"SLEEVE_BUNDLE says {settings.bundle}, and it would win over {name}: unset it first")
    with open_catalogue(settings.model_copy(update={"bundle": str(bundle.folder)})) as catalogue, ProgressBar() as bar:
        run = run_index(catalogue, bar)
    rejections = [RejectedDocument(file=r.path, reason=str(r.reason), detail=r.detail) for r in run.embedded.rejected]
    tell_rejected(rejections)
    tell(run)
    if rejections:
        raise typer.Exit(1)


app.command()(use)
app.command()(export)


def _tell(documents: list[BundleDocument]) -> None:
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
