"""A PP-OCR network on OpenVINO: one core an inference, as many inferences at once as there are threads."""

from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.models.backbone import load_openvino
from sleeve.errors import ReaderError, last_line

_GREY = 127.5

_ANY_PX = 160
"""A side for the first run of a network that takes any."""


class Network:
    """(1, h, w, 3) uint8 RGB → the network's output; safe to use from several threads at once.

    Args:
        path: an ONNX file that takes (n, 3, h, w) BGR from -1 to 1.
        size_px: the height and width that it will be given; -1 for a side that differs.
        threads: inferences at once.

    Raises:
        ReaderError: the file is missing or damaged, or is no such network.
    """

    def __init__(self, path: Path, size_px: tuple[int, int], threads: int) -> None:
        ov = load_openvino()
        try:
            model = ov.Core().read_model(path)
            compiled = ov.Core().compile_model(_of_bytes(ov, model, size_px), "CPU", _configuration(threads))
        except RuntimeError as error:
            raise ReaderError(f"{path} cannot be run to read texts: {last_line(error)}") from error
        self.characters = _characters(model)
        """What the file itself says that its classes are, a line for each; empty if it says nothing."""
        self._idle: SimpleQueue[Any] = SimpleQueue()
        for _ in range(threads):
            self._idle.put(compiled.create_infer_request())
        # A process's first inference has hung in OpenVINO's bindings, so it is made here, by one thread alone.
        self(np.zeros((1, *(side if side > 0 else _ANY_PX for side in size_px), 3), np.uint8))

    def __call__(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Run it once."""
        request = self._idle.get()
        try:
            made: NDArray[np.float32] = request.infer([images])[0]
            return made
        finally:
            self._idle.put(request)


def _of_bytes(ov: Any, model: Any, size_px: tuple[int, int]) -> Any:
    """The network with what turns bytes into its numbers."""
    graph = ov.preprocess.PrePostProcessor(model)
    graph.input().tensor().set_element_type(ov.Type.u8).set_layout(ov.Layout("NHWC"))
    graph.input().model().set_layout(ov.Layout("NCHW"))
    graph.input().preprocess().convert_element_type(ov.Type.f32).reverse_channels().mean(_GREY).scale(_GREY)
    built = graph.build()
    built.reshape([1, *size_px, 3])
    return built


def _characters(model: Any) -> tuple[str, ...]:
    place = ["framework", "character"]  # as RapidOCR's files have it
    return tuple(model.get_rt_info(place).value.splitlines()) if model.has_rt_info(place) else ()


def _configuration(threads: int) -> dict[str, Any]:
    return {"NUM_STREAMS": threads, "INFERENCE_NUM_THREADS": threads, "ENABLE_CPU_PINNING": False}
