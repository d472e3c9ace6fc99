"""The head, text opinion and calibration in use for a model."""

from db import bundles, genre_models
from db.database import Database
from indexer.genre import Calibration, LinearHead, TextOpinion
from indexer.genre.classifier import GenreClassifier
from service.answers.model import Model
from sleeve.vocabulary import Fingerprint


class GenreClassifiers:
    """Those fitted last to the catalogue's labels, else those that came with the bundle. Safe from several threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._last: tuple[Fingerprint, int, GenreClassifier] | None = None

    def of(self, model: Model) -> GenreClassifier:
        """The head, text opinion and calibration for the vectors of this model."""
        fingerprint, last = model.backbone.fingerprint, self._last
        with self._database.reading() as session:
            newest_id = genre_models.newest_id(session, fingerprint)
            if newest_id is None:
                return model.shipped
            if last is not None and last[:2] == (fingerprint, newest_id):
                return last[2]
            bundle = bundles.find(session, fingerprint)
            fitted = genre_models.newest(session, bundle) if bundle else None
        assert fitted is not None  # its id was just there
        found = GenreClassifier(
            LinearHead.from_bytes(fitted.head),
            Calibration.from_bytes(fitted.calibration),
            None if fitted.text_opinion is None else TextOpinion.from_bytes(fitted.text_opinion),
            is_of_catalogue=True,
        )
        self._last = fingerprint, fitted.id, found
        return found

    def near_duplicate_at(self, model: Model) -> float:
        """From this similarity on two covers usually show the same artwork."""
        return self.of(model).calibration.vote.near_duplicate_similarity
