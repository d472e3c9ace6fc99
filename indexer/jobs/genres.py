"""``sleeve train --head-only``: fit genres to the catalogue's labels, and let what was fitted answer."""

from collections.abc import Mapping
from dataclasses import dataclass

from db import genre_models
from indexer.evaluation.labelled_catalogue import labelled_covers, read_labelled_catalogue
from indexer.home import Home
from indexer.progress import Progress


@dataclass(frozen=True, slots=True)
class FittedGenres:
    """What was fitted: the genres that the head knows, those with too few albums for it, and measures out of fold."""

    bundle: str
    covers: int
    genres: tuple[str, ...]
    left_out: tuple[str, ...]
    metrics: Mapping[str, float]


def fit_genres(home: Home, progress: Progress) -> FittedGenres:
    """Fit head, vote, text opinion and calibration to the labels as they are; they answer from then on.

    Raises:
        TrainingError: there are too few labels, or none.
        BundleError: the bundle is missing or damaged.
    """
    # scikit-learn takes a second to import.
    from indexer.genre.fit import fit_genre_model

    catalogue = read_labelled_catalogue(home)
    covers = labelled_covers(catalogue)
    progress.start("Learning genres", len(covers))
    model = fit_genre_model(covers, seed=0)
    progress.advance(len(covers))
    with home.database.writing() as session:
        genre_models.store(
            session,
            catalogue.record,
            head=model.head.to_bytes(),
            calibration=model.calibration.to_bytes(),
            text_opinion=None if model.text is None else model.text.to_bytes(),
            metrics=model.metrics,
        )
    return FittedGenres(catalogue.record.name, len(covers), model.head.genres, model.left_out, model.metrics)
