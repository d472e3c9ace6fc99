"""A CLIP of open_clip's, laid out as Immich publishes them, embeds files and texts as open_clip itself does."""

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from indexer.models.backbone import OpenVinoBackbone
from indexer.models.preparing import fit_image
from indexer.models.published import add_published
from indexer.models.text_tower import TextTower
from indexer.training.onnx_bundle import onnx_bytes
from tests.small_clip import COLOURS, MODEL_NAME, PLACES, SHAPES, SIZE_PX, SmallClip, draw

pytestmark = pytest.mark.slow  # a CLIP is trained and exported first

TEXTS = ["a red cover with a circle", "BLUE", "it's 1969!", "ночь", "déjà vu", "夜の森", "Mötley Crüe", "ΟΔΟΣ"]


class Tower(torch.nn.Module):
    """As Immich's exporter has it: vectors of length 1."""

    def __init__(self, model: Any, entrance: str) -> None:
        super().__init__()
        self.model, self.entrance = model, entrance

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        made: torch.Tensor = getattr(self.model, self.entrance)(given, normalize=True)
        return made


def hugging_face_clip() -> Tokenizer:
    """CLIP's tokenizer in the form that `transformers` saves it in."""
    import open_clip

    simple = open_clip.SimpleTokenizer()
    renamed = dict(zip(simple.all_special_ids, ("<|startoftext|>", "<|endoftext|>"), strict=True))
    vocabulary = {renamed.get(number, word): number for word, number in simple.encoder.items()}
    model = models.BPE(vocabulary, list(simple.bpe_ranks), end_of_word_suffix="</w>", unk_token="<|endoftext|>")
    found = Tokenizer(model)
    spaces = normalizers.Replace(Regex(r"\s+"), " ")
    found.normalizer = normalizers.Sequence([normalizers.NFC(), spaces, normalizers.Lowercase()])
    pieces = Regex(r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+")
    split = pre_tokenizers.Split(pieces, "removed", invert=True)
    found.pre_tokenizer = pre_tokenizers.Sequence([split, pre_tokenizers.ByteLevel(add_prefix_space=False)])
    found.post_processor = processors.RobertaProcessing(
        ("<|endoftext|>", 49407), ("<|startoftext|>", 49406), trim_offsets=False, add_prefix_space=False
    )
    found.add_special_tokens([AddedToken(name, normalized=False) for name in ("<|startoftext|>", "<|endoftext|>")])
    return found


def publish(clip: SmallClip, folder: Path) -> Path:
    for part in ("visual", "textual"):
        (folder / part).mkdir(parents=True)
    images, texts = torch.zeros(2, 3, SIZE_PX, SIZE_PX), torch.ones(2, PLACES, dtype=torch.int32)
    (folder / "visual/model.onnx").write_bytes(onnx_bytes(Tower(clip.model, "encode_image").eval(), images, "image"))
    (folder / "textual/model.onnx").write_bytes(onnx_bytes(Tower(clip.model, "encode_text").eval(), texts, "text"))
    (folder / "visual/preprocess_cfg.json").write_text(json.dumps(clip.model.visual.preprocess_cfg))
    (folder / "textual/tokenizer_config.json").write_text(json.dumps({"pad_token": "<|endoftext|>"}))
    (folder / "config.json").write_text(json.dumps({"embed_dim": 24, "text_cfg": {"context_length": PLACES}}))
    hugging_face_clip().save(str(folder / "textual/tokenizer.json"))
    return folder


def test_files_and_texts_become_the_vectors_of_open_clip(clip: SmallClip, tmp_path: Path) -> None:
    import open_clip
    from open_clip.transform import PreprocessCfg, image_transform_v2

    bundle = add_published(publish(clip, tmp_path / "clip"), None, tmp_path / "bundle")
    backbone, tower = OpenVinoBackbone(bundle), TextTower(bundle, threads=1)
    prepare = image_transform_v2(PreprocessCfg(**clip.model.visual.preprocess_cfg), is_train=False)
    pictures = [draw(*kind, seed=3).crop((0, 4, 64, 60)) for kind in itertools.product(COLOURS, SHAPES)]
    for number, picture in enumerate(pictures):
        picture.save(tmp_path / f"{number}.png")
    made = backbone.embed(np.stack([fit_image((tmp_path / f"{n}.png").read_bytes(), backbone) for n in range(8)]))
    with torch.inference_mode():
        expected = clip.model.encode_image(torch.stack([prepare(one) for one in pictures]), normalize=True).numpy()
        words = clip.model.encode_text(open_clip.get_tokenizer(MODEL_NAME)(TEXTS), normalize=True).numpy()
    assert (made * expected).sum(axis=1).min() > 0.999
    assert (np.concatenate([tower.embed(text) for text in TEXTS]) * words).sum(axis=1).min() > 0.999
