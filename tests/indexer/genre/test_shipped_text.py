"""The text opinion that comes with the default bundle."""

import pytest

from indexer.genre.classifier import shipped_classifier
from indexer.genre.text_opinion import TextOpinion
from indexer.models.bundle import TEXT_OPINION_FILE, read_bundle
from indexer.models.shelf import SHIPPED_BUNDLES
from tests.indexer.genre.planted import text_line


@pytest.fixture(scope="module")
def shipped() -> TextOpinion:
    found = shipped_classifier(read_bundle(SHIPPED_BUNDLES / "sleeve-lite0")).text
    assert found is not None
    return found


def test_it_knows_the_genres_of_the_head_and_is_small(shipped: TextOpinion) -> None:
    bundle = read_bundle(SHIPPED_BUNDLES / "sleeve-lite0")
    assert shipped.genres == bundle.manifest.genres
    assert len(bundle.read(TEXT_OPINION_FILE)) < 100_000


def test_it_holds_no_names(shipped: TextOpinion) -> None:
    from indexer.training.bundle_text import shipped_words

    whole = {term[1:-1] for term in shipped.terms if term.startswith("=")}
    assert whole <= shipped_words()
    assert max(len(term) for term in shipped.terms if not term.startswith("=")) <= 3


@pytest.mark.parametrize(
    ("words", "genre"),
    [
        ("Parental Advisory Explicit Content", "hip-hop"),
        ("Bluegrass Country Songs", "country"),
        ("Death Metal Grindcore Demo", "metal"),
    ],
)
def test_it_knows_what_everybody_knows(shipped: TextOpinion, words: str, genre: str) -> None:
    said = shipped.probabilities([[text_line(words)]])[0]
    assert shipped.genres[said.argmax()] == genre
    assert shipped.spoken([text_line(words)])[genre]
