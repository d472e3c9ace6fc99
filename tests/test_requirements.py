"""What is installed to run Sleeve, and to work on it, is written down with its hashes."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

PROJECT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NEEDED = [*PYPROJECT["dependencies"], "pip", "setuptools>=80"]
IN_THE_IMAGE = ("parquet", "storage", "milvus")
EXTRAS = [
    requirement
    for name, extra in PYPROJECT["optional-dependencies"].items()
    for requirement in extra
    if name not in {"peers", "milvus", "engines", "ray"}  # installed apart
]
PACKAGES = {
    "requirements.txt": 50,
    "requirements-image.txt": 60,
    "requirements-dev.txt": 50,
    "requirements-torch.txt": 20,
    "requirements-torch-cpu.txt": 2,
}
"""Files, and how many packages each has at least."""

ELSEWHERE = re.compile(r"appnope|colorama|httpx2-jsfetch|(cuda|nvidia)-.+|triton")
"""Not installed where the constraints were written: for other platforms, and for graphics cards."""

HASH = r"--hash=sha256:[0-9a-f]{64}"


def pinned(lines: list[str]) -> dict[str, Version]:
    """Package → version without its build, of lines such as ``torch==2.13.0+cpu ; marker``."""
    parts = (re.split(r"==|[; ]", line, maxsplit=2) for line in lines if line)
    return {canonicalize_name(name): Version(Version(version).public) for name, version, *_ in parts}


def extra(name: str) -> list[str]:
    """What an extra of Sleeve brings."""
    found: list[str] = PYPROJECT["optional-dependencies"][name]
    return found


def locked(name: str) -> list[str]:
    """The packages of a file, one a line."""
    lines = (PROJECT / name).read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    return [line for line in lines if not line.startswith("#")]


@pytest.mark.parametrize(("name", "least"), [*PACKAGES.items()])
def test_every_package_has_one_version_and_its_hashes(name: str, least: int) -> None:
    lines = locked(name)
    assert len(lines) >= least
    for line in lines:
        assert re.fullmatch(rf"[\w.-]+==\S+( ; [^-]+)?(\s+{HASH})+", line), line
    assert len(pinned(lines)) == len(lines)


@pytest.mark.parametrize(
    ("names", "needed"),
    [
        (["requirements.txt"], NEEDED),
        (["requirements-image.txt"], [*NEEDED, *(one for name in IN_THE_IMAGE for one in extra(name))]),
        (["requirements-dev.txt", "requirements-torch-cpu.txt"], [*NEEDED, *EXTRAS]),
        (["requirements-torch.txt"], ["torch"]),
    ],
)
def test_all_that_is_needed_is_there_at_the_versions_of_the_constraints(names: list[str], needed: list[str]) -> None:
    versions = pinned([line for name in names for line in locked(name)])
    constraints = pinned((PROJECT / "constraints.txt").read_text(encoding="utf-8").splitlines())
    here = {package: version for package, version in versions.items() if not ELSEWHERE.fullmatch(package)}
    assert {package: constraints.get(package) for package in here} == here
    for requirement in map(Requirement, needed):
        assert versions[canonicalize_name(requirement.name)] in requirement.specifier, "`make lock` writes it again"


def test_what_is_worked_with_is_what_is_run() -> None:
    run = pinned(locked("requirements.txt")).items()
    assert run <= pinned(locked("requirements-dev.txt")).items()
    assert run <= pinned(locked("requirements-image.txt")).items()
