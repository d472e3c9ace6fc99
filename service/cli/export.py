"""``sleeve bundles export``: a CLIP model as it is, as a bundle that can be asked with texts."""

from typing import Annotated

import typer

from indexer.home import Home
from indexer.models.bundle import TEXT_MODEL_FILE
from service.cli.catalogue import Json
from service.cli.console import answer, answer_json, say, settings_of
from service.cli.documents import ExportDocument
from sleeve.errors import MissingExtraError


def export(
    context: typer.Context,
    model: Annotated[str, typer.Argument(help="open_clip:MODEL/TAG-OR-FILE.")],
    name: Annotated[str, typer.Option(help="The new bundle's name.")] = "clip",
    json: Json = False,
) -> None:
    """Make a bundle of a CLIP model without training it (needs the `train` extra).

    The bundle has the image tower. If the model reads text with CLIP's own tokenizer, it also has the text tower, and
    `sleeve similar --text` works with it. The weights come from a file, or from a tag of open_clip, which is downloaded
    from the hub.

    Examples:

        sleeve bundles export open_clip:ViT-B-32/laion2b_s34b_b79k --name clip

        sleeve bundles export open_clip:ViT-B-32/weights.safetensors --name clip
    """
    with Home(settings_of(context)) as home:
        folder = home.shelf.new_folder(name)
    try:
        from indexer.training.clip_bundle import export_open_clip
        from indexer.training.open_clip_models import OPEN_CLIP
    except ModuleNotFoundError as error:
        raise MissingExtraError("exporting", str(error.name), "train") from error
    if not model.startswith(OPEN_CLIP):
        raise typer.BadParameter(f"{model} does not begin with {OPEN_CLIP}")
    bundle = export_open_clip(model.removeprefix(OPEN_CLIP), folder, bundle_name=name)
    document = ExportDocument(
        name=name,
        folder=str(folder),
        dimension=bundle.manifest.dimension,
        text_tower=TEXT_MODEL_FILE in bundle.manifest.files,
    )
    if json:
        answer_json(document)
        return
    answer(f"bundle {name} is in {folder}")
    if not document.text_tower:
        say("It has no text tower: only models that read texts with CLIP's own tokenizer can bring theirs.")
    say(f"Next: `sleeve bundles use {name}` embeds the catalogue with it.")
