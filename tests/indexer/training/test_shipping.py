"""A trained network leaves as a bundle that embeds as the network does and says what it is."""

from pathlib import Path

import numpy as np
import pytest
import torch

from indexer.models.backbone import OpenVinoBackbone
from indexer.models.bundle import read_bundle
from indexer.training.architectures import build_tower
from indexer.training.embedding_network import EmbeddingNetwork, ServedNetwork
from indexer.training.genre_projection import GenreProjection
from indexer.training.loop import TrainedModel
from indexer.training.onnx_bundle import probe_images
from indexer.training.principal_projection import PrincipalProjection
from indexer.training.recipe import Recipe
from indexer.training.samples import Split
from indexer.training.shipping import export_trained
from indexer.training.tapped_tower import TappedTower
from indexer.training.validation import ValidationScores, to_input


@pytest.mark.slow
def test_the_bundle_embeds_as_the_network_does(tmp_path: Path) -> None:
    torch.manual_seed(0)
    recipe = Recipe(architecture="test_resnet", artwork_dimension=12, genre_dimension=6, inference_size_px=48)
    tower = build_tower(recipe.architecture)
    network = EmbeddingNetwork(tower, recipe, genre_count=2)
    network.centre.running_mean = torch.randn(network.genre.in_features) * 0.1
    before = build_tower(recipe.architecture)
    untuned = TappedTower(before.module, before.taps, before.peaks, 48)
    width = untuned.style_width
    projection = GenreProjection(
        np.full(width, 0.2, np.float32),
        np.full(width, 0.5, np.float32),
        np.random.default_rng(0).normal(0, 0.05, (2, width)).astype(np.float32),
        np.array([0.1, -0.1], np.float32),
    )
    principal = PrincipalProjection(
        np.random.default_rng(1).normal(0, 0.05, (5, untuned.width)).astype(np.float32), np.zeros(5, np.float32)
    )
    served = ServedNetwork(network.eval(), untuned, principal, projection, recipe)
    model = TrainedModel(
        network=served,
        tower=tower,
        genres=("jazz", "rock"),
        split=Split((0,), (1,)),
        recipe=recipe,
        scores=ValidationScores(0.5, 1.0, 0.25, 0.75),
        confusion=np.eye(2, dtype=np.int64),
        epochs=1,
    )
    export_trained(model, tmp_path / "bundle", name="tiny", trained_on="nothing")
    bundle = read_bundle(tmp_path / "bundle")
    images = probe_images(3, 48)
    with torch.inference_mode():
        expected = served(to_input(images, tower, torch.device("cpu"))).numpy()
    made = OpenVinoBackbone(bundle).embed(images)
    assert np.allclose(made, expected, atol=5e-3)
    assert bundle.manifest.genres == ("jazz", "rock")
    assert bundle.manifest.dimension == 12 + 5 + 2 + 1
    assert bundle.manifest.genre_dimensions == 2 + 1
    assert bundle.manifest.metrics == {}
