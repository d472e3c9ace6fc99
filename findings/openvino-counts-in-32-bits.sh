#!/usr/bin/env bash
# Guess: an ONNX model with int64 numbers computes in 64 bits; its output says int64.
#
# What happens: OpenVINO's CPU device computes in 32 bits and hands the result back as int64:
# 2**40 + 1 gives 1, without error or warning. ONNX Runtime gives 1099511627777. Ids or hashes
# that travel through a model come out as others.
#
# Versions and source: openvino 2026.4.1, onnxruntime 1.32.0, onnx 1.23.2.
# https://docs.openvino.ai/2024/openvino-workflow/running-inference/inference-devices-and-
# modes/cpu-device.html (int32 is the only wide whole number among its types)
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


node = helper.make_node("Add", ["x", "one"], ["y"])
data = model(node, TensorProto.INT64, 1, {"one": np.array([1], np.int64)}, [("y", TensorProto.INT64)])
x = np.array([2**40, 7], np.int64)
one, other = by_onnxruntime(data, x)[0], by_openvino(data, x)[0]
print("x + 1 of", x.tolist(), "- ONNX Runtime", one.tolist(), "OpenVINO", other.tolist(), other.dtype)
assert one.tolist() == [2**40 + 1, 8]
assert other.tolist() == [1, 8] and other.dtype == np.int64
PY
