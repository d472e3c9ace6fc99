#!/usr/bin/env bash
# Guess: Resize of uint8 rounds its result to the nearest byte.
#
# What happens: ONNX Runtime cuts the fraction off, so that every interpolated pixel is up to one
# step darker: 190.83 gives 190, 107.5 gives 107. OpenVINO and the ONNX reference round: 191, 108.
#
# Versions and source: onnxruntime 1.32.0, openvino 2026.4.1, onnx 1.23.2. ONNX Runtime,
# onnxruntime/core/providers/cpu/tensor/upsample.h (bilinear, cast to the element type)
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 openvino==2026.4.1 numpy==2.4.6
cd "$work"
"$work/venv/bin/python" - <<'PY'
import io

import numpy as np
import onnx
import onnxruntime
import openvino
from onnx import TensorProto, helper

print("onnx", onnx.__version__, "onnxruntime", onnxruntime.__version__)
print("openvino", openvino.__version__)


def model(node, kind, rank, constants, outputs):
    """One node from input x (its outputs have the rank of x), as the bytes of an ONNX file."""
    values = [onnx.numpy_helper.from_array(value, name) for name, value in constants.items()]
    inputs = [helper.make_tensor_value_info("x", kind, [None] * rank)]
    free = [None] * rank
    results = [helper.make_tensor_value_info(name, type_, free) for name, type_ in outputs]
    graph = helper.make_graph([node], "one", inputs, results, values)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    onnx.checker.check_model(made)
    return made.SerializeToString()


def by_onnxruntime(data, x):
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    return session.run(None, {"x": x})


def by_openvino(data, x):
    core = openvino.Core()
    exact = {"INFERENCE_PRECISION_HINT": "f32"}
    compiled = core.compile_model(core.read_model(io.BytesIO(data)), "CPU", exact)
    result = compiled([x])
    return [np.array(result[i]) for i in range(len(compiled.outputs))]


picture = (np.arange(25, dtype=np.uint8) * 10).reshape(1, 1, 5, 5)
sizes = {"sizes": np.array([1, 1, 3, 2], np.int64)}
node = helper.make_node("Resize", ["x", "", "", "sizes"], ["y"], mode="linear")
exact = by_onnxruntime(
    model(node, TensorProto.FLOAT, 4, sizes, [("y", TensorProto.FLOAT)]), picture.astype(np.float32)
)[0].ravel()
data = model(node, TensorProto.UINT8, 4, sizes, [("y", TensorProto.UINT8)])
one, other = by_onnxruntime(data, picture)[0].ravel(), by_openvino(data, picture)[0].ravel()
print("exact       ", exact.round(2).tolist())
print("ONNX Runtime", one.tolist())
print("OpenVINO    ", other.tolist())
assert np.array_equal(one, np.floor(exact + 1e-4)) and np.array_equal(other, np.rint(exact))
assert not np.array_equal(one, other)
PY
