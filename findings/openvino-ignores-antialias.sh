#!/usr/bin/env bash
# Guess: an ONNX Resize with antialias=1 is antialiased, or OpenVINO refuses it as not supported.
#
# What happens: OpenVINO loads it and resizes without antialiasing, for linear and for cubic: the
# result is that of antialias=0, while ONNX Runtime and the ONNX reference average over the source
# pixels. A preprocessing step exported with the model silently feeds it other pictures.
#
# Versions and source: openvino 2026.4.1, onnxruntime 1.32.0, onnx 1.23.2.
# https://github.com/openvinotoolkit/openvino/issues/35893;
# https://onnx.ai/onnx/operators/onnx__Resize.html
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


picture = np.zeros((1, 1, 8, 8), np.float32)
picture[..., 1::4] = 255  # stripes of one pixel that a plain resize to a quarter misses or doubles
sizes = {"sizes": np.array([1, 1, 2, 2], np.int64)}


def resize(mode, antialias):
    node = helper.make_node("Resize", ["x", "", "", "sizes"], ["y"], mode=mode, antialias=antialias)
    return model(node, TensorProto.FLOAT, 4, sizes, [("y", TensorProto.FLOAT)])


for mode in ("linear", "cubic"):
    plain, smooth = resize(mode, 0), resize(mode, 1)
    rows = {}
    for name, run in (("ONNX Runtime", by_onnxruntime), ("OpenVINO", by_openvino)):
        rows[name] = [run(data, picture)[0][0, 0, 0] for data in (plain, smooth)]
        print(f"{mode}, {name}: antialias 0 {rows[name][0]}, antialias 1 {rows[name][1]}")
    assert np.allclose(rows["ONNX Runtime"][0], rows["OpenVINO"][0], atol=1e-3)
    assert np.array_equal(*rows["OpenVINO"])
    assert np.abs(rows["ONNX Runtime"][0] - rows["ONNX Runtime"][1]).max() > 5
PY
