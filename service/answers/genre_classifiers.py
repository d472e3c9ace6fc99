"""The head, text opinion and calibration in use for a model."""

from dataclasses import dataclass
from typing import Any

from db import bundles, genre_models
from db.database import Database
from indexer.genre import Calibration, LinearHead, TextOpinion
from indexer.genre.classifier import GenreClassifier
from service.answers.model import Model
from sleeve.vocabulary import Fingerprint


@dataclass(frozen=True, slots=True)
class _Last:
    """What was asked for last: the id of what was fitted (None for what is shipped), and the state of the catalogue in
    which it was the newest, if that is known."""

    fingerprint: Fingerprint
    fitted_id: int | None
    state: int | None
    classifier: GenreClassifier


class GenreClassifiers:
    """Those fitted last to the catalogue's labels, else those that came with the bundle. Safe from several threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._last: _Last | None = None

    def of(self, model: Model, state: int | None = None) -> GenreClassifier:
        """The head, text opinion and calibration for the vectors of this model.

        Args:
            state: of the catalogue, if it is known (see ``service.answers.memory``); in one state they stay the same.
        """
        fingerprint, last = model.backbone.fingerprint, self._last
        if last is not None and last.fingerprint != fingerprint:
            last = None
        if last is not None and last.state is not None and last.state == state:
            return last.classifier
        with self._database.reading() as session:
            newest_id = genre_models.newest_id(session, fingerprint)
            if newest_id is None:
                found = model.shipped
            elif last is not None and last.fitted_id == newest_id:
                found = last.classifier
            else:
                found = _fitted(session, fingerprint)
        self._last = _Last(fingerprint, newest_id, state, found)
        return found

    def near_duplicate_at(self, model: Model, state: int | None = None) -> float:
        """From this similarity on two covers usually show the same artwork; ``state`` as for ``of``."""
        return self.of(model, state).calibration.vote.near_duplicate_similarity


def _fitted(session: Any, fingerprint: Fingerprint) -> GenreClassifier:
    bundle = bundles.find(session, fingerprint)
    fitted = genre_models.newest(session, bundle) if bundle else None
    assert fitted is not None  # its id was just there
    return GenreClassifier(
        LinearHead.from_bytes(fitted.head),
        Calibration.from_bytes(fitted.calibration),
        None if fitted.text_opinion is None else TextOpinion.from_bytes(fitted.text_opinion),
        is_of_catalogue=True,
    )
