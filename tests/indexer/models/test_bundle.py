import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper
from onnx.external_data_helper import set_external_data

from indexer.images.decoding import Interpolation, ResizeRule
from indexer.models.bundle import MANIFEST_FILE, MODEL_FILE, BundleDescription, Precision, read_bundle, write_bundle
from sleeve.errors import BundleError

MODEL = b"not really a model"
HEAD = b"nor a head"


def describe(**changes: Any) -> BundleDescription:
    fields: dict[str, Any] = {
        "name": "frozen",
        "dimension": 12,
        "input_size_px": 4,
        "resize": ResizeRule.CROP,
        "mean": (10.0, 20.0, 30.0),
        "std": (2.0, 4.0, 8.0),
        "precision": Precision.F32,
        "genres": ("jazz", "punk"),
        "metrics": {"macro_f1": 0.5},
        "trained_on": "two covers",
        "licence": "Apache-2.0",
    }
    return BundleDescription(**{**fields, **changes})


def rewrite_manifest(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    manifest = json.loads((folder / MANIFEST_FILE).read_text())
    change(manifest)
    (folder / MANIFEST_FILE).write_text(json.dumps(manifest))


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    written = write_bundle(tmp_path / "deep" / "b", describe(), {MODEL_FILE: MODEL, "head.npz": HEAD})
    bundle = read_bundle(tmp_path / "deep" / "b")
    assert bundle == written
    assert bundle.manifest.model_dump(include=set(BundleDescription.model_fields)) == describe().model_dump()
    assert bundle.manifest.files == {
        MODEL_FILE: sha256(MODEL).hexdigest(),
        "head.npz": sha256(HEAD).hexdigest(),
    }
    assert (bundle.folder / MODEL_FILE).read_bytes() == MODEL
    assert bundle.read("head.npz") == HEAD


def test_nothing_but_the_bundle_is_left(tmp_path: Path) -> None:
    write_bundle(tmp_path / "b", describe(), {MODEL_FILE: MODEL})
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")) == [
        "b",
        "b/manifest.json",
        "b/model.onnx",
    ]


def test_a_bundle_is_never_overwritten(tmp_path: Path) -> None:
    write_bundle(tmp_path / "b", describe(), {MODEL_FILE: MODEL})
    with pytest.raises(BundleError, match="exists already"):
        write_bundle(tmp_path / "b", describe(), {MODEL_FILE: b"another"})
    assert read_bundle(tmp_path / "b").read(MODEL_FILE) == MODEL
    own = tmp_path / "mine" / MODEL_FILE
    own.parent.mkdir()
    own.write_bytes(b"the user's")
    with pytest.raises(BundleError, match="exists already"):
        write_bundle(own.parent, describe(), {MODEL_FILE: MODEL})
    assert [path.read_bytes() for path in own.parent.iterdir()] == [b"the user's"]


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(BundleError, match="cannot be written: Not a directory"):
        write_bundle(tmp_path / "file" / "b", describe(), {MODEL_FILE: MODEL})
    # Written aside in full, then refused at the last step: a dangling link is where the bundle should be.
    (tmp_path / "b").symlink_to(tmp_path / "nowhere")
    with pytest.raises(BundleError, match="cannot be written"):
        write_bundle(tmp_path / "b", describe(), {MODEL_FILE: MODEL})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "file"]


@pytest.mark.parametrize(
    "changes",
    [
        {"dimension": 13},
        {"input_size_px": 5},
        {"resize": ResizeRule.PAD},
        {"interpolation": Interpolation.BILINEAR},
        {"mean": (10.0, 20.0, 31.0)},
        {"mean": (20.0, 10.0, 30.0)},
        {"std": (2.0, 4.0, 9.0)},
        {"precision": Precision.BF16},
    ],
)
def test_the_fingerprint_changes_with_what_decides_vectors(tmp_path: Path, changes: dict[str, Any]) -> None:
    one = write_bundle(tmp_path / "one", describe(), {MODEL_FILE: MODEL})
    other = write_bundle(tmp_path / "other", describe(**changes), {MODEL_FILE: MODEL})
    assert one.fingerprint != other.fingerprint


def test_the_fingerprint_changes_with_the_model(tmp_path: Path) -> None:
    one = write_bundle(tmp_path / "one", describe(), {MODEL_FILE: MODEL})
    other = write_bundle(tmp_path / "other", describe(), {MODEL_FILE: MODEL + b"!"})
    assert one.fingerprint != other.fingerprint


def test_the_fingerprint_outlives_a_new_head_and_name(tmp_path: Path) -> None:
    one = write_bundle(tmp_path / "one", describe(), {MODEL_FILE: MODEL})
    changes = {"name": "n", "genres": (), "metrics": {}, "trained_on": "more", "licence": "MIT", "mean": (10, 20, 30)}
    other = write_bundle(tmp_path / "other", describe(**changes), {MODEL_FILE: MODEL, "head.npz": HEAD})
    assert one.fingerprint == other.fingerprint


def test_the_fingerprint_is_a_published_formula(tmp_path: Path) -> None:
    """Vectors are stored under it: it must never change for a bundle that did not."""
    bundle = write_bundle(tmp_path / "b", describe(), {MODEL_FILE: MODEL})
    deciding = (
        '{"dimension":12,"input_size_px":4,"mean":[10.0,20.0,30.0],'
        f'"model.onnx":"{sha256(MODEL).hexdigest()}",'
        '"precision":"f32","resize":"crop","std":[2.0,4.0,8.0]}'
    )
    assert bundle.fingerprint == sha256(deciding.encode()).hexdigest()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": "sleeve-bundle-2"}, "format"),
        ({"dimension": 0}, "dimension"),
        ({"resize": "stretch"}, "resize"),
        ({"std": [2.0, 0.0, 8.0]}, "std"),
        ({"mean": [10.0, 20.0]}, "mean"),
        ({"precision": "int8"}, "precision"),
        ({"genres": ["jazz", "jazz"]}, "a genre is named twice"),
        ({"metrics": {"macro_f1": "high"}}, "metrics"),
        ({"colour": "blue"}, "colour"),
        ({"files": {}}, "model.onnx is not among them"),
        ({"files": {MODEL_FILE: "0" * 64, MANIFEST_FILE: "0" * 64}}, "cannot vouch for itself"),
        ({"files": {MODEL_FILE: "0" * 64, "../secret": "0" * 64}}, "files"),
        ({"files": {MODEL_FILE: "0" * 64, "/etc/passwd": "0" * 64}}, "files"),
        ({"files": {MODEL_FILE: "0" * 64, "..": "0" * 64}}, "files"),
        ({"files": {MODEL_FILE: "short"}}, "files"),
    ],
)
def test_a_manifest_that_will_not_do(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    write_bundle(tmp_path / "b", describe(), {MODEL_FILE: MODEL})
    rewrite_manifest(tmp_path / "b", lambda manifest: manifest.update(changes))
    with pytest.raises(BundleError, match=message) as raised:
        read_bundle(tmp_path / "b")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("text", [b"", b"[]", b"{", b"\xff\xfe", b'{"metrics": {"a": NaN}}'])
def test_a_manifest_that_is_none(tmp_path: Path, text: bytes) -> None:
    (tmp_path / MANIFEST_FILE).write_bytes(text)
    with pytest.raises(BundleError, match=r"manifest\.json") as raised:
        read_bundle(tmp_path)
    assert "\n" not in str(raised.value)


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"is not a model bundle: manifest\.json: No such file"):
        read_bundle(tmp_path / "nowhere")


@pytest.mark.parametrize("name", [MODEL_FILE, "head.npz"])
def test_a_flipped_bit_is_found_before_the_file_is_used(tmp_path: Path, name: str) -> None:
    write_bundle(tmp_path / "b", describe(), {MODEL_FILE: MODEL, "head.npz": HEAD})
    data = bytearray((tmp_path / "b" / name).read_bytes())
    data[3] ^= 1
    (tmp_path / "b" / name).write_bytes(data)
    bundle = read_bundle(tmp_path / "b")
    for use in (lambda: bundle.read(name), lambda: bundle.model_path(name), bundle.verify):
        with pytest.raises(BundleError, match=f"{name} is damaged"):
            use()
    other = ({MODEL_FILE, "head.npz"} - {name}).pop()
    assert bundle.read(other) == {MODEL_FILE: MODEL, "head.npz": HEAD}[other]


def test_a_missing_file_is_found_before_it_is_used(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "b", describe(), {MODEL_FILE: MODEL})
    (tmp_path / "b" / MODEL_FILE).unlink()
    assert read_bundle(tmp_path / "b") == bundle
    for use in (lambda: bundle.read(MODEL_FILE), lambda: bundle.model_path(MODEL_FILE), bundle.verify):
        with pytest.raises(BundleError, match=r"model\.onnx cannot be read: No such file"):
            use()


def test_a_link_out_of_the_bundle_is_refused(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "b", describe(), {MODEL_FILE: MODEL})
    (tmp_path / "b" / MODEL_FILE).rename(tmp_path / "elsewhere")
    (tmp_path / "b" / MODEL_FILE).symlink_to(tmp_path / "elsewhere")
    for use in (lambda: bundle.read(MODEL_FILE), lambda: bundle.model_path(MODEL_FILE), bundle.verify):
        with pytest.raises(BundleError, match="leads out of the bundle"):
            use()


def test_a_model_that_needs_another_file_is_refused(tmp_path: Path) -> None:
    tensor = onnx.numpy_helper.from_array(np.arange(12, dtype=np.float32), "w")
    graph = helper.make_graph([], "g", [], [], [tensor])
    inside = helper.make_model(graph).SerializeToString()
    whole = write_bundle(tmp_path / "whole", describe(), {MODEL_FILE: inside})
    assert whole.model_path(MODEL_FILE) == tmp_path / "whole" / MODEL_FILE

    set_external_data(tensor, "weights.bin")
    branch = helper.make_graph([helper.make_node("Constant", [], ["w"], value=tensor)], "branch", [], [])
    node = helper.make_node("If", ["c"], ["w"], then_branch=branch, else_branch=branch)
    for name, parts in (("weight", ([], "g", [], [], [tensor])), ("branch", ([node], "g", [], []))):
        outside = helper.make_model(helper.make_graph(*parts)).SerializeToString()
        contents = {MODEL_FILE: outside, "weights.bin": np.arange(12, dtype=np.float32).tobytes()}
        bundle = write_bundle(tmp_path / name, describe(), contents)
        with pytest.raises(BundleError, match=r"model\.onnx keeps its weights in another file") as raised:
            bundle.model_path(MODEL_FILE)
        assert "\n" not in str(raised.value)


@pytest.mark.parametrize("model", [b"not really a model", b"<?xml version='1.0'?>", b"\x3a\xff", b"\x80" * 20])
def test_a_model_that_is_none_is_refused(tmp_path: Path, model: bytes) -> None:
    bundle = write_bundle(tmp_path / "b", describe(), {MODEL_FILE: model})
    with pytest.raises(BundleError, match=r"model\.onnx cannot be run: it is not an ONNX model"):
        bundle.model_path(MODEL_FILE)


def test_a_large_manifest_is_not_read(tmp_path: Path) -> None:
    (tmp_path / MANIFEST_FILE).write_bytes(b" " * 2**20 + b"{}")
    with pytest.raises(BundleError, match=r"manifest\.json is larger than 1 MiB"):
        read_bundle(tmp_path)


def test_only_named_files_are_read(tmp_path: Path) -> None:
    bundle = write_bundle(tmp_path / "b", describe(), {MODEL_FILE: MODEL})
    (tmp_path / "b" / "README.md").write_text("a model card may be in the folder too")
    assert read_bundle(tmp_path / "b") == bundle
    with pytest.raises(BundleError, match=r"has no README\.md"):
        bundle.read("README.md")


@pytest.mark.parametrize("name", ["../model", "a/b", ".hidden", ""])
def test_a_name_that_would_escape_is_not_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(BundleError):
        write_bundle(tmp_path / "b", describe(), {MODEL_FILE: MODEL, name: b""})
    assert list(tmp_path.iterdir()) == []
