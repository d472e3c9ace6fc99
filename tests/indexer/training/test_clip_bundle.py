"""A CLIP trained in the test leaves as a bundle that embeds images and texts as it does."""

import itertools
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from indexer.images.decoding import ResizeRule
from indexer.models.backbone import OpenVinoBackbone
from indexer.models.bundle import Bundle
from indexer.models.text_tower import TextTower
from indexer.training.architectures import build_tower
from indexer.training.clip_bundle import export_open_clip
from indexer.training.loop import fine_tune
from indexer.training.recipe import Recipe
from indexer.training.samples import LabelledCover
from indexer.training.shipping import export_trained
from indexer.training.validation import to_input
from sleeve.errors import BundleError
from tests.small_clip import (
    COLOURS,
    MODEL_NAME,
    SHAPES,
    SIZE_PX,
    SmallClip,
    add_config,
    draw,
    normalised,
    pixels_of,
)

pytestmark = pytest.mark.slow  # a CLIP is trained and exported first

KINDS = list(itertools.product(COLOURS, SHAPES))


def test_both_towers_embed_as_in_pytorch(clip: SmallClip, clip_bundle: Bundle) -> None:
    import open_clip

    images = np.stack([pixels_of(draw(*kind, seed=7)) for kind in KINDS])
    texts = ["red", "It\N{RIGHT SINGLE QUOTATION MARK}s a BLUE   circle!", "ночь & 1969", "a circle on green"]
    with torch.inference_mode():
        of_images = clip.model.encode_image(normalised(images), normalize=True).numpy()
        of_texts = clip.model.encode_text(open_clip.get_tokenizer(MODEL_NAME)(texts), normalize=True).numpy()
    tower = TextTower(clip_bundle, threads=1)
    np.testing.assert_allclose(OpenVinoBackbone(clip_bundle).embed(images), of_images, atol=5e-3)
    np.testing.assert_allclose(np.concatenate([tower.embed(text) for text in texts]), of_texts, atol=5e-3)


def test_texts_find_what_they_describe(clip_bundle: Bundle) -> None:
    owners = [kind for kind in KINDS for _ in range(5)]
    images = np.stack([pixels_of(draw(*kind, seed=seed)) for seed, kind in enumerate(owners)])
    vectors, tower = OpenVinoBackbone(clip_bundle).embed(images), TextTower(clip_bundle, threads=1)
    for colour in COLOURS:
        similarities = vectors @ tower.embed(f"a {colour} cover")[0]
        nearest = np.argsort(-similarities)[:10]
        assert {owners[place][0] for place in nearest} == {colour}
    captions = np.concatenate([tower.embed(f"a {colour} cover with a {shape}") for colour, shape in KINDS])
    of_kinds = (captions @ vectors.T).reshape(len(KINDS), len(KINDS), 5).mean(axis=2)
    np.testing.assert_array_equal(of_kinds.argmax(axis=1), np.arange(len(KINDS)))


def test_the_manifest_says_what_open_clip_says(clip: SmallClip, clip_bundle: Bundle) -> None:
    manifest = clip_bundle.manifest
    assert (manifest.name, manifest.dimension, manifest.input_size_px) == ("small", 24, SIZE_PX)
    assert manifest.resize is ResizeRule.CROP
    np.testing.assert_allclose(manifest.mean, 255 * np.array(clip.model.visual.preprocess_cfg["mean"]))
    np.testing.assert_allclose(manifest.std, 255 * np.array(clip.model.visual.preprocess_cfg["std"]))
    assert str(clip.weights.parent) not in manifest.model_dump_json()
    assert f"open_clip's {MODEL_NAME} with the weights weights.pt" in manifest.licence


def test_each_file_holds_its_own_tower_only(clip_bundle: Bundle) -> None:
    vocabulary = (49408, 64)
    held = {
        name: {tuple(tensor.dims) for tensor in onnx.load(clip_bundle.folder / name).graph.initializer}
        for name in ("model.onnx", "text.onnx")
    }
    assert vocabulary in held["text.onnx"]
    assert vocabulary not in held["model.onnx"]
    assert (64, 3, 8, 8) in held["model.onnx"]
    assert (64, 3, 8, 8) not in held["text.onnx"]


def test_a_model_with_another_tokenizer_has_no_text_tower(clip: SmallClip, tmp_path: Path) -> None:
    add_config(tmp_path, "sleeve-test-other", tokenizer_kwargs={"clean": "canonicalize"})
    bundle = export_open_clip(f"sleeve-test-other/{clip.weights}", tmp_path / "bundle", bundle_name="other")
    assert set(bundle.manifest.files) == {"model.onnx"}


def test_a_text_tower_that_is_not_pytorchs_makes_no_bundle(clip: SmallClip, tmp_path: Path) -> None:
    state = dict(torch.load(clip.weights))
    state["text_projection"] = state["text_projection"] * 1e7  # beyond float16
    torch.save(state, tmp_path / "weights.pt")
    with pytest.raises(BundleError, match="is not the one in PyTorch"):
        export_open_clip(f"{MODEL_NAME}/{tmp_path / 'weights.pt'}", tmp_path / "bundle", bundle_name="x")
    assert not (tmp_path / "bundle").exists()


def test_an_image_tower_is_fine_tuned_and_exported(clip: SmallClip, tmp_path: Path) -> None:
    samples = []
    for number in range(32):
        colour = ("red", "blue")[number % 2]
        path = tmp_path / f"{number}.png"
        draw(colour, SHAPES[number % 4 // 2], seed=number).save(path)
        samples.append(LabelledCover(path, (colour,), f"artist {number // 2}"))
    recipe = Recipe(
        architecture=f"open_clip:{clip.name}",
        frozen_stages=1,
        artwork_dimension=8,
        genre_dimension=4,
        epochs=4,
        image_size_px=SIZE_PX,
        batch_covers=8,
        queue_covers=16,
        learning_rate=1e-4,
        projection_learning_rate=5e-3,
        genre_learning_rate=5e-3,
        average_decay=0.8,
        least_covers=5,
    )
    model = fine_tune(samples, recipe, folder=tmp_path / "run")
    assert model.scores.accuracy >= 0.8
    bundle = export_trained(model, tmp_path / "bundle", name="tuned", trained_on="nothing")
    images = np.stack([pixels_of(draw(*kind, seed=3)) for kind in KINDS])
    with torch.inference_mode():
        expected = model.network(to_input(images, model.tower, torch.device("cpu"))).numpy()
    np.testing.assert_allclose(OpenVinoBackbone(bundle).embed(images), expected, atol=5e-3)
    assert set(bundle.manifest.files) == {"model.onnx"}
    start = build_tower(recipe.architecture).module.state_dict()
    tuned = model.tower.module.state_dict()
    changed = {name for name, value in start.items() if not torch.equal(value, tuned[name])}
    assert "conv1.weight" not in changed
    assert "transformer.resblocks.1.mlp.c_fc.weight" in changed
