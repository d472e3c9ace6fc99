"""A file of weights gets the preprocessing and the activation that they were made for, or is refused."""

import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import torch

from indexer.training.clip_bundle import export_open_clip
from indexer.training.open_clip_models import load_open_clip
from indexer.training.torchvision_shim import make_torchvision_importable
from sleeve.errors import BundleError, TrainingError
from tests.small_clip import MODEL_NAME, add_config

HALF = (0.5, 0.5, 0.5)
SIGLIP = {"mean": HALF, "std": HALF, "interpolation": "bicubic", "resize_mode": "squash"}
OPENAI = {"quick_gelu": True}


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("open_clip")
    add_config(folder)
    import open_clip

    torch.manual_seed(0)
    torch.save(open_clip.create_model(MODEL_NAME).state_dict(), folder / "weights.pt")
    return folder / "weights.pt"


@pytest.fixture
def tags(monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    """What open_clip publishes for the small model; a test fills it."""
    make_torchvision_importable()
    from open_clip import pretrained

    published: dict[str, dict[str, Any]] = {}
    monkeypatch.setitem(pretrained._PRETRAINED, MODEL_NAME, published)
    return published


def activation_of(network: Any) -> str:
    return type(network.visual.transformer.resblocks[0].mlp.gelu).__name__


def test_a_file_is_taken_for_what_all_tags_say(weights: Path, tags: dict[str, dict[str, Any]]) -> None:
    plain = load_open_clip(f"{MODEL_NAME}/{weights}").network
    assert plain.visual.preprocess_cfg["resize_mode"] == "shortest"
    assert activation_of(plain) == "GELU"
    # The second differs in what makes no difference.
    tags |= {"one": {**SIGLIP, **OPENAI}, "two": {**SIGLIP, **OPENAI, "interpolation": "bilinear"}}
    made = load_open_clip(f"{MODEL_NAME}/{weights}").network
    cfg = made.visual.preprocess_cfg
    assert (cfg["mean"], cfg["std"], cfg["resize_mode"], cfg["size"]) == (HALF, HALF, "squash", (32, 32))
    assert activation_of(made) == "QuickGELU"


def test_a_file_whose_tags_differ_is_asked_for_its_tag(weights: Path, tags: dict[str, dict[str, Any]]) -> None:
    tags |= {"webli": SIGLIP, "openai": OPENAI, "laion2b": {}}
    with pytest.raises(TrainingError, match=rf"{MODEL_NAME}/TAG=weights.pt \(tags: webli, openai, laion2b\)"):
        load_open_clip(f"{MODEL_NAME}/{weights}")
    found = {tag: load_open_clip(f"{MODEL_NAME}/{tag}={weights}") for tag in tags}
    assert {tag: activation_of(model.network) for tag, model in found.items()} == {
        "webli": "GELU",
        "openai": "QuickGELU",
        "laion2b": "GELU",
    }
    assert [model.network.visual.preprocess_cfg["resize_mode"] for model in found.values()] == [
        "squash",
        "shortest",
        "shortest",
    ]
    assert found["webli"].source == f"open_clip's {MODEL_NAME} with the weights weights.pt"


def test_a_configuration_says_it_before_any_tag(weights: Path, tags: dict[str, dict[str, Any]], tmp_path: Path) -> None:
    import open_clip

    tags |= {"webli": SIGLIP, "laion2b": {}}
    file = tmp_path / "open_clip_model.safetensors"
    from safetensors.torch import save_file

    save_file(torch.load(weights), file)
    config = {**open_clip.get_model_config(MODEL_NAME), "quick_gelu": True}
    (tmp_path / "open_clip_config.json").write_text(json.dumps({"model_cfg": config, "preprocess_cfg": SIGLIP}))
    for name in (f"{MODEL_NAME}/{file}", f"local-dir:{tmp_path}"):
        made = load_open_clip(name).network
        assert made.visual.preprocess_cfg["resize_mode"] == "squash"
        assert list(made.visual.preprocess_cfg["mean"]) == list(HALF)
        assert activation_of(made) == "QuickGELU"
    file.unlink()
    with pytest.raises(TrainingError, match="does not hold a model"):
        load_open_clip(f"local-dir:{tmp_path}")
    (tmp_path / "open_clip_config.json").write_text("[]")
    file.write_bytes(b"")
    with pytest.raises(TrainingError, match="does not describe a model"):
        load_open_clip(f"{MODEL_NAME}/{file}")


@pytest.mark.usefixtures("tags", "weights")
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("ViT-B-99/x", "open_clip has no ViT-B-99"),
        (MODEL_NAME, "name the weights too"),
        (f"{MODEL_NAME}/nosuch.pt", "nosuch.pt: no such file$"),
        ("ViT-B-32/laion3b", r"no such file, and no tag of ViT-B-32: openai, laion400m_e31, .*, …$"),
        ("roberta-ViT-B-32/laion2b_s12b_b32k", "needs the package transformers$"),
        ("local-dir:nosuch", "nosuch has no open_clip_config.json"),
        ("ViT-B-32/{folder}/other.pt", "name the tag that it was made like: open_clip:ViT-B-32/TAG=other.pt"),
        ("ViT-B-32/openai={folder}/script.pt", "is a TorchScript archive"),
        (f"{MODEL_NAME}/{{folder}}/other.pt", rf"does not hold weights of {MODEL_NAME}: .*Missing key\(s\)"),
        (f"{MODEL_NAME}/{{folder}}/wider.pt", f"does not hold weights of {MODEL_NAME}: .*width"),
    ],
)
def test_what_cannot_be_loaded_is_said_in_one_line(
    name: str, said: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    torch.save({"weight": torch.zeros(1)}, tmp_path / "other.pt")
    torch.save({"positional_embedding": torch.zeros(77, 512)}, tmp_path / "wider.pt")
    with ZipFile(tmp_path / "script.pt", "w") as archive:
        archive.writestr("script/constants.pkl", b"")
    with pytest.raises(TrainingError, match=said) as caught:
        load_open_clip(name.format(folder=tmp_path))
    assert len(str(caught.value).splitlines()) == 1
    assert caplog.records == []


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            f"{MODEL_NAME}/far",
            f"fetch the file on a machine that reaches the hub and pass open_clip:{MODEL_NAME}/far=FILE",
        ),
        ("hf-hub:sleeve-test/far", "download it on a machine that reaches the hub and pass open_clip:local-dir:FOLDER"),
    ],
)
@pytest.mark.usefixtures("weights")
def test_what_the_hub_would_have_is_said_in_one_line(
    name: str,
    said: str,
    tags: dict[str, dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    tags |= {"far": {"hf_hub": "sleeve-test/far/"}}
    with pytest.raises(TrainingError, match=rf"cannot be downloaded \(.*\); {said}$") as caught:
        load_open_clip(name)
    assert len(str(caught.value).splitlines()) == 1
    assert caplog.records == []


def test_every_published_model_has_one_answer() -> None:
    """Of open_clip 3.3 six models come in several kinds; a file of theirs needs its tag."""
    import open_clip

    from indexer.training.open_clip_models import _as_all_tags

    differ = {model for model in open_clip.list_models() if _as_all_tags(model) is None}
    assert differ >= {"ViT-B-16", "ViT-B-32", "ViT-H-14", "ViT-H-14-quickgelu", "ViT-L-14", "ViT-bigG-14"}
    siglip = _as_all_tags("ViT-B-16-SigLIP")
    assert siglip is not None
    assert (siglip.preprocess["mean"], siglip.preprocess["resize_mode"]) == (HALF, "squash")


def test_images_that_are_not_square_are_refused(tmp_path: Path) -> None:
    add_config(tmp_path, "sleeve-test-wide", image_size=[32, 64])
    import open_clip

    torch.save(open_clip.create_model("sleeve-test-wide").state_dict(), tmp_path / "w.pt")
    with pytest.raises(TrainingError, match="takes images of 64 x 32 px, and covers are square"):
        export_open_clip(f"sleeve-test-wide/{tmp_path / 'w.pt'}", tmp_path / "bundle", bundle_name="wide")
    assert not (tmp_path / "bundle").exists()


def test_what_pytorch_cannot_write_is_said_in_one_line(weights: Path, tmp_path: Path) -> None:
    from indexer.training.onnx_bundle import onnx_bytes

    class Choosing(torch.nn.Module):
        def forward(self, given: torch.Tensor) -> torch.Tensor:
            return given if given.sum() > 0 else -given

    with pytest.raises(BundleError, match="PyTorch cannot write this model as ONNX: ") as caught:
        onnx_bytes(Choosing().eval(), torch.zeros(2, 3), "given")
    assert len(str(caught.value).splitlines()) == 1
