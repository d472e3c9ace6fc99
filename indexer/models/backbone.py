"""Pixels → vectors: the narrow protocol of a backbone, and the one that runs a bundle on OpenVINO."""

import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache, cached_property
from hashlib import sha256
from importlib import import_module
from queue import SimpleQueue
from types import ModuleType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from indexer.images.decoding import Interpolation, ResizeRule
from indexer.models.bundle import MODEL_FILE, Bundle, Precision
from indexer.models.without_model import AnyBundle, BundleWithoutModel
from sleeve.errors import BundleError, last_line
from sleeve.platform import usable_cores
from sleeve.vocabulary import Fingerprint


class Backbone(Protocol):
    """What indexing and queries need of a model."""

    fingerprint: Fingerprint
    dimension: int
    input_size_px: int
    resize: ResizeRule
    interpolation: Interpolation

    def embed(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(n, s, s, 3) uint8 RGB → (n, d) float32, each row of length 1; safe from several threads at once.

        A row is zero if the model made nothing of the image: such a row is similar to nothing.
        """
        ...


class OpenVinoBackbone:
    """A bundle on the CPU.

    One image an inference and one core an image: a vector never depends on the images embedded with it, and no core
    waits for another, which pays on a busy machine. Larger batches gain less than a tenth
    (``benchmarks/embedding_configurations.py``).

    Args:
        bundle: its model is proved by its SHA-256 before it is loaded.
        threads: images in work at once; by default the cores that this process may use.

    Raises:
        BundleError: the model is missing or damaged, OpenVINO cannot run it, or it is not what the manifest says.
    """

    def __init__(self, bundle: Bundle, threads: int | None = None) -> None:
        manifest = bundle.manifest
        streams = threads or usable_cores()
        compiled = _compile(bundle, streams)
        self.fingerprint = fingerprint_here(bundle)
        self.dimension = manifest.dimension
        self.input_size_px = manifest.input_size_px
        self.resize, self.interpolation = manifest.resize, manifest.interpolation
        self._idle: SimpleQueue[Any] = SimpleQueue()
        for _ in range(streams):
            self._idle.put(compiled.create_infer_request())
        # A process's first inference has hung in OpenVINO's bindings, so it is made here, by one thread alone.
        self._infer(np.zeros((self.input_size_px, self.input_size_px, 3), np.uint8))
        self._workers = ThreadPoolExecutor(streams, thread_name_prefix="embed")

    def embed(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """See ``Backbone.embed``.

        Raises:
            ValueError: the images are not (n, s, s, 3) uint8 of this backbone's size.
        """
        size_px = self.input_size_px
        if images.dtype != np.uint8 or images.shape[1:] != (size_px, size_px, 3):
            raise ValueError(f"images are {images.dtype} {images.shape}, not uint8 (n, {size_px}, {size_px}, 3)")
        vectors = np.empty((len(images), self.dimension), np.float32)
        for row, vector in zip(vectors, self._workers.map(self._infer, images), strict=True):
            row[:] = vector
        return unit_rows(vectors)

    def _infer(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        request = self._idle.get()
        try:
            made: NDArray[np.float32] = request.infer([image[np.newaxis]])[0][0]
            return made
        finally:
            self._idle.put(request)


class BackboneOnDemand:
    """A bundle that is loaded and compiled with the first images, and never if none come.

    Args:
        bundle, threads: as for ``OpenVinoBackbone``, whose errors ``embed`` raises.
    """

    def __init__(self, bundle: Bundle, threads: int | None = None) -> None:
        self.fingerprint = fingerprint_here(bundle)
        self.dimension = bundle.manifest.dimension
        self.input_size_px = bundle.manifest.input_size_px
        self.resize, self.interpolation = bundle.manifest.resize, bundle.manifest.interpolation
        self._bundle = bundle
        self._threads = threads

    def embed(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """See ``Backbone.embed``."""
        return self._compiled.embed(images)

    @cached_property
    def _compiled(self) -> OpenVinoBackbone:
        return OpenVinoBackbone(self._bundle, self._threads)


def unit_rows(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, d) → each row divided by its length; a row that is zero or not finite becomes zero, never NaN."""
    peaks = np.abs(vectors).max(axis=1, keepdims=True, initial=0)
    usable = np.isfinite(peaks) & (peaks > 0)
    # Scaled by the peak first: the squares of a very long or short row leave the range of float32.
    scaled = np.zeros_like(vectors)
    np.divide(vectors, peaks, where=usable, out=scaled)
    lengths = np.linalg.norm(scaled, axis=1, keepdims=True)
    np.divide(scaled, lengths, where=usable, out=scaled)
    return scaled


def fingerprint_as_run(bundle: Bundle, precision: str) -> Fingerprint:
    """The bundle's fingerprint, or another one if this CPU cannot do the bundle's precision and used ``precision``:
    its vectors differ a little from the bundle's, so they must not mix with them."""
    if precision == bundle.manifest.precision:
        return bundle.fingerprint
    return Fingerprint(sha256(f"{bundle.fingerprint} in {precision}".encode()).hexdigest())


def fingerprint_here(bundle: AnyBundle) -> Fingerprint:
    """The fingerprint of the vectors that this CPU makes with a bundle; nothing of the bundle but its manifest is read.

    f32 is the same everywhere; whether bf16 is used, OpenVINO says.
    """
    if isinstance(bundle, BundleWithoutModel):
        return bundle.fingerprint
    precision = bundle.manifest.precision
    return fingerprint_as_run(bundle, precision if precision is Precision.F32 else _precision_used(precision))


@cache
def _precision_used(hint: Precision) -> str:
    """What OpenVINO's CPU plugin makes of a precision that it is asked for: its answer for a model of one operation."""
    ov = load_openvino()
    opset = import_module("openvino.opset13")
    number = opset.parameter([1], ov.Type.f32)
    compiled = ov.Core().compile_model(
        ov.Model([opset.relu(number)], [number], "probe"), "CPU", {"INFERENCE_PRECISION_HINT": hint.value}
    )
    return str(compiled.get_property("INFERENCE_PRECISION_HINT").get_type_name())


def fingerprints_as_run(bundle: AnyBundle) -> set[Fingerprint]:
    """Every fingerprint that vectors of a bundle can have, on this CPU or another."""
    if isinstance(bundle, BundleWithoutModel):
        return {bundle.fingerprint}
    return {fingerprint_as_run(bundle, precision) for precision in ("f32", "bf16", "f16")}


def _compile(bundle: Bundle, streams: int) -> Any:
    """Pixels (1, s, s, 3) uint8 → (1, d) float32; OpenVINO converts and normalises them, so Python touches none."""
    manifest, path, ov = bundle.manifest, bundle.model_path(MODEL_FILE), load_openvino()
    core = ov.Core()
    try:
        graph = ov.preprocess.PrePostProcessor(core.read_model(path))
        graph.input().tensor().set_element_type(ov.Type.u8).set_layout(ov.Layout("NHWC"))
        graph.input().model().set_layout(ov.Layout("NCHW"))
        steps = graph.input().preprocess().convert_element_type(ov.Type.f32)
        steps.mean(list(manifest.mean)).scale(list(manifest.std))
        model = graph.build()
        model.reshape([1, manifest.input_size_px, manifest.input_size_px, 3])
        compiled = core.compile_model(
            model,
            "CPU",
            {
                "INFERENCE_PRECISION_HINT": manifest.precision.value,
                "NUM_STREAMS": streams,
                "INFERENCE_NUM_THREADS": streams,
                # Several processes on one machine would pin their streams to the same cores.
                "ENABLE_CPU_PINNING": False,
            },
        )
        made = compiled.output(0).get_partial_shape()
    except RuntimeError as error:
        raise BundleError(f"{path} cannot be run: {last_line(error)}") from error
    if made != ov.PartialShape([1, manifest.dimension]):
        raise BundleError(f"{path} makes vectors of shape {made}, not [1,{manifest.dimension}]")
    return compiled


def load_openvino() -> ModuleType:
    """OpenVINO, imported when a backbone is first built, and without its telemetry.

    Importing OpenVINO starts a thread that reports the import to a web analytics service, unless the telemetry package
    is not there to be imported.
    """
    if "openvino" not in sys.modules:
        sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
    return import_module("openvino")
