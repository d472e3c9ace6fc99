"""A text tower that is known by heart: the mean of a table's rows at the tokens."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from indexer.models.bundle import MODEL_FILE, TEXT_MODEL_FILE, Bundle, BundleDescription, write_bundle
from indexer.models.text_tower import MAX_TEXT_CHARACTERS, TextTower, text_tower_of
from indexer.models.tokenizer import MERGES_FILE, TOKENIZER_FILE, clip_tokenizer
from sleeve.errors import BundleError, QueryError
from tests.tiny_bundle import write_tiny_bundle

PLACES = 8
MERGES = b"a b\nab c</w>\n"
WORDS = 512 + 2 + 2


def table(dimension: int) -> NDArray[np.float32]:
    return np.random.default_rng(1).normal(size=(WORDS, dimension)).astype(np.float32)


def text_model(dimension: int) -> bytes:
    graph = helper.make_graph(
        [
            helper.make_node("Gather", ["table", "tokens"], ["rows"]),
            helper.make_node("ReduceMean", ["rows"], ["vectors"], axes=[1], keepdims=0),
        ],
        "mean",
        [helper.make_tensor_value_info("tokens", TensorProto.INT64, ["n", PLACES])],
        [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["n", dimension])],
        [numpy_helper.from_array(table(dimension), "table")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString())


def with_text(folder: Path, model: bytes, tokenizer: bytes, name: str = TOKENIZER_FILE) -> Bundle:
    plain = write_tiny_bundle(folder / "plain")
    description = BundleDescription(**plain.manifest.model_dump(include=set(BundleDescription.model_fields)))
    files = {MODEL_FILE: plain.read(MODEL_FILE), TEXT_MODEL_FILE: model, name: tokenizer}
    return write_bundle(folder / "bundle", description, files)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return with_text(tmp_path_factory.mktemp("text"), text_model(48), clip_tokenizer(MERGES))


@pytest.fixture(scope="module")
def tower(bundle: Bundle) -> TextTower:
    found = text_tower_of(bundle, threads=1)
    assert found is not None
    return found


def test_a_vector_is_the_towers_of_start_tokens_end_and_zeros(tower: TextTower) -> None:
    # "abc" is one token by both merges; "x" is the byte's symbol at the end of a word.
    tokens = [WORDS - 2, 513, 256 + ord("x") - ord("!"), WORDS - 1, 0, 0, 0, 0]
    expected = table(48)[tokens].mean(axis=0)
    made = tower.embed(" ABC  x ")
    np.testing.assert_allclose(made, [expected / np.linalg.norm(expected)], atol=1e-6)


def test_threads_get_what_one_alone_gets(bundle: Bundle) -> None:
    texts = [f"{first}{second}" for first in "abcdef" for second in "uvwxyz"]
    alone = TextTower(bundle, threads=1)
    expected = np.concatenate([alone.embed(text) for text in texts])
    fresh = TextTower(bundle, threads=1)
    with ThreadPoolExecutor(4) as pool:
        np.testing.assert_array_equal(np.concatenate(list(pool.map(fresh.embed, texts))), expected)


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\x00"])
def test_an_empty_text_is_refused(tower: TextTower, text: str) -> None:
    with pytest.raises(QueryError, match="the text is empty"):
        tower.embed(text)


def test_a_text_beyond_the_limits_is_refused(tower: TextTower) -> None:
    tower.embed("abc " * (PLACES - 2))
    with pytest.raises(QueryError, match="the text has 9 tokens with its start and end, and this bundle reads 8"):
        tower.embed("abc " * (PLACES - 1))
    tower.embed("x".ljust(MAX_TEXT_CHARACTERS))
    with pytest.raises(QueryError, match="the text has 501 characters; 500 is the most"):
        tower.embed("x".ljust(MAX_TEXT_CHARACTERS + 1))


def test_a_bundle_may_have_none(tmp_path: Path) -> None:
    assert text_tower_of(write_tiny_bundle(tmp_path / "plain"), threads=1) is None


def test_a_text_tower_decides_no_covers_vector(bundle: Bundle, tmp_path: Path) -> None:
    assert bundle.fingerprint == write_tiny_bundle(tmp_path / "plain").fingerprint


def test_half_a_text_tower_is_no_bundle(bundle: Bundle, tmp_path: Path) -> None:
    description = BundleDescription(**bundle.manifest.model_dump(include=set(BundleDescription.model_fields)))
    for missing in (TEXT_MODEL_FILE, TOKENIZER_FILE):
        files = {name: bundle.read(name) for name in bundle.manifest.files if name != missing}
        with pytest.raises(BundleError, match="one is missing"):
            write_bundle(tmp_path / missing, description, files)


@pytest.mark.parametrize(
    ("model", "tokenizer", "result"),
    [
        (text_model(47), clip_tokenizer(MERGES), r"makes vectors of shape \[1,47\], not \[1,48\]"),
        (b"no model", clip_tokenizer(MERGES), r"text\.onnx cannot be run"),
        (text_model(48), b"{}", "the tokenizer is damaged"),
    ],
    ids=["dimension", "model", "tokenizer"],
)
def test_a_tower_that_does_not_fit_is_refused(tmp_path: Path, model: bytes, tokenizer: bytes, result: str) -> None:
    with pytest.raises(BundleError, match=result):
        TextTower(with_text(tmp_path, model, tokenizer), threads=1).embed("abc")


def test_a_bundle_of_before_has_merges_instead_of_a_tokenizer(tower: TextTower, tmp_path: Path) -> None:
    before = TextTower(with_text(tmp_path, text_model(48), MERGES, MERGES_FILE), threads=1)
    np.testing.assert_array_equal(before.embed("ABC x"), tower.embed("ABC x"))
