"""What is installed to run Sleeve is written down with its hashes."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

PROJECT = Path(__file__).parent.parent
LOCKED = (PROJECT / "requirements.txt").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
HASH = r"--hash=sha256:[0-9a-f]{64}"


def pinned(lines: list[str]) -> dict[str, Version]:
    """Package → version, of lines such as ``fastapi==0.165.0 ; marker``."""
    parts = (re.split(r"==|[; ]", line, maxsplit=2) for line in lines if line)
    return {canonicalize_name(name): Version(version) for name, version, *_ in parts}


def test_every_package_has_one_version_and_its_hashes() -> None:
    assert len(LOCKED) > 50
    for line in LOCKED:
        assert re.fullmatch(rf"[\w.-]+==\S+( ; [^-]+)?(\s+{HASH})+", line), line
    assert len(pinned(LOCKED)) == len(LOCKED)


def test_all_that_sleeve_needs_is_there_at_the_versions_of_the_constraints() -> None:
    locked = pinned(LOCKED)
    constraints = pinned((PROJECT / "constraints.txt").read_text(encoding="utf-8").splitlines())
    assert {name: constraints.get(name) for name in locked if name != "colorama"} == {
        name: version for name, version in locked.items() if name != "colorama"
    }
    needed = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    for requirement in map(Requirement, [*needed, "pip", "setuptools>=80"]):
        assert locked[canonicalize_name(requirement.name)] in requirement.specifier, "`make lock` writes it again"
