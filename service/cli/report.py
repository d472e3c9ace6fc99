"""``sleeve report``: the catalogue, its genres and the model's mistakes on one page."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from db import cover_facts
from db.cover_facts import CoverFacts
from db.errors import SettingsError
from indexer.backbone import Backbone, OpenVinoBackbone
from indexer.bundle import Bundle
from indexer.progress import Progress
from service.assembly import Catalogue, open_catalogue
from service.bundle_shelf import bundle_named
from service.cli.catalogue import Json
from service.cli.console import ProgressBar, answer, answer_json, say, settings_of
from service.cli.documents import ReportDocument
from service.cli.evaluation import FROZEN_BUNDLE
from service.cli.labelled import labelled

if TYPE_CHECKING:
    from indexer.report.material import Embed, Material


def report(
    context: typer.Context,
    folder: Annotated[Path, typer.Option("--output", "-o", help="Where the page and its files go.")] = Path("report"),
    seed: Annotated[int, typer.Option(min=0, help="Of every random choice.")] = 0,
    json: Json = False,
) -> None:
    """Write a research report on the catalogue: one page that opens offline, with figures and their data beside it.

    What is in the catalogue, maps of the vectors before and after fine-tuning, clusters, how far apart genres are, what
    the models get right and wrong, labels that are probably wrong, and where on a cover a prediction comes from. The
    same seed gives the same numbers. Needs the `report` extra.

    Examples:

        sleeve report

        sleeve report -o ~/sleeve-report --seed 1
    """
    check_installed()
    from indexer.report.study import study
    from indexer.report.writing import write_report

    with open_catalogue(settings_of(context)) as catalogue, ProgressBar() as bar:
        material = _material(catalogue, seed, bar)
        found = study(material, seed=seed, threads=catalogue.threads, progress=bar)
        written = write_report(found, folder.expanduser(), bar)
    document = ReportDocument(
        page=str(written.page),
        page_bytes=written.page_bytes,
        figures=list(written.figures),
        label_suspects=written.suspects,
        left_out=list(found.notes),
        seconds={name: round(seconds, 1) for name, seconds in found.seconds.items()},
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


def check_installed() -> None:
    """Whether what the `report` extra brings is there; nothing is imported.

    Raises:
        SettingsError: something is missing.
    """
    for name in ("cleanlab", "jinja2", "matplotlib", "openTSNE", "umap"):
        if find_spec(name) is None:
            raise SettingsError(f"a report needs {name}; install it with `pip install 'sleeve[report]'`")


def _material(catalogue: Catalogue, seed: int, bar: Progress) -> "Material":
    from indexer.report.material import gather

    found, _, backbone, bundle = labelled(catalogue)
    with catalogue.database.reading() as session:
        every = cover_facts.front_covers(session)
    frozen = bundle_named(catalogue.settings, FROZEN_BUNDLE)
    other = None
    if frozen.fingerprint != bundle.fingerprint:
        other = (frozen, *_frozen(catalogue, frozen, bar))
    return gather(
        every,
        found,
        (bundle, backbone),
        other,
        catalogue.limits,
        threads=catalogue.threads,
        seed=seed,
        progress=bar,
    )


def _frozen(catalogue: Catalogue, bundle: Bundle, bar: Progress) -> "tuple[Backbone, Embed]":
    """The frozen bundle opened, and what embeds with it, from the home's cache where it can."""
    from indexer.labelled_catalogue import embed_files
    from indexer.report.vector_cache import cached_vectors

    backbone = OpenVinoBackbone(bundle, threads=catalogue.threads)
    file = catalogue.settings.folder / "report" / f"vectors-{backbone.fingerprint[:16]}.npz"

    def embed_paths(paths: list[Path]) -> NDArray[np.float32]:
        return embed_files(paths, backbone, catalogue.limits, threads=catalogue.threads, progress=bar)

    def embed(covers: Sequence[CoverFacts]) -> NDArray[np.float32]:
        return cached_vectors(covers, file, backbone.dimension, embed_paths)

    return backbone, embed
