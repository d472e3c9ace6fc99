"""``sleeve report``: the catalogue, its genres and the model's mistakes on one page."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from db import cover_facts
from db.cover_facts import CoverFacts
from indexer.evaluation.labelled_catalogue import embed_files, read_labelled_catalogue
from indexer.home import Home
from indexer.models.backbone import Backbone
from indexer.models.shelf import FROZEN_BUNDLE
from indexer.models.without_model import AnyBundle
from indexer.progress import Progress
from sleeve.errors import MissingExtraError

if TYPE_CHECKING:
    from indexer.report.material import Embed, Material
    from indexer.report.writing import WrittenReport


@dataclass(frozen=True, slots=True)
class Reported:
    """What was written, what is missing and why, and the seconds of each step."""

    written: "WrittenReport"
    notes: tuple[str, ...]
    seconds: dict[str, float]


def report(home: Home, progress: Progress, folder: Path, *, seed: int = 0) -> Reported:
    """Write a research report on the catalogue into a folder; the same seed gives the same numbers.

    Raises:
        MissingExtraError: the `report` extra is not installed.
        TrainingError: no embedded cover has a genre.
        BundleError: a bundle is missing or damaged.
        OutputError: the report cannot be written, or a file in its way is not a report's.
    """
    _check_installed()
    from indexer.report.place import remember
    from indexer.report.study import study
    from indexer.report.writing import check_folder, write_report

    check_folder(folder)
    found = study(_material(home, seed, progress), seed=seed, threads=home.threads, progress=progress)
    written = write_report(found, folder, progress)
    # Without this, the report is written all the same, and the web app does not show it.
    with suppress(OSError):
        remember(home.report_place_file, folder)
    return Reported(written, tuple(found.notes), dict(found.seconds))


def _check_installed() -> None:
    """Whether what the `report` extra brings is there; nothing is imported.

    Raises:
        MissingExtraError: something is missing.
    """
    for name in ("cleanlab", "jinja2", "matplotlib", "openTSNE", "umap"):
        if find_spec(name) is None:
            raise MissingExtraError("a report", name, "report")


def _material(home: Home, seed: int, progress: Progress) -> "Material":
    from indexer.report.material import gather

    catalogue = read_labelled_catalogue(home)
    with home.database.reading() as session:
        every = cover_facts.front_covers(session)
    frozen = home.shelf.named(FROZEN_BUNDLE)
    other = None
    if frozen.fingerprint != catalogue.bundle.fingerprint:
        other = (frozen, *_frozen(home, frozen, progress))
    return gather(
        every,
        catalogue.vectors,
        catalogue.texts,
        (catalogue.bundle, home.backbone(catalogue.bundle)),
        other,
        threads=home.threads,
        seed=seed,
        progress=progress,
    )


def _frozen(home: Home, bundle: AnyBundle, progress: Progress) -> "tuple[Backbone, Embed]":
    """The frozen bundle opened, and what embeds with it, from the home's cache if that has them."""
    from indexer.report.vector_cache import cached_vectors

    backbone = home.backbone(bundle)
    file = home.report_vectors_file(backbone.fingerprint)

    def embed_paths(paths: list[Path]) -> NDArray[np.float32]:
        return embed_files(paths, backbone, threads=home.threads, progress=progress)

    def embed(covers: Sequence[CoverFacts]) -> NDArray[np.float32]:
        return cached_vectors(covers, file, backbone.dimension, embed_paths)

    return backbone, embed
