"""A bundle small enough to make in a test: centred colours of a 4 x 4 grid, 48 dimensions, 32 px, no weights."""

from pathlib import Path

import onnx
from onnx import TensorProto, helper

from indexer.images.decoding import ResizeRule
from indexer.models.bundle import MODEL_FILE, Bundle, BundleDescription, Precision, write_bundle


def write_tiny_bundle(folder: Path, *, mean: float = 127.5) -> Bundle:
    """Another ``mean`` makes another fingerprint."""
    graph = helper.make_graph(
        [
            helper.make_node("AveragePool", ["images"], ["grid"], kernel_shape=[8, 8], strides=[8, 8]),
            helper.make_node("Flatten", ["grid"], ["vectors"]),
        ],
        "grid",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, ["n", 3, 32, 32])],
        [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["n", 48])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    onnx.checker.check_model(model, full_check=True)
    description = BundleDescription(
        name="tiny",
        dimension=48,
        input_size_px=32,
        resize=ResizeRule.SQUASH,
        mean=(mean,) * 3,
        std=(127.5,) * 3,
        precision=Precision.F32,
        trained_on="nothing",
        licence="Apache-2.0",
    )
    return write_bundle(folder, description, {MODEL_FILE: model.SerializeToString()})
