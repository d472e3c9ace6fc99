"""Towers by name, what folding and freezing do to them, and what is said about names that lead nowhere."""

import copy
from pathlib import Path

import pytest
import torch
from torch import nn

from indexer.training.architectures import build_tower, fold_norms, freeze, parameters_of
from indexer.training.hardware import bf16_pays
from indexer.training.imagenet_weights import EFFICIENTNET_LITE0
from indexer.training.torchvision_shim import make_torchvision_importable
from sleeve.errors import TrainingError


@pytest.mark.slow
def test_stages_hold_every_parameter_once() -> None:
    for name in ("test_resnet", "test_vit", "test_efficientnet"):
        tower = build_tower(name)
        staged = [id(parameter) for stage in tower.stages for parameter in parameters_of(stage)]
        assert sorted(staged) == sorted(id(parameter) for parameter in tower.module.parameters())


def test_a_tower_gives_vectors_of_its_width() -> None:
    tower = build_tower("test_resnet")
    with torch.inference_mode():
        assert tower.module.eval()(torch.zeros(2, 3, 64, 64)).shape == (2, tower.width)


def test_folded_norms_leave_the_function_as_it_was() -> None:
    make_torchvision_importable()
    import timm

    torch.manual_seed(0)
    plain = timm.create_model("tf_efficientnet_lite0", num_classes=0)
    for part in plain.modules():
        if isinstance(part, nn.BatchNorm2d):
            part.running_mean = torch.randn(part.num_features) * 0.1
            part.running_var = torch.rand(part.num_features) + 0.5
            nn.init.uniform_(part.weight, 0.5, 1.5)
            nn.init.normal_(part.bias, 0, 0.1)
    plain.eval()
    folded = fold_norms(copy.deepcopy(plain))
    images = torch.randn(2, 3, 64, 64)
    with torch.inference_mode():
        assert torch.allclose(folded(images), plain(images), atol=1e-4)
    assert not any(isinstance(part, nn.BatchNorm2d) for part in folded.modules())


def test_freezing_takes_the_first_stages_only() -> None:
    tower = build_tower("test_resnet")
    freeze(tower.stages, 2)
    for number, stage in enumerate(tower.stages):
        assert all(parameter.requires_grad == (number >= 2) for parameter in parameters_of(stage))


def test_activations_that_learn_do_not_overwrite_what_autograd_would_copy() -> None:
    torch.manual_seed(0)
    overwriting, learning = build_tower("efficientnet-lite0"), build_tower("efficientnet-lite0")
    learning.module.load_state_dict(overwriting.module.state_dict())
    freeze(learning.stages, 4)
    for number, stage in enumerate(learning.stages):
        modules = [module for part in stage if isinstance(part, nn.Module) for module in part.modules()]
        activations = [module for module in modules if isinstance(module, nn.ReLU6)]
        assert all(activation.inplace == (number < 4) for activation in activations)
    images = torch.rand(2, 3, 64, 64)
    gradients = []
    for tower in (overwriting, learning):
        tower.module.eval()(images).square().sum().backward()
        learnt = (parameter.grad for parameter in parameters_of(tower.stages[-1]))
        gradients.append([gradient for gradient in learnt if gradient is not None])
    assert gradients[0]
    assert all(torch.equal(one, other) for one, other in zip(*gradients, strict=True))


def test_a_checkpoint_file_is_loaded(tmp_path: Path) -> None:
    torch.manual_seed(1)
    source = build_tower("test_resnet").module
    make_torchvision_importable()
    import timm

    whole = timm.create_model("test_resnet")
    whole.load_state_dict(source.state_dict(), strict=False)
    torch.save(whole.state_dict(), tmp_path / "weights.pth")
    loaded = build_tower("test_resnet", str(tmp_path / "weights.pth")).module
    assert all(torch.equal(value, loaded.state_dict()[name]) for name, value in source.state_dict().items())


@pytest.mark.slow
def test_names_and_files_that_lead_nowhere_are_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="timm has no resnet18x"):
        build_tower("resnet18x")
    with pytest.raises(TrainingError, match="there is no such checkpoint file"):
        build_tower("test_resnet", str(tmp_path / "missing.pth"))
    (tmp_path / "bad.pth").write_bytes(b"no weights")
    with pytest.raises(TrainingError, match="does not hold weights of test_resnet"):
        build_tower("test_resnet", str(tmp_path / "bad.pth"))
    with pytest.raises(TrainingError, match="open_clip has no ViT-Q-1"):
        build_tower("open_clip:ViT-Q-1/laion")
    with pytest.raises(TrainingError, match="name the weights too"):
        build_tower("open_clip:ViT-B-32")
    with pytest.raises(TrainingError, match=r"absent\.pt: no such file"):
        build_tower(f"open_clip:ViT-B-32/{tmp_path / 'absent.pt'}")
    with pytest.raises(TrainingError, match=r"bad\.pth does not hold weights of RN50"):
        build_tower(f"open_clip:RN50/{tmp_path / 'bad.pth'}")


def test_bf16_is_not_taken_for_depthwise_convolutions_on_a_cpu() -> None:
    cpu = torch.device("cpu")
    assert not bf16_pays(nn.Conv2d(8, 8, 3, groups=8), cpu)
    assert bf16_pays(nn.Conv2d(8, 8, 3), cpu) == torch.ops.mkldnn._is_mkldnn_bf16_supported()


def test_efficientnet_lite0_comes_with_its_weights() -> None:
    tower = build_tower(EFFICIENTNET_LITE0)
    assert len(tower.stages) == 9
    assert tower.mean == (127.0, 127.0, 127.0)
    with torch.inference_mode():
        features = tower.module(torch.zeros(1, 3, 64, 64))
    assert features.shape == (1, 1280)
    assert features.std() > 0.01
