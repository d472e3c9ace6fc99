"""A text → a vector in the space of the covers' vectors, if a bundle has a text tower."""

from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer.models.backbone import load_openvino, unit_rows
from indexer.models.bundle import TEXT_MERGES_FILE, TEXT_MODEL_FILE, Bundle
from indexer.models.clip_tokenizer import ClipTokenizer
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
        self._loaded: tuple[ClipTokenizer, Any] | None = None

    def embed(self, text: str) -> NDArray[np.float32]:
        """The (1, d) vector of a text, of length 1.

        Raises:
            QueryError: the text is empty, or longer than the tower reads.
            BundleError: a file of the tower is damaged, OpenVINO cannot run it, or it is not what the manifest says.
        """
        tokenizer, compiled = self._load()
        places = compiled.input().shape[1]
        tokens = tokens_of(text, tokenizer, places)
        made: NDArray[np.float32] = compiled.create_infer_request().infer([tokens])[0]
        return unit_rows(made)

    def _load(self) -> tuple[ClipTokenizer, Any]:
        with self._lock:
            if self._loaded is None:
                tokenizer = ClipTokenizer.from_bytes(self._bundle.read(TEXT_MERGES_FILE))
                self._loaded = tokenizer, _compile(self._bundle, self._threads)
            return self._loaded


def text_tower_of(bundle: Bundle, threads: int) -> TextTower | None:
    """The bundle's text tower, if it has one."""
    return TextTower(bundle, threads) if TEXT_MODEL_FILE in bundle.manifest.files else None


def tokens_of(text: str, tokenizer: ClipTokenizer, places: int) -> NDArray[np.int64]:
    """(1, places): start, the text's tokens, end, and zeros behind.

    Raises:
        QueryError: the text is empty, or has more tokens than there are places for.
    """
    if len(text) > MAX_TEXT_CHARACTERS:
        raise QueryError(f"the text has {len(text)} characters; {MAX_TEXT_CHARACTERS} is the most")
    found = tokenizer.encode(text)
    if not found:
        raise QueryError("the text is empty; describe a cover in a few words")
    if len(found) > places - 2:
        raise QueryError(
            f"the text has {len(found)} tokens and this bundle reads {places - 2}; describe it in fewer words"
        )
    tokens = np.zeros((1, places), np.int64)
    tokens[0, : len(found) + 2] = [tokenizer.start_id, *found, tokenizer.end_id]
    return tokens


def _compile(bundle: Bundle, threads: int) -> Any:
    """Tokens (1, places) int64 → (1, d) float32."""
    path = bundle.model_path(TEXT_MODEL_FILE)
    ov = load_openvino()
    core = ov.Core()
    try:
        model = core.read_model(path)
        model.reshape([1, model.input().get_partial_shape()[1].get_length()])
        options = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": threads, "ENABLE_CPU_PINNING": False}
        compiled = core.compile_model(model, "CPU", options)
        made = compiled.output().get_partial_shape()
        # See ``OpenVinoBackbone``: a process's first inference is made by one thread alone.
        compiled.create_infer_request().infer([np.zeros(compiled.input().shape, np.int64)])
    except RuntimeError as error:
        raise BundleError(f"{path} cannot be run: {last_line(error)}") from error
    if made != ov.PartialShape([1, bundle.manifest.dimension]):
        raise BundleError(f"{path} makes vectors of shape {made}, not [1,{bundle.manifest.dimension}]")
    return compiled
