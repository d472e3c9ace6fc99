"""From covers to a bundle in one call: what is in it, what it says about itself, and that it answers."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from indexer.evaluation.labelled_catalogue import SEEN_DIGITS, SEEN_FILE
from indexer.genre import LinearHead, TextOpinion
from indexer.images.decoding import read
from indexer.models.backbone import OpenVinoBackbone
from indexer.models.bundle import CALIBRATION_FILE, HEAD_FILE, TEXT_OPINION_FILE, read_bundle
from indexer.models.preparing import fit_image
from indexer.training.run import train_bundle
from indexer.training.samples import LabelledCover, split_by_group
from indexer.training.tracking import NoTracking
from sleeve.errors import BundleError
from tests.indexer.genre.planted import text_line
from tests.indexer.training.test_loop import TINY

LEARNING = replace(TINY, epochs=6, validation_share=0.5)


@pytest.mark.slow
def test_a_bundle_comes_out_with_head_text_opinion_calibration_and_the_covers_it_saw(
    covers: list[LabelledCover], tmp_path: Path
) -> None:
    def train() -> None:
        train_bundle(
            covers,
            LEARNING,
            tmp_path / "bundle",
            checkpoints=tmp_path / "run",
            name="colours",
            trained_on="coloured squares",
            tracker=NoTracking(),
            resume=True,
        )

    train()
    bundle = read_bundle(tmp_path / "bundle")
    assert (bundle.manifest.name, bundle.manifest.trained_on) == ("colours", "coloured squares")
    assert bundle.manifest.genres == ("jazz", "rock")
    assert bundle.manifest.metrics["prediction_accuracy"] >= 0.8
    assert bundle.read(CALIBRATION_FILE)

    seen = split_by_group(covers, LEARNING.validation_share, LEARNING.seed).training
    digests = {sha256(covers[number].path.read_bytes()).hexdigest()[:SEEN_DIGITS] for number in seen}
    assert set(bundle.read(SEEN_FILE).decode().split()) == digests

    backbone, head = OpenVinoBackbone(bundle), LinearHead.from_bytes(bundle.read(HEAD_FILE))
    labelled = [cover for cover in covers if cover.genres]
    pixels = [fit_image(read(cover.path), backbone) for cover in labelled]
    said = head.probabilities(backbone.embed(np.stack(pixels))).argmax(axis=1)
    right = [head.genres[answer] == cover.genres[0] for answer, cover in zip(said, labelled, strict=True)]
    assert np.mean(right) >= 0.8

    text = TextOpinion.from_bytes(bundle.read(TEXT_OPINION_FILE))
    assert {"=jazz=", "=music="} < set(text.terms)
    assert max(len(term) for term in text.terms if not term.startswith("=")) <= 3
    assert not [term for term in text.terms if term.startswith("=zorn")]
    [said] = text.probabilities([[text_line("jazz")]])
    assert said[text.genres.index("jazz")] > 0.7
    assert "text_accuracy" in bundle.manifest.metrics

    with pytest.raises(BundleError, match="exists already"):
        train()
