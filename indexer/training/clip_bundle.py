"""An open_clip model → a bundle with its image tower and, if Sleeve can read texts as it does, its text tower."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from torch import nn

from indexer.models.backbone import unit_rows
from indexer.models.bundle import TEXT_MODEL_FILE, Bundle, BundleDescription, Precision, write_bundle
from indexer.models.published import RESIZE_RULES, interpolation_of
from indexer.models.text_tower import TextTower
from indexer.models.tokenizer import TOKENIZER_FILE, TextCleaning, TextTokenizer, clip_tokenizer
from indexer.training.onnx_bundle import export_backbone, onnx_bytes, require_parity
from indexer.training.open_clip_models import load_open_clip
from sleeve.errors import BundleError

_PROBES = (
    "a foggy forest",
    "Portrait of a woman, in black & white.",
    "it's 1969: they\N{RIGHT SINGLE QUOTATION MARK}re live!!",
    "déjà vu \N{EN DASH} ночь 夜",
    "red",
    "a painting of a blue guitar on a chair by the sea",
)


def export_open_clip(name: str, folder: Path, *, bundle_name: str) -> Bundle:
    """Write an open_clip model as it is, both towers proved to be PyTorch's.

    A model whose tokenizer is not CLIP's own becomes a bundle without a text tower.

    Args:
        name: see ``load_open_clip``.
        folder: does not exist yet.

    Raises:
        TrainingError: see ``load_open_clip``; or the images are not square.
        BundleError: the bundle cannot be written, or its vectors are not the model's.
    """
    model = load_open_clip(name)
    cfg = model.network.visual.preprocess_cfg
    tokenizer = _tokenizer_of(model.name)
    with TemporaryDirectory() as aside:
        exported = export_backbone(
            _Tower(model.network, "encode_image"),
            Path(aside) / "bundle",
            name=bundle_name,
            input_size_px=model.side_px,
            mean=tuple(255 * value for value in cfg["mean"]),
            std=tuple(255 * value for value in cfg["std"]),
            resize=RESIZE_RULES[cfg["resize_mode"]],
            interpolation=interpolation_of(cfg["interpolation"]),
            precision=Precision.F32,
            genres=(),
            metrics={},
            trained_on=f"nothing of this catalogue: {model.source}",
            licence=f"that of {model.source}",
            extra_files=_text_files(model.network, tokenizer) if tokenizer is not None else {},
        )
        if tokenizer is not None:
            _require_text_parity(model.network, tokenizer, exported)
        description = BundleDescription(**exported.manifest.model_dump(include=set(BundleDescription.model_fields)))
        return write_bundle(folder, description, {file: exported.read(file) for file in exported.manifest.files})


class _Tower(nn.Module):
    """One way into a model, as a module of its own."""

    def __init__(self, model: Any, entrance: str) -> None:
        super().__init__()
        self.model = model
        self.entrance = entrance

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        vectors: torch.Tensor = getattr(self.model, self.entrance)(given)
        return vectors


def _tokenizer_of(model_name: str) -> Any | None:
    """open_clip's tokenizer of a model, if it is CLIP's own as CLIP uses it."""
    import open_clip

    text = open_clip.get_model_config(model_name)["text_cfg"]
    # Others would be fetched from the hub, which may be out of reach and is of no use: they cannot be carried.
    if text.get("hf_tokenizer_name") or text.get("tokenizer_kwargs") or "siglip" in model_name.lower():
        return None
    return open_clip.get_tokenizer(model_name)


def _text_files(model: Any, tokenizer: Any) -> dict[str, bytes]:
    tokens = tokenizer(list(_PROBES[:2]))
    merges = "".join(f"{first} {second}\n" for first, second in tokenizer.bpe_ranks)
    return {
        TEXT_MODEL_FILE: onnx_bytes(_Tower(model, "encode_text").eval(), tokens, "tokens"),
        TOKENIZER_FILE: clip_tokenizer(merges.encode()),
    }


def _require_text_parity(model: Any, tokenizer: Any, bundle: Bundle) -> None:
    tokens = tokenizer(list(_PROBES))
    ours = TextTokenizer(bundle.read(TOKENIZER_FILE), TextCleaning.LOWER, tokens.shape[1])
    if [ours.encode(text)[0] for text in _PROBES] != tokens.tolist():
        raise BundleError("the exported tokenizer is not open_clip's: they read a text differently")
    with torch.inference_mode():
        expected = model.encode_text(tokens).float().numpy()
    tower = TextTower(bundle, threads=1)
    require_parity(unit_rows(expected), np.concatenate([tower.embed(text) for text in _PROBES]))
