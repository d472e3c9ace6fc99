import subprocess
import sys
from pathlib import Path

import pytest

from indexer.training import torchvision_shim


@pytest.fixture
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if torchvision had not been imported; what was imported comes back afterwards."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
        monkeypatch.delitem(sys.modules, name)


def write_torchvision(folder: Path, text: str) -> None:
    package = folder / "torchvision"
    package.mkdir()
    (package / "extension.py").write_text("")
    (package / "__init__.py").write_text(f"import torchvision.extension\n{text}")


@pytest.mark.usefixtures("forgotten")
def test_each_missing_operator_is_defined_and_the_import_made_afresh(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    defined: list[str] = []
    write_torchvision(
        tmp_path,
        "from indexer.training import torchvision_shim\n"
        "for operator in ('nms', 'qnms'):\n"
        "    if operator not in torchvision_shim.defined_in_test:\n"
        "        raise RuntimeError(f'operator torchvision::{operator} does not exist')\n",
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(torchvision_shim, "defined_in_test", defined, raising=False)
    monkeypatch.setattr(torchvision_shim, "_define", defined.append)
    torchvision_shim.make_torchvision_importable()
    assert defined == ["nms", "qnms"]
    assert sys.modules["torchvision"].__file__ == str(tmp_path / "torchvision" / "__init__.py")
    monkeypatch.delitem(sys.modules, "torchvision")
    monkeypatch.delitem(sys.modules, "torchvision.extension")


@pytest.mark.usefixtures("forgotten")
def test_a_healthy_torchvision_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    defined: list[str] = []
    write_torchvision(tmp_path, "")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(torchvision_shim, "_define", defined.append)
    torchvision_shim.make_torchvision_importable()
    assert defined == []
    monkeypatch.delitem(sys.modules, "torchvision")
    monkeypatch.delitem(sys.modules, "torchvision.extension")


@pytest.mark.usefixtures("forgotten")
def test_another_error_is_not_swallowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_torchvision(tmp_path, "raise RuntimeError('operator torchvision::roi_align does not exist')")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(RuntimeError, match="roi_align"):
        torchvision_shim.make_torchvision_importable()
    monkeypatch.delitem(sys.modules, "torchvision.extension", raising=False)


@pytest.mark.usefixtures("forgotten")
def test_no_torchvision_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torchvision", None)
    torchvision_shim.make_torchvision_importable()


@pytest.mark.slow
def test_timm_can_be_imported_here_without_a_warning() -> None:
    script = """
from indexer.training.torchvision_shim import make_torchvision_importable
make_torchvision_importable()
make_torchvision_importable()
import timm
"""
    subprocess.run([sys.executable, "-W", "error", "-c", script], check=True, cwd=Path(__file__).parents[3])
