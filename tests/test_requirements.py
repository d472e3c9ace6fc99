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
EXTRAS = [requirement for extra in PYPROJECT["optional-dependencies"].values() for requirement in extra]
BY_VERSION = {"torch"}
"""Whose hashes differ between the indexes that offer it."""

FOR_OTHER_PLATFORMS = {"appnope", "colorama", "httpx2-jsfetch"}
"""Not installed where the constraints were written."""

HASH = r"--hash=sha256:[0-9a-f]{64}"


def pinned(lines: list[str]) -> dict[str, Version]:
    """Package → version, of lines such as ``fastapi==0.165.0 ; marker``."""
    parts = (re.split(r"==|[; ]", line, maxsplit=2) for line in lines if line)
    return {canonicalize_name(name): Version(version) for name, version, *_ in parts}


def locked(name: str) -> list[str]:
    """The packages of a file, one a line."""
    return (PROJECT / name).read_text(encoding="utf-8").replace("\\\n", " ").splitlines()


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_package_has_one_version_and_its_hashes(name: str) -> None:
    lines = locked(name)
    assert len(lines) > 50
    for line in lines:
        assert re.fullmatch(rf"[\w.-]+==\S+( ; [^-]+)?(\s+{HASH})+", line), line
    assert len(pinned(lines)) == len(lines)


@pytest.mark.parametrize(
    ("name", "needed"), [("requirements.txt", NEEDED), ("requirements-dev.txt", [*NEEDED, *EXTRAS])]
)
def test_all_that_is_needed_is_there_at_the_versions_of_the_constraints(name: str, needed: list[str]) -> None:
    versions = pinned(locked(name))
    constraints = pinned((PROJECT / "constraints.txt").read_text(encoding="utf-8").splitlines())
    assert {package: constraints.get(package) for package in versions.keys() - FOR_OTHER_PLATFORMS} == {
        package: version for package, version in versions.items() if package not in FOR_OTHER_PLATFORMS
    }
    for requirement in map(Requirement, needed):
        if requirement.name not in BY_VERSION:
            assert versions[canonicalize_name(requirement.name)] in requirement.specifier, "`make lock` writes it again"


def test_what_is_worked_with_is_what_is_run() -> None:
    assert pinned(locked("requirements.txt")).items() <= pinned(locked("requirements-dev.txt")).items()
