"""A head, a text opinion and the calibration that goes with them: what answers for a bundle's vectors."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Self

from indexer.genre.head import LinearHead
from indexer.genre.prediction import Calibration
from indexer.genre.text_opinion import TextOpinion
from indexer.models.bundle import CALIBRATION_FILE, HEAD_FILE, TEXT_OPINION_FILE
from indexer.models.without_model import AnyBundle


@dataclass(frozen=True, slots=True)
class GenreClassifier:
    """What was fitted together; the head is None if nothing was, the text opinion also if there was too little text.

    Attributes:
        is_of_catalogue: it was fitted to the catalogue's own labels, so that a genre that no album has is a former one.
    """

    head: LinearHead | None
    calibration: Calibration
    text: TextOpinion | None = None
    is_of_catalogue: bool = False

    def for_genres(self, genres: Collection[str]) -> Self:
        """The same without the former genres of a catalogue that has these by now."""
        if not genres or not self.is_of_catalogue:
            return self
        head = self.head and self.head.without_others(genres)
        return replace(self, head=head, text=self.text and self.text.without_others(genres))


def shipped_classifier(bundle: AnyBundle) -> GenreClassifier:
    """The head, calibration and text opinion that came with a bundle.

    Raises:
        BundleError: one of them is damaged.
    """
    files = bundle.manifest.files
    head = LinearHead.from_bytes(bundle.read(HEAD_FILE)) if HEAD_FILE in files else None
    calibration = Calibration.from_bytes(bundle.read(CALIBRATION_FILE)) if CALIBRATION_FILE in files else Calibration()
    text = TextOpinion.from_bytes(bundle.read(TEXT_OPINION_FILE)) if TEXT_OPINION_FILE in files else None
    return GenreClassifier(head, calibration, text)
