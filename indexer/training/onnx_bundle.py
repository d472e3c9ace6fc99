"""A PyTorch image tower → a bundle whose vectors are proved to be the tower's own."""

import logging
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
import onnx_ir
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnx_ir.passes.common import CommonSubexpressionEliminationPass, DeduplicateInitializersPass

from indexer.images.decoding import Interpolation, ResizeRule
from indexer.models.backbone import OpenVinoBackbone, unit_rows
from indexer.models.bundle import MODEL_FILE, Bundle, BundleDescription, Precision, write_bundle
from sleeve.errors import BundleError, first_line

PARITY_COSINE = 0.999
"""The least cosine between a bundle's vector, made in float32, and PyTorch's, for any of the probes."""

PROBE_IMAGES = 8

# It warns of optimisations that it leaves out, which changes nothing that a bundle is tested for.
logging.getLogger("onnxscript").setLevel(logging.ERROR)


def export_backbone(
    module: torch.nn.Module,
    folder: Path,
    *,
    name: str,
    input_size_px: int,
    mean: tuple[float, float, float],
    std: tuple[float, float, float],
    resize: ResizeRule,
    precision: Precision,
    genres: Sequence[str],
    metrics: Mapping[str, float],
    trained_on: str,
    licence: str,
    genre_dimensions: int = 0,
    interpolation: Interpolation = Interpolation.BICUBIC,
    extra_files: Mapping[str, bytes] = {},
) -> Bundle:
    """Write a tower as a bundle. The same weights give the same bytes with the same versions of torch and onnx.

    Args:
        module: (n, 3, s, s) float32, (pixel - mean) / std → (n, d) float32 of any length; left as it is.
        folder: does not exist yet.
        mean: of red, green and blue, in units of 0-255; ``std`` likewise.
        genre_dimensions: how many of the last components are the genre part, of the same length for every image.
        extra_files: further files of the bundle by name, such as a head.

    Raises:
        BundleError: the bundle cannot be written, or its vectors are not those of ``module``.
    """
    tower = deepcopy(module).cpu().float().eval()
    for parameter in tower.parameters():
        # Equal weights are to be equal bytes: with channels last in memory, or -0.0 for 0.0, they would not be.
        parameter.data = parameter.data.contiguous() + 0.0
    probes = probe_images(PROBE_IMAGES, input_size_px)
    expected = _vectors_in_pytorch(tower, probes, mean, std)
    description = BundleDescription(
        name=name,
        dimension=expected.shape[1],
        genre_dimensions=genre_dimensions,
        input_size_px=input_size_px,
        resize=resize,
        interpolation=interpolation,
        mean=mean,
        std=std,
        precision=precision,
        genres=tuple(genres),
        metrics=dict(metrics),
        trained_on=trained_on,
        licence=licence,
    )
    contents = {**extra_files, MODEL_FILE: onnx_bytes(tower, torch.zeros(2, 3, input_size_px, input_size_px), "images")}
    with TemporaryDirectory() as trial:
        # In float32 whatever the bundle's precision: the question is whether the graph is the tower's.
        exact = description.model_copy(update={"precision": Precision.F32})
        made = OpenVinoBackbone(write_bundle(Path(trial) / "bundle", exact, contents)).embed(probes)
    require_parity(unit_rows(expected), made)
    return write_bundle(folder, description, contents)


def onnx_bytes(tower: torch.nn.Module, example: torch.Tensor, input_name: str) -> bytes:
    """ONNX of a tower on the CPU in ``eval`` mode, its weights as float16: half the file.

    Args:
        example: an input; another may have more or fewer rows, and nothing else.

    Raises:
        BundleError: PyTorch cannot write it as ONNX.
    """
    with warnings.catch_warnings():
        # torch 2.13 trips over a deprecation of its own.
        warnings.filterwarnings("ignore", r"`isinstance\(treespec, LeafSpec\)`", FutureWarning)
        try:
            program = torch.onnx.export(
                tower,
                (example,),
                dynamo=True,
                input_names=[input_name],
                output_names=["vectors"],
                dynamic_shapes=({0: torch.export.Dim("n")},),
                verbose=False,
            )
        except torch.onnx.OnnxExporterError as error:
            raise BundleError(f"PyTorch cannot write this model as ONNX: {_cause(error)}") from error
    assert program is not None  # only the TorchScript exporter returns nothing
    _once_each(program.model)
    model = program.model_proto
    _strip_traces(model)
    _halve_weights(model.graph)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def _once_each(model: onnx_ir.Model) -> None:
    """Keep equal weights once, and what is computed from equals: two towers share the layers that they have alike."""
    DeduplicateInitializersPass(size_limit=sys.maxsize)(model)
    CommonSubexpressionEliminationPass()(model)


def _cause(error: BaseException) -> str:
    """What the exporter stumbled over, without the pages that it prints around it."""
    while error.__cause__ is not None:
        error = error.__cause__
    return first_line(error)


def probe_images(count: int, size_px: int) -> NDArray[np.uint8]:
    """(count, s, s, 3) uint8 with the spectrum of photographs: noise whose strength halves as its detail doubles."""
    generator = torch.Generator().manual_seed(0)
    pixels = torch.zeros(count, 3, size_px, size_px)
    for octave in range(7):
        noise = torch.randn(count, 3, 2**octave + 1, 2**octave + 1, generator=generator) / 2**octave
        pixels += torch.nn.functional.interpolate(noise, (size_px, size_px), mode="bilinear", align_corners=True)
    scaled = (127.5 + 64 * pixels).clamp(0, 255).to(torch.uint8)
    return scaled.permute(0, 2, 3, 1).contiguous().numpy()


def _vectors_in_pytorch(
    tower: torch.nn.Module, images: NDArray[np.uint8], mean: Sequence[float], std: Sequence[float]
) -> NDArray[np.float32]:
    scaled = (torch.from_numpy(images).float() - torch.tensor(mean)) / torch.tensor(std)
    with torch.inference_mode():
        vectors = tower(scaled.permute(0, 3, 1, 2).contiguous())
    return np.asarray(vectors.numpy(), dtype=np.float32)


def require_parity(expected: NDArray[np.float32], made: NDArray[np.float32]) -> None:
    """Compare unit vectors (n, d) of PyTorch with those of the exported model.

    Raises:
        BundleError: the least cosine is below ``PARITY_COSINE``.
    """
    cosine = float((expected * made).sum(axis=1).min())
    if cosine < PARITY_COSINE:
        raise BundleError(f"the exported model is not the one in PyTorch: cosine {cosine:.5f}, not {PARITY_COSINE}")


def _strip_traces(model: onnx.ModelProto) -> None:
    """Drop what describes the machine that exported: source paths and line numbers of every node."""
    graph = model.graph
    for part in (model, graph, *graph.node, *graph.input, *graph.output, *graph.initializer, *graph.value_info):
        del part.metadata_props[:]
        part.doc_string = ""


def _halve_weights(graph: onnx.GraphProto) -> None:
    """Store matrices and kernels as float16 behind a Cast; a runtime undoes it when it compiles, not for every image.

    Biases and scales are small and stay as they are.
    """
    weights = [tensor for tensor in graph.initializer if tensor.data_type == TensorProto.FLOAT and len(tensor.dims) > 1]
    nodes = [*_halved(weights), *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)


def _halved(weights: Sequence[TensorProto]) -> Iterator[onnx.NodeProto]:
    for tensor in weights:
        name = tensor.name
        with np.errstate(over="ignore"):  # a weight too large for float16 shows in the vectors
            half = numpy_helper.to_array(tensor).astype(np.float16)
        tensor.CopyFrom(numpy_helper.from_array(half, f"{name}.half"))
        yield helper.make_node("Cast", [tensor.name], [name], name=f"{name}.cast", to=TensorProto.FLOAT)
