import copy
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto
from torch import nn

from indexer.images.decoding import ResizeRule
from indexer.models.backbone import OpenVinoBackbone, unit_rows
from indexer.models.bundle import MODEL_FILE, Bundle, Precision, read_bundle
from indexer.training.onnx_bundle import export_backbone, probe_images
from sleeve.errors import BundleError

MEAN = (100.0, 110.0, 120.0)
STD = (50.0, 60.0, 70.0)
SIZE_PX = 32


def make_tower() -> nn.Module:
    torch.manual_seed(5)
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, stride=2),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.Dropout(0.5),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(8, 6),
    )


def export(tower: nn.Module, folder: Path, **changes: Any) -> Bundle:
    arguments: dict[str, Any] = {
        "name": "tiny",
        "input_size_px": SIZE_PX,
        "mean": MEAN,
        "std": STD,
        "resize": ResizeRule.CROP,
        "precision": Precision.F32,
        "genres": ["jazz", "punk"],
        "metrics": {"macro_f1": 0.25},
        "trained_on": "two covers",
        "licence": "MIT",
    }
    return export_backbone(tower, folder, **{**arguments, **changes})


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    folder = tmp_path_factory.mktemp("export") / "bundle"
    return export(make_tower(), folder, extra_files={"head.npz": b"weights"})


def test_the_vectors_are_those_of_pytorch(exported: Bundle) -> None:
    images = np.random.default_rng(3).integers(0, 256, (5, SIZE_PX, SIZE_PX, 3), dtype=np.uint8)
    normalised = ((images - np.array(MEAN)) / STD).astype(np.float32).transpose(0, 3, 1, 2)
    with torch.inference_mode():
        expected = unit_rows(make_tower().eval()(torch.from_numpy(normalised)).numpy())
    np.testing.assert_allclose(OpenVinoBackbone(exported).embed(images), expected, atol=2e-3)


def test_the_manifest_says_what_was_given(exported: Bundle) -> None:
    bundle = read_bundle(exported.folder)
    assert bundle == exported
    assert bundle.read("head.npz") == b"weights"
    assert bundle.manifest.model_dump(exclude={"files", "format"}) == {
        "name": "tiny",
        "dimension": 6,
        "genre_dimensions": 0,
        "input_size_px": SIZE_PX,
        "resize": "crop",
        "interpolation": "bicubic",
        "mean": MEAN,
        "std": STD,
        "precision": "f32",
        "text_cleaning": "lower",
        "genres": ("jazz", "punk"),
        "metrics": {"macro_f1": 0.25},
        "trained_on": "two covers",
        "licence": "MIT",
    }


def test_the_model_has_the_form_that_bundles_promise(exported: Bundle) -> None:
    graph = onnx.load(exported.folder / MODEL_FILE).graph
    shapes = [
        (value.name, value.type.tensor_type.elem_type, [d.dim_value for d in value.type.tensor_type.shape.dim])
        for value in (*graph.input, *graph.output)
    ]
    assert shapes == [
        ("images", TensorProto.FLOAT, [0, 3, SIZE_PX, SIZE_PX]),
        ("vectors", TensorProto.FLOAT, [0, 6]),
    ]
    matrices = [tensor for tensor in graph.initializer if len(tensor.dims) > 1]
    assert {tuple(tensor.dims) for tensor in matrices} == {(8, 3, 3, 3), (6, 8)}
    assert {tensor.data_type for tensor in matrices} == {TensorProto.FLOAT16}


def test_the_model_does_not_say_where_it_was_made(exported: Bundle) -> None:
    data = (exported.folder / MODEL_FILE).read_bytes()
    assert b"site-packages" not in data
    assert b".py" not in data


def test_the_same_weights_give_the_same_bytes(exported: Bundle, tmp_path: Path) -> None:
    again = export(make_tower(), tmp_path / "again")
    assert again.manifest.files["model.onnx"] == exported.manifest.files["model.onnx"]
    assert again.fingerprint == exported.fingerprint


def test_the_tower_is_left_as_it_was(tmp_path: Path) -> None:
    tower = make_tower().double().train()
    before = {name: value.clone() for name, value in tower.state_dict().items()}
    export(tower, tmp_path / "b")
    assert all(part.training for part in tower.modules())
    assert all(torch.equal(value, before[name]) for name, value in tower.state_dict().items())
    assert {value.dtype for value in tower.parameters()} == {torch.float64}


def test_a_coarser_precision_is_recorded_but_not_the_test_of_the_graph(tmp_path: Path) -> None:
    assert export(make_tower(), tmp_path / "b", precision=Precision.BF16).manifest.precision is Precision.BF16


def test_vectors_that_are_not_the_towers_make_no_bundle(tmp_path: Path) -> None:
    tower = make_tower()
    with torch.no_grad():
        tower.get_parameter("6.weight")[0] = 1e6  # beyond float16
    with pytest.raises(BundleError, match=r"is not the one in PyTorch: cosine 0\.00000"):
        export(tower, tmp_path / "b")
    assert list(tmp_path.iterdir()) == []


def test_probe_images_are_varied_and_always_the_same() -> None:
    images = probe_images(4, 64)
    assert images.shape == (4, 64, 64, 3)
    assert images.dtype == np.uint8
    np.testing.assert_array_equal(images, probe_images(4, 64))
    deviations = images.reshape(4, -1, 3).std(axis=1)
    assert deviations.min() > 15
    # As in photographs, neighbours are alike: their difference is small compared with the picture's range.
    steps = np.abs(np.diff(images.astype(int), axis=2)).mean()
    assert steps < deviations.mean() / 2
    assert not np.array_equal(images[0], images[1])


@pytest.mark.slow
def test_layers_that_two_towers_have_alike_are_computed_once(tmp_path: Path) -> None:
    class Twins(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            torch.manual_seed(6)
            self.one = nn.Sequential(nn.Conv2d(3, 48, 3, bias=False), nn.ReLU(), nn.Conv2d(48, 4, 3, bias=False))
            self.other = copy.deepcopy(self.one)
            nn.init.normal_(self.other.get_parameter("2.weight"))
            for parameter in self.parameters():
                parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)

        def forward(self, images: torch.Tensor) -> torch.Tensor:
            return torch.cat([self.one(images).mean((2, 3)), self.other(images).amax((2, 3))], dim=1)

    bundle = export(Twins(), tmp_path / "bundle")
    graph = onnx.load_from_string(bundle.read("model.onnx")).graph
    assert sum(node.op_type == "Conv" for node in graph.node) == 3
    assert sum(len(tensor.dims) == 4 for tensor in graph.initializer) == 3
