"""A model as Immich has them becomes a bundle whose towers make what the model says; what does not fit is refused."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from PIL import Image
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

from indexer.images.decoding import Interpolation, ResizeRule
from indexer.models.backbone import OpenVinoBackbone
from indexer.models.preparing import fit_image
from indexer.models.published import Preparation, add_published
from indexer.models.text_tower import TextTower
from indexer.models.tokenizer import TextCleaning
from sleeve.errors import BundleError

SIDE_PX, DIMENSION, PLACES, WORDS = 32, 24, 24, 120
MEAN, STD = [0.5, 0.4, 0.3], [0.25, 0.5, 0.125]
TITLES = ["blue train", "kind of blue", "Кино", "Группа крови", "風街ろまん", "Ænima", "Mötley Crüe", "Ágætis byrjun"]


def weights(rows: int) -> NDArray[np.float32]:
    return np.random.default_rng(rows).normal(size=(rows, DIMENSION)).astype(np.float32)


def written(graph: Any) -> bytes:
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString())


def image_model(side_px: int = SIDE_PX, kind: int = TensorProto.FLOAT, gives: str = "embedding") -> bytes:
    """The mean colour of an image's four quarters, times a matrix."""
    pool = side_px // 2
    return written(
        helper.make_graph(
            [
                helper.make_node("Cast", ["image"], ["cast"], to=TensorProto.FLOAT),
                helper.make_node("AveragePool", ["cast"], ["quarters"], kernel_shape=[pool] * 2, strides=[pool] * 2),
                helper.make_node("Flatten", ["quarters"], ["flat"]),
                helper.make_node("MatMul", ["flat", "weights"], ["embedding"]),
            ],
            "image",
            [helper.make_tensor_value_info("image", kind, [1, 3, side_px, side_px])],
            [helper.make_tensor_value_info(gives, TensorProto.FLOAT, [1, 12 if gives == "flat" else DIMENSION])],
            [numpy_helper.from_array(weights(12), "weights")],
        )
    )


def text_model() -> bytes:
    """The mean of a table's rows at the tokens that are not padding."""
    return written(
        helper.make_graph(
            [
                helper.make_node("Gather", ["table", "input_ids"], ["rows"]),
                helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
                helper.make_node("Unsqueeze", ["mask", "last"], ["column"]),
                helper.make_node("Mul", ["rows", "column"], ["counted"]),
                helper.make_node("ReduceSum", ["counted", "places"], ["embedding"], keepdims=0),
            ],
            "text",
            [
                helper.make_tensor_value_info(name, TensorProto.INT32, [1, PLACES])
                for name in ("input_ids", "attention_mask")
            ],
            [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [1, DIMENSION])],
            [
                numpy_helper.from_array(weights(WORDS), "table"),
                numpy_helper.from_array(np.array([2]), "last"),
                numpy_helper.from_array(np.array([1]), "places"),
            ],
        )
    )


def tokenizer() -> Tokenizer:
    """As XLM-R's: pieces of a unigram model over scripts of all kinds."""
    made = Tokenizer(models.Unigram())
    made.normalizer = normalizers.NFKC()
    made.pre_tokenizer = pre_tokenizers.Metaspace()
    ends = ["<s>", "<pad>", "</s>", "<unk>"]
    made.train_from_iterator(
        TITLES * 9, trainers.UnigramTrainer(vocab_size=WORDS, special_tokens=ends, unk_token="<unk>")
    )
    made.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    return made


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published") / "XLM-Test__webli"
    (folder / "visual").mkdir(parents=True)
    (folder / "textual").mkdir()
    (folder / "visual/model.onnx").write_bytes(image_model())
    prepared = {"size": [SIDE_PX, SIDE_PX], "mode": "RGB", "mean": MEAN, "std": STD, "resize_mode": "squash"}
    (folder / "visual/preprocess_cfg.json").write_text(json.dumps({**prepared, "interpolation": "bilinear"}))
    (folder / "textual/model.onnx").write_bytes(text_model())
    tokenizer().save(str(folder / "textual/tokenizer.json"))
    pad = {"content": "<pad>", "lstrip": False, "__type": "AddedToken"}
    (folder / "textual/tokenizer_config.json").write_text(json.dumps({"pad_token": pad, "model_max_length": 99}))
    said = {"context_length": PLACES, "tokenizer_kwargs": {"clean": "canonicalize"}}
    (folder / "config.json").write_text(json.dumps({"embed_dim": DIMENSION, "text_cfg": said}))
    return folder


def unit(vector: NDArray[np.floating]) -> NDArray[np.floating]:
    return vector / np.linalg.norm(vector)


def test_both_towers_make_what_the_model_says(published: Path, tmp_path: Path) -> None:
    bundle = add_published(published, None, tmp_path / "ready")
    assert (bundle.manifest.name, bundle.manifest.dimension, bundle.manifest.resize) == ("ready", 24, ResizeRule.SQUASH)
    assert bundle.manifest.text_cleaning is TextCleaning.CANONICALIZE
    assert bundle.manifest.interpolation is Interpolation.BILINEAR
    pixels = np.random.default_rng(2).integers(0, 256, (SIDE_PX, SIDE_PX, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "cover.png")
    backbone = OpenVinoBackbone(bundle, threads=1)
    [made] = backbone.embed(fit_image((tmp_path / "cover.png").read_bytes(), backbone)[np.newaxis])
    ready = ((pixels / 255 - MEAN) / STD).transpose(2, 0, 1)
    quarters = ready.reshape(3, 2, SIDE_PX // 2, 2, SIDE_PX // 2).mean(axis=(2, 4)).ravel()
    np.testing.assert_allclose(made, unit(quarters @ weights(12)), atol=1e-5)
    tower, plain = TextTower(bundle, threads=1), Tokenizer.from_file(str(published / "textual/tokenizer.json"))
    for text in ("Kind of Blue!", "ГРУППА КРОВИ", "風街ろまん", "mötley_crüe"):
        tokens = plain.encode(text.replace("!", "").replace("_", " ").lower()).ids
        expected = weights(WORDS)[tokens].sum(axis=0)
        np.testing.assert_allclose(tower.embed(text)[0], unit(expected), atol=1e-5)


def test_an_image_model_alone(tmp_path: Path) -> None:
    (tmp_path / "plain.onnx").write_bytes(image_model())
    preparation = Preparation(size=SIDE_PX, mean=(0, 0, 0), std=(1, 1, 1))
    bundle = add_published(tmp_path / "plain.onnx", preparation, tmp_path / "plain")
    assert (bundle.manifest.dimension, bundle.manifest.resize) == (DIMENSION, ResizeRule.CROP)
    assert set(bundle.manifest.files) == {"model.onnx"}


@pytest.mark.parametrize(
    ("file", "content", "said"),
    [
        ("visual/model.onnx", None, "model.onnx cannot be read: No such file"),
        ("visual/model.onnx", b"no model", "cannot be run"),
        ("visual/model.onnx", image_model(kind=TensorProto.UINT8), "not float32"),
        ("visual/model.onnx", image_model(side_px=64), "takes images of 64 x 64 px, not of 32 px"),
        ("visual/model.onnx", image_model(gives="flat"), r"makes vectors of shape \[1,24\], not \[1,12\]"),
        ("visual/preprocess_cfg.json", b"{}", "size: is missing"),
        ("visual/preprocess_cfg.json", b'{"size": [32, 16], "mean": [0,0,0], "std": [1,1,1]}', "covers are square"),
        ("visual/preprocess_cfg.json", b'{"size": 32, "mean": [0,0,0], "std": [1,0,1]}', "std.* must be more than 0"),
        ("textual/model.onnx", None, "model.onnx cannot be read: No such file"),
        ("textual/tokenizer.json", b"{}", "the tokenizer is damaged"),
        ("textual/tokenizer_config.json", b"{}", "pad_token"),
        ("textual/tokenizer_config.json", b'{"pad_token": "<none>"}', "does not know the token <none>"),
        ("config.json", b'{"text_cfg": {"tokenizer_kwargs": {"clean": "scrub"}}}', "clean: must be"),
    ],
)
def test_what_does_not_fit_is_one_line_and_no_bundle(
    published: Path, tmp_path: Path, file: str, content: bytes | None, said: str
) -> None:
    shutil.copytree(published, tmp_path / "other")
    (tmp_path / "other" / file).unlink()
    if content is not None:
        (tmp_path / "other" / file).write_bytes(content)
    with pytest.raises(BundleError, match=said) as caught:
        add_published(tmp_path / "other", None, tmp_path / "bundle")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "bundle").exists()


def test_without_a_text_tower_it_reads_no_text(published: Path, tmp_path: Path) -> None:
    shutil.copytree(published, tmp_path / "other")
    shutil.rmtree(tmp_path / "other/textual")
    (tmp_path / "other/config.json").unlink()
    assert set(add_published(tmp_path / "other", None, tmp_path / "bundle").manifest.files) == {"model.onnx"}
