"""A batch that goes through the tower in parts has the features and gradients of one that goes through whole."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import torch

from indexer.training.architectures import build_tower, freeze
from indexer.training.embedding_network import EmbeddingNetwork
from indexer.training.hardware import workers_of
from indexer.training.tower_pass import TowerPass
from indexer.training.validation import to_input
from tests.indexer.training.test_hardware import CPU
from tests.indexer.training.test_loop import TINY


@pytest.mark.parametrize(
    ("architecture", "frozen", "threads"),
    [
        ("test_efficientnet", 2, 2),
        *(
            pytest.param(*case, marks=pytest.mark.slow)
            for case in product(("test_resnet", "test_efficientnet"), (0, 2), (1, 3))
        ),
    ],
)
def test_parts_give_what_the_whole_gives(architecture: str, frozen: int, threads: int) -> None:
    torch.manual_seed(0)
    tower = build_tower(architecture)
    freeze(tower.stages, frozen)
    network = EmbeddingNetwork(tower, replace(TINY, architecture=architecture), genre_count=3)
    images = np.random.default_rng(0).integers(0, 256, (35, 40, 40, 3), dtype=np.uint8)
    whole = network.features(to_input(images, tower, CPU.device))
    weighing = torch.randn_like(whole)
    torch.autograd.backward(whole, weighing)
    learning = [parameter for parameter in network.tower.parameters() if parameter.requires_grad]
    expected = [parameter.grad for parameter in learning]
    network.zero_grad(set_to_none=True)
    hardware = replace(CPU, threads=threads)
    with workers_of(hardware) as workers:
        tower_pass = TowerPass(network, tower, hardware, workers)
        features = tower_pass.features(images)
        tower_pass.backward(weighing)
    assert torch.allclose(features, whole, rtol=1e-4, atol=1e-5)
    assert features.requires_grad
    assert features.is_leaf
    assert any(gradient is not None for gradient in expected)
    for parameter, gradient in zip(learning, expected, strict=True):
        if gradient is None:
            assert parameter.grad is None
        else:
            assert parameter.grad is not None
            assert torch.allclose(parameter.grad, gradient, rtol=1e-3, atol=1e-4 * float(gradient.abs().max()))


def test_a_tower_that_learns_nothing_has_features_and_no_gradients() -> None:
    tower = build_tower("test_resnet")
    freeze(tower.stages, len(tower.stages))
    network = EmbeddingNetwork(tower, TINY, genre_count=3)
    images = np.zeros((4, 40, 40, 3), np.uint8)
    with workers_of(CPU) as workers:
        tower_pass = TowerPass(network, tower, CPU, workers)
        features = tower_pass.features(images)
        tower_pass.backward(torch.ones_like(features))
    assert features.shape == (4, network.tower.width + network.tower.style_width)
    assert all(parameter.grad is None for parameter in tower.module.parameters())


def test_autocast_reaches_every_part() -> None:
    tower = build_tower("test_resnet")
    network = EmbeddingNetwork(tower, TINY, genre_count=3)
    images = np.random.default_rng(0).integers(0, 256, (20, 40, 40, 3), dtype=np.uint8)
    made = []
    for autocast in (False, True):
        hardware = replace(CPU, autocast=autocast)
        with workers_of(hardware) as workers:
            made.append(TowerPass(network, tower, hardware, workers).features(images))
    exact, rounded = made
    assert rounded.dtype == torch.float32
    differing = (exact - rounded).abs().amax(dim=1)
    assert (differing > 0).all()
    assert torch.nn.functional.cosine_similarity(exact, rounded).min() > 0.99
