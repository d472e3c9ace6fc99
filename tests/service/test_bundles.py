"""Listing bundles and switching between them from the command line."""

import io
import shutil
from pathlib import Path
from typing import Any

import pytest

from indexer.models.backbone import fingerprint_as_run
from indexer.models.bundle import MANIFEST_FILE, MODEL_FILE
from indexer.models.shelf import BundleShelf
from sleeve.vocabulary import Fingerprint
from tests.command_home import CommandHome
from tests.factories import write_cover
from tests.tiny_bundle import write_tiny_bundle


@pytest.fixture
def shelf(home: CommandHome) -> CommandHome:
    """Four covers, and two bundles of this home that no setting names."""
    for seed in range(4):
        write_cover(home.folder / f"covers/{seed}.png", seed)
    folder = Path(home.environment["SLEEVE_HOME"]) / "bundles"
    write_tiny_bundle(folder / "light", mean=120.0)
    write_tiny_bundle(folder / "dark", mean=135.0)
    unset = {name: value for name, value in home.environment.items() if name != "SLEEVE_BUNDLE"}
    home.sleeve("add", "covers")
    return CommandHome(home.folder, unset)


def listed(home: CommandHome) -> dict[str, dict[str, object]]:
    return {bundle["name"]: bundle for bundle in home.json("bundles")}


def test_a_switch_embeds_with_the_other_bundle_and_makes_it_the_one_that_answers(shelf: CommandHome) -> None:
    before = listed(shelf)
    assert list(before)[:2] == ["dark", "light"]
    assert "sleeve-lite0" in before
    assert not any(bundle["live"] or bundle["vectors"] for bundle in before.values())

    shelf.sleeve("bundles", "use", "light")
    shelf.sleeve("bundles", "use", "dark")
    after = listed(shelf)
    assert [name for name, bundle in after.items() if bundle["live"]] == ["dark"]
    assert (after["light"]["vectors"], after["dark"]["vectors"]) == (4, 4)
    answer = shelf.json("similar", "covers/2.png", "-k", 1)
    assert answer["bundle"] == "tiny"
    assert answer["neighbours"][0]["file"] == "covers/2.png"

    write_cover(shelf.folder / "covers/9.png", 9)
    shelf.sleeve("add", "covers")
    assert shelf.json("index")["embedded"] == 1, "the live bundle goes on embedding"
    assert listed(shelf)["dark"]["vectors"] == 5

    again = shelf.sleeve("bundles", "use", "light").stdout
    assert again.startswith("1 cover embedded"), "the four it knew are not embedded again"


def test_a_bundle_that_is_gone_or_overruled_is_one_clear_line(shelf: CommandHome) -> None:
    unknown = shelf.sleeve("bundles", "use", "nosuch", code=1).stderr
    assert "there is no bundle nosuch; there is dark, light, efficientnet-lite0-imagenet, sleeve-lite0" in unknown
    overruled = CommandHome(shelf.folder, {**shelf.environment, "SLEEVE_BUNDLE": "light"})
    assert "SLEEVE_BUNDLE says light" in overruled.sleeve("bundles", "use", "dark", code=1).stderr

    shelf.sleeve("bundles", "use", "dark")
    shutil.rmtree(Path(shelf.environment["SLEEVE_HOME"]) / "bundles" / "dark")
    assert "the bundle of the live index, tiny, is not there any more" in shelf.sleeve("index", code=1).stderr


@pytest.mark.slow
def test_another_version_of_the_live_bundle_says_how_to_move_to_it(shelf: CommandHome) -> None:
    folder = Path(shelf.environment["SLEEVE_HOME"]) / "bundles" / "tiny"
    write_tiny_bundle(folder)
    shelf.sleeve("bundles", "use", "tiny")
    shutil.rmtree(folder)
    write_tiny_bundle(folder, mean=120.0)
    for asked in (("index",), ("similar", "covers/2.png")):
        said = shelf.sleeve(*asked, code=1).stderr
        assert "the live index was made with another version of the bundle tiny; `sleeve bundles use tiny`" in said
    shelf.sleeve("bundles", "use", "tiny")
    assert shelf.json("similar", "covers/2.png", "-k", 1)["neighbours"][0]["file"] == "covers/2.png"


def test_a_bundle_is_found_by_the_vectors_of_a_cpu_without_its_precision(tmp_path: Path) -> None:
    bundle = write_tiny_bundle(tmp_path / "bundles" / "light")
    shelf = BundleShelf(tmp_path / "bundles", chosen="")
    for precision in ("f32", "bf16", "f16"):
        found = shelf.of(fingerprint_as_run(bundle, precision))
        assert found is not None
        assert found.address == str(bundle.folder)
    assert shelf.of(Fingerprint("0" * 64)) is None


def test_looking_at_the_shelf_reads_manifests_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("dark", "light"):
        write_tiny_bundle(tmp_path / "bundles" / name, mean=float(len(name)))
    (tmp_path / "bundles" / "dark" / MODEL_FILE).unlink()
    (tmp_path / "bundles" / "dark" / MODEL_FILE).mkdir()
    read: list[str] = []
    open_file = io.open

    def noted(file: Any, *arguments: Any, **options: Any) -> Any:
        read.append(Path(file).name)
        return open_file(file, *arguments, **options)

    monkeypatch.setattr(io, "open", noted)
    shelf = BundleShelf(tmp_path / "bundles", chosen="")
    assert [bundle.name for bundle in shelf][:2] == ["dark", "light"]
    found = shelf.of(shelf.named("dark").fingerprint)
    assert found is not None
    assert found.name == "dark"
    assert set(read) == {MANIFEST_FILE}


@pytest.mark.slow
def test_a_damaged_model_is_refused_by_whatever_uses_it_and_by_nothing_else(shelf: CommandHome) -> None:
    shelf.sleeve("bundles", "use", "dark")
    folder = Path(shelf.environment["SLEEVE_HOME"]) / "bundles"
    for name in ("dark", "light"):
        (folder / name / MODEL_FILE).write_bytes(b"not what was written")
    assert shelf.json("index")["embedded"] == 0, "nothing is pending, so the model is not needed"
    assert listed(shelf)["dark"]["live"]
    write_cover(shelf.folder / "covers/9.png", 9)
    shelf.sleeve("add", "covers")
    for command in (("index",), ("similar", "covers/2.png"), ("classify", "covers/2.png"), ("bundles", "use", "light")):
        assert "model.onnx is damaged" in shelf.sleeve(*command, code=1).stderr
    assert listed(shelf)["dark"]["vectors"] == 4


def test_a_published_image_model_becomes_a_bundle_that_answers(shelf: CommandHome) -> None:
    model = shelf.folder / "plain.onnx"
    shutil.copyfile(Path(shelf.environment["SLEEVE_HOME"]) / "bundles/light" / MODEL_FILE, model)
    added = shelf.json("bundles", "add", "plain.onnx", "--size", 32, "--mean", "0.47,0.47,0.47", "--name", "ready")
    assert (added["name"], added["dimension"], added["reads_text"]) == ("ready", 48, False)
    shelf.sleeve("bundles", "use", "ready")
    assert shelf.json("similar", "covers/2.png", "-k", 1)["neighbours"][0]["file"] == "covers/2.png"
    for arguments, said in (
        (["plain.onnx"], "an image model alone needs --size"),
        (["plain.onnx", "--size", "16"], "takes images of 32 x 32 px, not of 16 px"),
        (["plain.onnx", "--size", "16", "--mean", "1,2"], "three numbers each"),
        (
            ["plain.onnx", "--size", "16", "--resize", "bend"],
            "--resize_mode: must be 'shortest', 'squash' or 'longest'",
        ),
        (["plain.onnx", "--size", "16", "--std", "1,0,1"], "must be more than 0"),
        (["gone.onnx", "--size", "16"], "there is no gone.onnx"),
        (["covers", "--size", "16"], "says itself how its images are made ready"),
        (["covers"], "preprocess_cfg.json cannot be read"),
    ):
        refused = shelf.sleeve("bundles", "add", *arguments, code=1)
        assert said in refused.stderr
        assert refused.stderr.count("\n") == 1


def test_what_only_fastai_needs_is_refused_elsewhere(shelf: CommandHome) -> None:
    for option in (("--size", "64"), ("--architecture", "resnet34"), ("--genres", "jazz,rock"), ("--mean", "0,0,0")):
        said = shelf.sleeve("bundles", "export", "open_clip:ViT-B-32/openai", *option, code=1).stderr
        assert "are for fastai: alone" in said
    assert "add --architecture" in shelf.sleeve("bundles", "export", "fastai:none.pth", code=1).stderr
