"""The text opinion that comes with a bundle, fitted to a catalogue whose covers have been read.

    SLEEVE_HOME=HOME python -m indexer.training.bundle_text FOLDER

It writes the bundle in use once more, into a new folder, with the text opinion and its calibration. Nothing of the
catalogue is kept that could name an artist or a title: of the words only those of ``shipped_words.txt``, common words,
kinds of music, formats and series, a list that was gone through by hand; and of the runs of letters only the shortest,
if covers of many artists share them.
"""

import sys
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np

from indexer.evaluation.labelled_catalogue import labelled_covers, read_labelled_catalogue
from indexer.genre.classifier import shipped_classifier
from indexer.genre.fit import GenreModel, fit_genre_model, opinion_metrics
from indexer.genre.labelled_vectors import LabelledVectors
from indexer.genre.prediction import predict
from indexer.home import Home, open_home
from indexer.models.bundle import CALIBRATION_FILE, TEXT_OPINION_FILE, Bundle, BundleDescription, write_bundle
from indexer.models.without_model import BundleWithoutModel, no_model
from sleeve.errors import BundleError, TrainingError
from sleeve.settings import read_settings

LEAST_GROUPS = 8
"""Artists, as far as they are known, whose covers have a run of letters that is kept."""

LONGEST_RUN = 3
"""Letters of a run that is kept."""


def with_text_opinion(home: Home, folder: Path) -> Bundle:
    """Write the bundle in use with a text opinion on its genres.

    Args:
        folder: does not exist yet.

    Raises:
        TrainingError: too few covers have been read.
        BundleError: the bundle has no model or is damaged, or the new one cannot be written.
    """
    catalogue = read_labelled_catalogue(home)
    bundle = catalogue.bundle
    if isinstance(bundle, BundleWithoutModel):
        raise BundleError(no_model(bundle.name))
    covers = without_names(_of_genres(labelled_covers(catalogue), bundle.manifest.genres))
    model = fit_genre_model(covers, seed=0)
    if model.text is None:
        raise TrainingError("too few covers have been read; run `sleeve read` first")
    exponents = model.calibration.model_dump(include={"picture_exponent", "text_exponent", "text_alone_exponent"})
    metrics = _metrics(model, covers)
    manifest = bundle.manifest.model_copy(update={"metrics": {**bundle.manifest.metrics, **metrics}})
    contents = {name: bundle.read(name) for name in bundle.manifest.files}
    contents[CALIBRATION_FILE] = shipped_classifier(bundle).calibration.model_copy(update=exponents).to_bytes()
    contents[TEXT_OPINION_FILE] = model.text.to_bytes()
    description = BundleDescription(**manifest.model_dump(include=set(BundleDescription.model_fields)))
    return write_bundle(folder, description, contents)


def _metrics(model: GenreModel, covers: LabelledVectors) -> dict[str, float]:
    """Of the text opinion, and of the prediction as it is shipped: a genre's offset is the catalogue's own."""
    found = model.out_of_fold
    fused = predict(
        found.head,
        found.vote,
        model.calibration,
        text=found.text,
        head_knows=np.isin(covers.genres, model.head.genres),
        text_knows=np.isin(covers.genres, model.text.genres if model.text else ()),
    )
    return opinion_metrics({"text": found.text, "prediction": fused}, covers.targets[found.rows])


def shipped_words() -> frozenset[str]:
    """The words that may be kept."""
    return frozenset(files("indexer.training").joinpath("shipped_words.txt").read_text(encoding="utf-8").split())


def without_names(covers: LabelledVectors) -> LabelledVectors:
    """The same covers with only those terms of their texts that name nobody."""
    if covers.texts is None:
        return covers
    words = {f"={word}=" for word in shipped_words()}
    pairs = covers.texts.counts.tocoo()
    of_groups = np.unique(np.stack([pairs.col, covers.groups[pairs.row]]), axis=1)[0]
    groups = np.bincount(of_groups, minlength=len(covers.texts.terms))
    kept = [
        term
        for term, count in zip(covers.texts.terms, groups.tolist(), strict=True)
        if (term in words if term.startswith("=") else len(term) <= LONGEST_RUN and count >= LEAST_GROUPS)
    ]
    return replace(covers, texts=covers.texts.only(kept))


def _of_genres(covers: LabelledVectors, genres: tuple[str, ...]) -> LabelledVectors:
    columns = np.flatnonzero(np.isin(covers.genres, genres))
    rows = np.flatnonzero(covers.targets[:, columns].any(axis=1))
    known = tuple(covers.genres[column] for column in columns.tolist())
    return replace(covers.take(rows), targets=covers.targets[np.ix_(rows, columns)], genres=known)


if __name__ == "__main__":
    with open_home(read_settings()) as opened:
        with_text_opinion(opened, Path(sys.argv[1]))
