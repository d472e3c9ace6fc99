"""What a report is made from: the catalogue's covers with their vectors, looks and groups."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from db import records
from db.cover_facts import CoverFacts
from indexer.analysis.catalogue_facts import CatalogueFacts, catalogue_facts
from indexer.analysis.looks import Looks, read_looks
from indexer.evaluation import group_covers
from indexer.evaluation.grouping import near_duplicates
from indexer.evaluation.labelled_catalogue import ARTWORK_COLUMN, SOURCE_COLUMN, unseen_by
from indexer.genre import CountedTexts, LabelledVectors, count_texts, membership
from indexer.models.backbone import Backbone
from indexer.models.without_model import AnyBundle
from indexer.progress import Progress
from sleeve.vocabulary import ContentHash

MEASURED_COVERS = 10_000
"""Of more covers than this a random sample is measured and drawn; the catalogue's facts are of all."""


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A bundle with its vectors of the measured covers.

    Attributes:
        vectors: (m, d) float32, L2-normalised.
        unseen: (m,) whether its backbone was not trained on the cover.
        genre_dimensions: how many of the last components are the vectors' genre part.
    """

    name: str
    vectors: NDArray[np.float32]
    unseen: NDArray[np.bool_]
    backbone: Backbone
    genre_dimensions: int


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """m measured covers.

    Attributes:
        facts: of the whole catalogue.
        embedded: covers that have a vector, measured or not.
        covers, looks: of the measured ones, rows alike.
        targets: (m, g) bool; rows of unlabelled covers are False.
        groups: (m,) what must stay on one side of a split.
        live: the bundle that answers.
        frozen: a bundle that was trained on no cover of the catalogue; None if the live one is that bundle.
        texts: of the measured covers; None if nobody has read any.
    """

    facts: CatalogueFacts
    embedded: int
    covers: tuple[CoverFacts, ...]
    looks: Looks
    genres: tuple[str, ...]
    targets: NDArray[np.bool_]
    groups: NDArray[np.int64]
    live: Model
    frozen: Model | None
    texts: CountedTexts | None = None

    @property
    def labelled(self) -> NDArray[np.int64]:
        """Rows that have a genre."""
        return np.flatnonzero(self.targets.any(axis=1))

    def labelled_vectors(self, model: Model) -> LabelledVectors:
        """The labelled covers by a model, in the order of ``labelled``."""
        rows = self.labelled
        return LabelledVectors(
            vectors=model.vectors[rows],
            targets=self.targets[rows],
            genres=self.genres,
            groups=self.groups[rows],
            sources=np.array([self.covers[row].extra.get(SOURCE_COLUMN, "") for row in rows], dtype=np.str_),
            unseen=model.unseen[rows],
            genre_dimensions=model.genre_dimensions,
            texts=None if self.texts is None else self.texts[rows],
            named=np.array([self.covers[row].artist is not None for row in rows], dtype=np.bool_),
        )


Embed = Callable[[Sequence[CoverFacts]], NDArray[np.float32]]


def gather(
    every: Sequence[CoverFacts],
    found: records.CatalogueVectors,
    texts: Sequence[Sequence[records.TextLine]],
    live: tuple[AnyBundle, Backbone],
    frozen: tuple[AnyBundle, Backbone, Embed] | None,
    *,
    threads: int,
    seed: int,
    progress: Progress,
) -> Material:
    """Look at every embedded cover once, group covers, draw the sample, and embed it with the frozen bundle.

    Args:
        every: all front covers.
        found: their vectors by the live bundle; covers without one are counted only.
        texts: what the covers with a vector say, in the same order.
        frozen: None if the live bundle is the frozen one.

    Raises:
        BundleError: a bundle's list of covers that it was trained on is damaged.
    """
    of_path = {cover.path: cover for cover in every}
    kept = np.array([row for row, path in enumerate(found.paths) if path in of_path], dtype=np.int64)
    covers = tuple(of_path[found.paths[row]] for row in kept)
    vectors = found.vectors[kept]
    looks = read_looks([cover.path for cover in covers], threads=threads, progress=progress)
    pairs = near_duplicates(vectors, looks.hashes)
    groups = group_covers(
        [cover.artist for cover in covers], [cover.extra.get(ARTWORK_COLUMN) for cover in covers], pairs.tolist()
    )
    rows = np.sort(np.random.default_rng(seed).permutation(len(covers))[:MEASURED_COVERS])
    measured = tuple(covers[row] for row in rows)
    hashes = [cover.content_hash for cover in measured]
    lines = [texts[row] for row in kept[rows].tolist()]
    bundle, backbone = live
    other = None
    if frozen is not None:
        frozen_bundle, frozen_backbone, embed = frozen
        other = _model(frozen_bundle, embed(measured), hashes, frozen_backbone)
    genres = tuple(sorted({genre for cover in measured for genre in cover.genres}))
    return Material(
        facts=catalogue_facts(covers, groups, pairs),
        embedded=len(covers),
        covers=measured,
        looks=looks.take(rows),
        genres=genres,
        targets=membership([cover.genres for cover in measured], genres),
        groups=groups[rows],
        live=_model(bundle, vectors[rows], hashes, backbone),
        frozen=other,
        texts=count_texts(lines) if any(lines) else None,
    )


def _model(bundle: AnyBundle, vectors: NDArray[np.float32], hashes: Sequence[ContentHash], backbone: Backbone) -> Model:
    manifest = bundle.manifest
    return Model(manifest.name, vectors, unseen_by(bundle, hashes), backbone, manifest.genre_dimensions)
