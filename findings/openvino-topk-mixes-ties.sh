#!/usr/bin/env bash
# Guess: TopK of equal values gives the lowest indices first, as the ONNX standard says.
#
# What happens: of 100 equal values OpenVINO gives the indices 1, 2, 3, 4, 0, while ONNX Runtime
# gives 0, 1, 2, 3, 4: the set is right, the first is not. Code that takes the first of a TopK for
# the best class picks another class of the same score.
#
# Versions and source: openvino 2026.4.1 (x86-64), onnxruntime 1.32.0, onnx 1.23.2. The standard
# (the lower index first): https://onnx.ai/onnx/operators/onnx__TopK.html; OpenVINO's attribute
# stable, off by default: https://docs.openvino.ai/2024/documentation/openvino-ir-
# format/operation-sets/operation-specs/sort/top-k-11.html
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


node = helper.make_node("TopK", ["x", "k"], ["values", "indices"], axis=0)
outputs = [("values", TensorProto.FLOAT), ("indices", TensorProto.INT64)]
data = model(node, TensorProto.FLOAT, 1, {"k": np.array([5], np.int64)}, outputs)
equal = np.ones(100, np.float32)
one, other = by_onnxruntime(data, equal)[1].tolist(), by_openvino(data, equal)[1].tolist()
print("TopK 5 of 100 equal values: ONNX Runtime", one, "OpenVINO", other)
assert one == [0, 1, 2, 3, 4]
assert other != one and sorted(other) == one
PY
