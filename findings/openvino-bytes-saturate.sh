#!/usr/bin/env bash
# Guess: uint8 arithmetic wraps round in every engine, as in numpy: 250 + 10 = 4, 5 - 10 = 251.
#
# What happens: OpenVINO's CPU device saturates: 250 + 10 = 255, 5 - 10 = 0, and the absolute
# value of int8 -128 is 127. ONNX Runtime wraps, as numpy does. A step on image bytes inside the
# model gives other pictures on the other engine.
#
# Versions and source: openvino 2026.4.1, onnxruntime 1.32.0, onnx 1.23.2.
# https://onnx.ai/onnx/operators/onnx__Add.html (uint8 is allowed since opset 14)
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


def binary(operator, constant):
    node = helper.make_node(operator, ["x", "c"], ["y"])
    constants = {"c": np.array([constant], np.uint8)}
    return model(node, TensorProto.UINT8, 1, constants, [("y", TensorProto.UINT8)])


absolute = model(helper.make_node("Abs", ["x"], ["y"]), TensorProto.INT8, 1, {}, [("y", TensorProto.INT8)])
cases = (
    ("250 + 10", binary("Add", 10), np.array([250], np.uint8), 4, 255),
    ("5 - 10", binary("Sub", 10), np.array([5], np.uint8), 251, 0),
    ("|-128|", absolute, np.array([-128], np.int8), -128, 127),
)
for name, data, x, wrapped, saturated in cases:
    one, other = int(by_onnxruntime(data, x)[0][0]), int(by_openvino(data, x)[0][0])
    print(f"{name}: ONNX Runtime {one}, OpenVINO {other}")
    assert (one, other) == (wrapped, saturated)
PY
