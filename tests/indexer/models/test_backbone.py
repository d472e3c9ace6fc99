import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from indexer.images.decoding import ResizeRule
from indexer.models.backbone import (
    Backbone,
    BackboneOnDemand,
    OpenVinoBackbone,
    fingerprint_as_run,
    fingerprint_here,
    load_openvino,
    unit_rows,
)
from indexer.models.bundle import MODEL_FILE, Bundle, BundleDescription, Precision, write_bundle
from sleeve.errors import BundleError

MEAN = (10.0, 20.0, 30.0)
STD = (2.0, 4.0, 8.0)
SIZE_PX = 4


def onnx_model(nodes: list[onnx.NodeProto], channels: int, dimension: int, *weights: onnx.TensorProto) -> bytes:
    graph = helper.make_graph(
        nodes,
        "model",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, ["n", channels, SIZE_PX, SIZE_PX])],
        [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["n", dimension])],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString())


def colour_grid(channels: int = 3) -> bytes:
    """The mean colour of each quarter of a 4 px image, ordered channel, row, column."""
    nodes = [
        helper.make_node("AveragePool", ["images"], ["grid"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Flatten", ["grid"], ["vectors"]),
    ]
    return onnx_model(nodes, channels, 4 * channels)


def projection(weights: NDArray[np.float32]) -> bytes:
    """All pixels times ``weights`` (48, d)."""
    nodes = [
        helper.make_node("Flatten", ["images"], ["pixels"]),
        helper.make_node("MatMul", ["pixels", "weights"], ["vectors"]),
    ]
    return onnx_model(nodes, 3, weights.shape[1], numpy_helper.from_array(weights, "weights"))


def write(
    folder: Path, model: bytes, *, dimension: int = 12, precision: Precision = Precision.F32, size_px: int = SIZE_PX
) -> Bundle:
    description = BundleDescription(
        name="colour grid",
        dimension=dimension,
        input_size_px=size_px,
        resize=ResizeRule.PAD,
        mean=MEAN,
        std=STD,
        precision=precision,
        trained_on="nothing",
        licence="Apache-2.0",
    )
    return write_bundle(folder, description, {MODEL_FILE: model})


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return write(tmp_path / "bundle", colour_grid())


def noise(count: int) -> NDArray[np.uint8]:
    return np.random.default_rng(7).integers(0, 256, (count, SIZE_PX, SIZE_PX, 3), dtype=np.uint8)


def by_hand(images: NDArray[np.uint8]) -> NDArray[np.float64]:
    """What the model makes of images, from the definition of each step."""
    normalised = (images.astype(np.float64) - MEAN) / STD
    quarters = normalised.reshape(-1, 2, 2, 2, 2, 3).mean(axis=(2, 4))
    vectors = quarters.transpose(0, 3, 1, 2).reshape(-1, 12)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))


def test_it_says_what_the_bundle_says(bundle: Bundle) -> None:
    backbone: Backbone = OpenVinoBackbone(bundle)
    assert backbone.fingerprint == bundle.fingerprint
    assert (backbone.dimension, backbone.input_size_px, backbone.resize) == (12, 4, ResizeRule.PAD)


def test_colours_places_mean_and_deviation(bundle: Bundle) -> None:
    """One quarter, top right, is (50, 100, 150); the rest is the mean, which is nothing after normalising."""
    image = np.zeros((1, SIZE_PX, SIZE_PX, 3), np.uint8)
    image[:] = MEAN
    image[0, :2, 2:] = (50, 100, 150)
    red, green, blue = (50 - 10) / 2, (100 - 20) / 4, (150 - 30) / 8
    length = (red**2 + green**2 + blue**2) ** 0.5
    expected = np.array([[0, red, 0, 0, 0, green, 0, 0, 0, blue, 0, 0]]) / length
    vectors = OpenVinoBackbone(bundle).embed(image)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, expected, atol=1e-6)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_rows_keep_their_order(bundle: Bundle, threads: int) -> None:
    images = noise(41)
    np.testing.assert_allclose(OpenVinoBackbone(bundle, threads).embed(images), by_hand(images), atol=1e-5)


def test_a_vector_does_not_depend_on_its_batch(bundle: Bundle) -> None:
    backbone, images = OpenVinoBackbone(bundle, 2), noise(9)
    alone = np.concatenate([backbone.embed(images[i : i + 1]) for i in range(9)])
    np.testing.assert_array_equal(backbone.embed(images), alone)


def test_no_images_make_no_vectors(bundle: Bundle) -> None:
    assert OpenVinoBackbone(bundle).embed(noise(0)).shape == (0, 12)


def test_results_are_the_callers_own(bundle: Bundle) -> None:
    backbone, images = OpenVinoBackbone(bundle, 1), noise(2)
    first = backbone.embed(images[:1])
    kept = first.copy()
    backbone.embed(images[1:])
    np.testing.assert_array_equal(first, kept)


def test_many_threads_share_one_backbone(bundle: Bundle) -> None:
    backbone, images = OpenVinoBackbone(bundle, 2), noise(64)
    expected = by_hand(images)

    def embed_some(start: int) -> NDArray[np.float32]:
        return backbone.embed(images[start : start + 5])

    with ThreadPoolExecutor(8) as pool:
        for start, made in zip(range(59), pool.map(embed_some, range(59)), strict=True):
            np.testing.assert_allclose(made, expected[start : start + 5], atol=1e-5)


def test_images_may_be_read_only_or_strided(bundle: Bundle) -> None:
    images = noise(4)
    mirrored = images[:, :, ::-1]
    frozen = np.frombuffer(images.tobytes(), np.uint8).reshape(images.shape)
    backbone = OpenVinoBackbone(bundle)
    np.testing.assert_allclose(backbone.embed(frozen), by_hand(images), atol=1e-5)
    np.testing.assert_allclose(backbone.embed(mirrored), by_hand(mirrored), atol=1e-5)


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((1, 4, 4, 3), np.float32),
        np.zeros((1, 5, 4, 3), np.uint8),
        np.zeros((1, 3, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.uint8),
    ],
)
def test_other_images_are_refused(bundle: Bundle, images: NDArray[np.uint8]) -> None:
    with pytest.raises(ValueError, match=r"not uint8 \(n, 4, 4, 3\)"):
        OpenVinoBackbone(bundle).embed(images)


def test_an_image_that_the_model_makes_nothing_of(bundle: Bundle) -> None:
    images = noise(2)
    images[0] = MEAN
    vectors = OpenVinoBackbone(bundle).embed(images)
    np.testing.assert_array_equal(vectors[0], np.zeros(12))
    np.testing.assert_allclose(vectors[1], by_hand(images[1:])[0], atol=1e-5)


def test_unit_rows_has_no_range_to_leave() -> None:
    rows = np.array(
        [[3, 4], [3e30, -4e30], [3e-30, 4e-30], [0, 0], [np.inf, 1], [np.nan, 1], [-np.inf, np.nan]], np.float32
    )
    expected = np.array([[0.6, 0.8], [0.6, -0.8], [0.6, 0.8], [0, 0], [0, 0], [0, 0], [0, 0]])
    made = unit_rows(rows)
    assert made.dtype == np.float32
    np.testing.assert_allclose(made, expected, rtol=1e-6)
    assert rows[0, 0] == 3
    assert unit_rows(np.zeros((0, 2), np.float32)).shape == (0, 2)


def test_another_precision_is_another_fingerprint(bundle: Bundle, tmp_path: Path) -> None:
    half = write(tmp_path / "half", colour_grid(), precision=Precision.BF16)
    assert fingerprint_as_run(bundle, "f32") == bundle.fingerprint
    assert fingerprint_as_run(half, "bf16") == half.fingerprint
    prints = {bundle.fingerprint, half.fingerprint, fingerprint_as_run(bundle, "bf16"), fingerprint_as_run(half, "f32")}
    assert len(prints) == 4


def test_the_precision_in_force_is_the_one_in_the_fingerprint(tmp_path: Path) -> None:
    """bf16 keeps 8 bits of a number: if the CPU has it, vectors are off by more than f32 can be, else not."""
    weights = np.random.default_rng(8).standard_normal((48, 12)).astype(np.float32)
    half = write(tmp_path / "half", projection(weights), precision=Precision.BF16)
    backbone, images = OpenVinoBackbone(half), noise(32)
    pixels = ((images - np.array(MEAN)) / STD).transpose(0, 3, 1, 2).reshape(32, 48)
    error = np.abs(backbone.embed(images) - unit_rows((pixels @ weights).astype(np.float32))).max()
    capable = "BF16" in load_openvino().Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    assert (backbone.fingerprint == half.fingerprint) == (error > 1e-4) == capable
    assert error < 0.02


def test_the_fingerprint_is_known_before_the_model_is_loaded(bundle: Bundle, tmp_path: Path) -> None:
    half = write(tmp_path / "half", colour_grid(), precision=Precision.BF16)
    for whole in (bundle, half):
        compiled = OpenVinoBackbone(whole).fingerprint
        (whole.folder / MODEL_FILE).unlink()
        assert fingerprint_here(whole) == compiled


def test_a_damaged_model_is_not_run(bundle: Bundle) -> None:
    (bundle.folder / MODEL_FILE).write_bytes(b"not what was written")
    with pytest.raises(BundleError, match=r"model\.onnx is damaged"):
        OpenVinoBackbone(bundle)


def test_on_demand_the_model_is_loaded_with_the_first_images(bundle: Bundle) -> None:
    backbone: Backbone = BackboneOnDemand(bundle, 2)
    at_once = OpenVinoBackbone(bundle)
    assert backbone.fingerprint == at_once.fingerprint
    assert (backbone.dimension, backbone.input_size_px, backbone.resize) == (12, 4, ResizeRule.PAD)
    np.testing.assert_array_equal(backbone.embed(noise(3)), at_once.embed(noise(3)))
    (bundle.folder / MODEL_FILE).write_bytes(b"not what was written")
    np.testing.assert_array_equal(backbone.embed(noise(2)), at_once.embed(noise(2)), "it is loaded once")
    without_images = BackboneOnDemand(bundle)
    with pytest.raises(BundleError, match=r"model\.onnx is damaged"):
        without_images.embed(noise(1))


def test_a_model_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"model\.onnx cannot be run") as raised:
        OpenVinoBackbone(write(tmp_path / "b", b"not a model"))
    assert "\n" not in str(raised.value)


def test_a_model_of_another_dimension(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"vectors of shape \[1,12\], not \[1,13\]"):
        OpenVinoBackbone(write(tmp_path / "b", colour_grid(), dimension=13))


def test_a_model_of_another_size(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"vectors of shape \[1,48\], not \[1,12\]"):
        OpenVinoBackbone(write(tmp_path / "b", colour_grid(), size_px=8))


def test_a_model_of_other_channels(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"model\.onnx cannot be run"):
        OpenVinoBackbone(write(tmp_path / "b", colour_grid(channels=4), dimension=16))


def test_openvino_comes_late_and_without_telemetry() -> None:
    script = """
import sys
import indexer.models.backbone
assert "openvino" not in sys.modules
indexer.models.backbone.load_openvino().Core()
assert not any(name.startswith("openvino_telemetry.") for name in sys.modules)
"""
    subprocess.run([sys.executable, "-c", script], check=True, cwd=Path(__file__).parents[3])
