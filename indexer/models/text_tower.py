"""A text → a vector in the space of the covers' vectors, if a bundle has a text tower."""

from collections.abc import Sequence
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.models.backbone import load_openvino, unit_rows
from indexer.models.bundle import TEXT_MODEL_FILE, Bundle
from indexer.models.tokenizer import MERGES_FILE, TOKENIZER_FILE, TextTokenizer, clip_tokenizer
from indexer.models.without_model import AnyBundle, BundleWithoutModel
from sleeve.errors import BundleError, QueryError, last_line

MAX_TEXT_CHARACTERS = 500
"""The longest text that is looked at; a text tower reads far less (CLIP: 75 tokens)."""


class TextTower:
    """The text tower of a bundle on the CPU, always in float32: its vectors are not kept. Safe from several threads.

    It is compiled for the first text, because most who open a bundle ask with images only.

    Args:
        bundle: has a text tower.
        threads: CPU threads for a text.
    """

    def __init__(self, bundle: Bundle, threads: int) -> None:
        self._bundle = bundle
        self._threads = threads
        self._lock = Lock()
        self._loaded: tuple[TextTokenizer, Any] | None = None

    def embed(self, text: str) -> NDArray[np.float32]:
        """The (1, d) vector of a text, of length 1.

        Raises:
            QueryError: the text is empty, or longer than the tower reads.
            BundleError: a file of the tower is damaged, OpenVINO cannot run it, or it is not what the manifest says.
        """
        if len(text) > MAX_TEXT_CHARACTERS:
            raise QueryError(f"the text has {len(text)} characters; {MAX_TEXT_CHARACTERS} is the most")
        tokenizer, compiled = self._load()
        places = compiled.input(0).shape[1]
        tokens, counted = tokenizer.encode(text)
        if not tokens:
            raise QueryError("the text is empty; describe a cover in a few words")
        if len(tokens) > places:
            raise QueryError(
                f"the text has {len(tokens)} tokens with its start and end, and this bundle reads {places}; "
                "describe it in fewer words"
            )
        made: NDArray[np.float32] = compiled.create_infer_request().infer(_inputs(compiled, tokens, counted))[0]
        return unit_rows(made)

    def _load(self) -> tuple[TextTokenizer, Any]:
        with self._lock:
            if self._loaded is None:
                compiled = _compile(self._bundle, self._threads)
                self._loaded = _tokenizer(self._bundle, compiled.input(0).shape[1]), compiled
            return self._loaded


def text_tower_of(bundle: AnyBundle, threads: int) -> TextTower | None:
    """The bundle's text tower, if it has one."""
    if isinstance(bundle, BundleWithoutModel) or TEXT_MODEL_FILE not in bundle.manifest.files:
        return None
    return TextTower(bundle, threads)


def _tokenizer(bundle: Bundle, places: int) -> TextTokenizer:
    files = bundle.manifest.files
    data = bundle.read(TOKENIZER_FILE) if TOKENIZER_FILE in files else clip_tokenizer(bundle.read(MERGES_FILE))
    return TextTokenizer(data, bundle.manifest.text_cleaning, places)


def _inputs(compiled: Any, *rows: Sequence[int]) -> list[NDArray[np.integer]]:
    """Tokens, and what is not padding if the model asks, as (1, places) of the kind of integers that it takes."""
    return [
        np.array([row], port.get_element_type().to_dtype()) for port, row in zip(compiled.inputs, rows, strict=False)
    ]


def _compile(bundle: Bundle, threads: int) -> Any:
    """Tokens (1, places) and perhaps what is not padding → (1, d) float32."""
    path = bundle.model_path(TEXT_MODEL_FILE)
    ov = load_openvino()
    core = ov.Core()
    try:
        model = core.read_model(path)
        places = model.input(0).get_partial_shape()[1].get_length()
        model.reshape({port: ov.PartialShape([1, places]) for port in model.inputs})
        options = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": threads, "ENABLE_CPU_PINNING": False}
        compiled = core.compile_model(model, "CPU", options)
        made = compiled.output(0).get_partial_shape()
        # See ``OpenVinoBackbone``: a process's first inference is made by one thread alone.
        zeros = [0] * places
        compiled.create_infer_request().infer(_inputs(compiled, zeros, zeros))
    except RuntimeError as error:
        raise BundleError(f"{path} cannot be run: {last_line(error)}") from error
    if made != ov.PartialShape([1, bundle.manifest.dimension]):
        raise BundleError(f"{path} makes vectors of shape {made}, not [1,{bundle.manifest.dimension}]")
    return compiled
