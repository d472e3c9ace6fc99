"""Single covers: whose labels are suspect, and where their predictions come from."""

from dataclasses import dataclass

import numpy as np

from indexer.analysis.label_errors import Suspect, likely_label_errors
from indexer.analysis.occlusion import Occlusion, occlude
from indexer.genre.fit import GenreModel
from indexer.genre.head import fit_head
from indexer.images.decoding import read
from indexer.models.preparing import fit_image
from indexer.report.material import Material, Model
from sleeve.errors import FileRejectedError

EXPLAINED_A_GENRE = 2
EXPLAINED_GENRES = 20


@dataclass(frozen=True, slots=True, eq=False)
class SuspectCover:
    """A suspect label of a row of the material, and the model that suspects it."""

    row: int
    suspect: Suspect
    model: str


@dataclass(frozen=True, slots=True, eq=False)
class Explained:
    """A cover (row of the material) and where its prediction comes from."""

    row: int
    genres: tuple[str, ...]
    occlusion: Occlusion


def suspect_covers(
    material: Material, fits: tuple[tuple[Model | None, GenreModel | None], ...]
) -> tuple[SuspectCover, ...]:
    """Those whose own genre is least likely first; the first of the models that has not seen a cover judges it."""
    found, judged = [], np.zeros(len(material.labelled), np.bool_)
    for model, fit in fits:
        if model is None or fit is None:
            continue
        answered = fit.out_of_fold
        fresh = np.flatnonzero(~judged[answered.rows])
        rows = material.labelled[answered.rows[fresh]]
        judged[answered.rows[fresh]] = True
        suspects = likely_label_errors(answered.prediction[fresh], material.targets[rows], material.genres)
        found += [SuspectCover(int(rows[suspect.row]), suspect, model.name) for suspect in suspects]
    return tuple(sorted(found, key=lambda cover: cover.suspect.given_probability))


def explained_covers(material: Material, fitted: GenreModel, *, seed: int) -> tuple[Explained, ...]:
    """Covers that the live backbone has not seen, explained by a head that has not seen their groups either.

    Raises:
        TrainingError: without those groups there is too little to fit a head to.
    """
    live = material.labelled_vectors(material.live)
    unseen = np.flatnonzero(live.unseen_or_all)
    generator = np.random.default_rng(seed)
    commonest = np.argsort(-live.targets[unseen].sum(axis=0), kind="stable")[:EXPLAINED_GENRES]
    chosen = [
        int(row)
        for column in sorted(commonest.tolist())
        for row in generator.permutation(unseen[live.primary_or_first[unseen] == column])[:EXPLAINED_A_GENRE]
    ]
    train = ~np.isin(live.groups, live.groups[chosen])
    head = fit_head(live.vectors[train], live.targets[train], live.genres, groups=live.groups[train], C=fitted.C).head
    found = []
    for row in material.labelled[chosen].tolist():
        cover = material.covers[row]
        try:
            pixels = fit_image(read(cover.path), material.live.backbone)
        except FileRejectedError:
            continue
        found.append(Explained(row, cover.genres, occlude(pixels, material.live.backbone, head)))
    return tuple(found)
