"""``sleeve bundles``: list the models, switch between them, make one from a CLIP model."""

from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.table import Table

from indexer.home import open_home
from indexer.jobs.add_bundle import add_bundle
from indexer.jobs.export_bundle import FASTAI, FastaiWeights, export_bundle
from indexer.jobs.index import index
from indexer.jobs.list_bundles import list_bundles
from indexer.models.bundle import TEXT_MODEL_FILE, Bundle
from indexer.models.published import RESIZE_RULES, Preparation
from service.cli.console import (
    Json,
    ProgressBar,
    answer,
    answer_json,
    answer_json_list,
    report_rejected,
    say,
    settings_of,
)
from service.cli.index import report_index
from service.schemas import BundleExportSchema, HomeBundleSchema, RejectionSchema
from sleeve.errors import BundleError
from sleeve.faults import first_fault

FASTAI_SIZE_PX = 224

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
    with open_home(settings_of(context)) as home, ProgressBar() as bar:
        documents = [HomeBundleSchema.of(use) for use in list_bundles(home, bar)]
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
    with open_home(settings) as home:
        bundle = home.shelf.named(name)
        bundle.verify()
        if settings.bundle and home.shelf.named(settings.bundle).fingerprint != bundle.fingerprint:
            raise BundleError(f"SLEEVE_BUNDLE says {settings.bundle}, and it would win over {name}: unset it first")
    with open_home(settings.model_copy(update={"bundle": bundle.address})) as home, ProgressBar() as bar:
        run = index(home, bar)
    rejections = [RejectionSchema.of(r) for r in run.embedded.rejected]
    report_rejected(rejections)
    report_index(run)
    if rejections:
        raise typer.Exit(1)


def export(
    context: typer.Context,
    model: Annotated[str, typer.Argument(help="open_clip:MODEL/TAG, fastai:FILE, or one of the forms below.")],
    name: Annotated[str, typer.Option(help="The new bundle's name; by default clip or fastai.")] = "",
    architecture: Annotated[str, typer.Option(help="fastai: what vision_learner was called with.")] = "",
    size: Annotated[
        int | None, typer.Option(metavar="PX", min=1, max=4096, help="fastai: the side of its images; by default 224.")
    ] = None,
    genres: Annotated[str, typer.Option(metavar="A,B,…", help="fastai: its classes, in the order of dls.vocab.")] = "",
    mean: Annotated[
        str, typer.Option(metavar="R,G,B", help="fastai: what was taken off each pixel, as parts of 1; with --std.")
    ] = "",
    std: Annotated[str, typer.Option(metavar="R,G,B", help="fastai: what the rest was divided by.")] = "",
    json: Json = False,
) -> None:
    """Make a bundle of a CLIP model, or of one trained with fastai, without training it (needs the `train` extra).

    A CLIP model's bundle has its image tower. If the model reads text with CLIP's own tokenizer, it also has the text
    tower, and `sleeve similar --text` works with it. The weights of a tag of open_clip, or of a repository for
    open_clip (`hf-hub:`), are downloaded from the hub.

    Weights from a file need the preprocessing and the activation that they were made with, and a file does not say
    them. They are taken from an `open_clip_config.json` next to it, or from the model's tags if those agree; else name
    the tag that the file was made like (`TAG=FILE`). A folder with weights and their `open_clip_config.json` is
    `local-dir:FOLDER`.

    fastai: FILE is what `learn.save` or `torch.save(learn.model.state_dict(), …)` of a `vision_learner` wrote; nothing
    in it is run. The bundle finds by the features of its body. With --genres it also predicts as its head does. Images
    are cut to the square in their middle (fastai's `Resize`) and normalised as `vision_learner` does it for pretrained
    weights. It does not normalise for `pretrained=False`: say `--mean 0,0,0 --std 1,1,1`.

    Examples:

        sleeve bundles export open_clip:ViT-B-32/laion2b_s34b_b79k --name clip
        sleeve bundles export open_clip:ViT-B-32/laion2b_s34b_b79k=weights.safetensors --name clip
        sleeve bundles export open_clip:local-dir:my-clip --name clip
        sleeve bundles export fastai:models/covers.pth --architecture resnet34 --genres jazz,metal,rock
    """
    fastai = None
    if model.startswith(FASTAI):
        if not architecture:
            raise BundleError("weights of fastai's do not say whose they are: add --architecture, such as resnet34")
        size = size or FASTAI_SIZE_PX
        said = _preparation(size, mean, std, "shortest") if mean or std else None
        named = tuple(filter(None, map(str.strip, genres.split(","))))
        fastai = FastaiWeights(architecture, size, (said.mean, said.std) if said else None, named)
    elif architecture or size or genres or mean or std:
        raise BundleError("--architecture, --size, --genres, --mean and --std are for fastai: alone")
    with open_home(settings_of(context)) as home, ProgressBar() as bar:
        bundle = export_bundle(home, bar, model, fastai, name=name or ("fastai" if fastai else "clip"))
    _report_new(bundle, json=json)


def add(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(metavar="FOLDER|MODEL.onnx", help="A published model.")],
    name: Annotated[str, typer.Option(help="The new bundle's name; by default the folder's or file's.")] = "",
    size: Annotated[
        int | None, typer.Option(metavar="PX", help="The side of the images that MODEL.onnx takes.")
    ] = None,
    mean: Annotated[str, typer.Option(metavar="R,G,B", help="What is taken off each pixel, as parts of 1.")] = "0,0,0",
    std: Annotated[str, typer.Option(metavar="R,G,B", help="What the rest is divided by.")] = "1,1,1",
    resize: Annotated[str, typer.Option(metavar="|".join(RESIZE_RULES), help="How images become square.")] = "shortest",
    json: Json = False,
) -> None:
    """Make a bundle of a model that is published as ONNX (needs no PyTorch).

    A folder holds a CLIP or SigLIP model as Immich publishes them (https://huggingface.co/immich-app): `visual/` with
    `model.onnx` and `preprocess_cfg.json`; `textual/` with `model.onnx`, `tokenizer.json` and `tokenizer_config.json`;
    and `config.json`. `sleeve similar --text` then works with it, in every language that the model reads.

    An image model alone takes one image, (n, 3, side, side) float32, and its first output is the vectors.

    Both are run before the bundle is written. The weights' licence is yours to look up.

    Examples:

        sleeve bundles add ViT-B-16-SigLIP__webli
        sleeve bundles add resnet50.onnx --size 224 --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225
    """
    is_folder = path.is_dir()
    if not path.exists():
        raise BundleError(f"there is no {path}")
    if is_folder and size is not None:
        raise BundleError(f"{path} says itself how its images are made ready; --size is for an image model alone")
    preparation = None if is_folder else _preparation(size, mean, std, resize)
    with open_home(settings_of(context)) as home, ProgressBar() as bar:
        named = name or (path.resolve().name if is_folder else path.stem)
        bundle = add_bundle(home, bar, path, name=named, preparation=preparation)
    _report_new(bundle, json=json)


def _preparation(size: int | None, mean: str, std: str, resize: str) -> Preparation:
    if size is None:
        raise BundleError("an image model alone needs --size, the side of its images, and perhaps --mean and --std")
    said: dict[str, Any] = {"size": size, "mean": mean.split(","), "std": std.split(","), "resize_mode": resize}
    if any(len(said[name]) != 3 for name in ("mean", "std")):
        raise BundleError("--mean and --std are three numbers each, of red, green and blue: 0.5,0.5,0.5")
    try:
        return Preparation.model_validate(said)
    except ValidationError as error:
        raise BundleError(f"--{first_fault(error)}") from error


def _report_new(bundle: Bundle, *, json: bool) -> None:
    name, reads_text = bundle.folder.name, TEXT_MODEL_FILE in bundle.manifest.files
    document = BundleExportSchema(
        name=name,
        folder=str(bundle.folder),
        dimension=bundle.manifest.dimension,
        reads_text=reads_text,
        text_tower=reads_text,
    )
    if json:
        answer_json(document)
        return
    answer(f"bundle {name} is in {document.folder}")
    if not reads_text:
        say("It has no text tower, so `sleeve similar --text` does not work with it.")
    say(f"Next: `sleeve bundles use {name}` embeds the catalogue with it.")


app.command()(use)
app.command()(add)
app.command()(export)


def _show(documents: list[HomeBundleSchema]) -> None:
    table = Table("", "bundle", "dimension", "image", "vectors here", "genres", "accuracy", box=None, pad_edge=False)
    for document in documents:
        accuracy = document.metrics.get("prediction_accuracy")
        table.add_row(
            "live" if document.live else "",
            document.name,
            str(document.dimension),
            "no model" if document.input_size_px is None else f"{document.input_size_px} px",
            str(document.vectors),
            str(len(document.genres)),
            "" if accuracy is None else f"{accuracy:.3f}",
        )
    answer(table)
    say("Next: `sleeve bundles use NAME` switches; `sleeve train` makes one from your covers.")
