"""Imports that import-linter does not see: by name, while the program runs."""

import ast
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("db", "indexer", "migrations", "service", "sleeve")
LATE = {
    "openvino": ("indexer.models.backbone",),
    "pyarrow": ("indexer.sources",),
    "tokenizers": ("indexer.models.tokenizer",),
    "torchvision": ("indexer.training",),
}
"""Libraries that are imported late, and who may; the others are those that pyproject.toml protects."""

IMPORTERS = {"import_module", "__import__"}


def homes() -> dict[str, tuple[str, ...]]:
    """The packages that may import each guarded library."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    protected = [contract for contract in contracts if contract["type"] == "protected"]
    return LATE | {
        name: tuple(contract["allowed_importers"]) for contract in protected for name in contract["protected_modules"]
    }


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """The line and name of every import; of a name that only a run would know what comes before that, or nothing."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module
        elif isinstance(node, ast.Call) and _name(node.func) in IMPORTERS:
            first = node.args[0] if node.args else None
            yield node.lineno, _known_part(first)


def _known_part(name: ast.expr | None) -> str:
    if isinstance(name, ast.JoinedStr):
        name = name.values[0]
        if isinstance(name, ast.Constant) and "." not in str(name.value):
            return ""  # not even its package
    return name.value if isinstance(name, ast.Constant) and isinstance(name.value, str) else ""


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def strays(module: str, source: str, guarded: Mapping[str, tuple[str, ...]]) -> list[str]:
    """What a module imports and may not."""
    found = []
    for line, name in imported(ast.parse(source)):
        allowed = guarded.get(name.partition(".")[0], (PACKAGES if name else ()))
        if not any(module == package or module.startswith(f"{package}.") for package in allowed):
            found.append(f"{module}:{line} imports {name or 'by a name that only a run knows'}")
    return found


def test_guarded_libraries_are_imported_where_they_belong() -> None:
    guarded = homes()
    assert {"sqlalchemy", "faiss", "torch", "cv2", "mutagen", "openvino"} <= guarded.keys()
    files = [file for package in PACKAGES for file in (ROOT / package).rglob("*.py")]
    modules = {".".join(file.relative_to(ROOT).with_suffix("").parts): file.read_text("utf-8") for file in files}
    assert [stray for module, source in modules.items() for stray in strays(module, source, guarded)] == []


@pytest.mark.parametrize(
    "planted",
    [
        "import_module('openvino')",
        "importlib.import_module('torch.nn')",
        "__import__('faiss')",
        "import_module(name)",
        "import_module(f'{name}.x')",
        "import_module(f'torch.{name}')",
        "import_module(f'tor{name}')",
        "def f():\n    import sqlalchemy.orm",
        "from openvino import Core",
    ],
)
def test_a_planted_import_is_found(planted: str) -> None:
    assert len(strays("service.http.app", planted, homes())) == 1


def test_an_import_in_its_place_is_none() -> None:
    assert strays("indexer.models.backbone", "import_module('openvino')", homes()) == []
    assert strays("indexer.training.loop", "import torch", homes()) == []
    assert strays("service.cli.query", "import json, importlib", homes()) == []
    assert strays("service.cli.commands", "import_module(f'service.cli.{name}')", homes()) == []
