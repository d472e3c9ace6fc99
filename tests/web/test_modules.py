"""The JavaScript modules as they import each other; no browser needed."""

import re
from graphlib import TopologicalSorter
from pathlib import Path

from service.http.web_files import FOLDER

SCRIPTS = FOLDER / "js"
IMPORTED = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*["'](\.{1,2}/[^"']+)["']""")


def test_the_modules_import_each_other_without_a_circle() -> None:
    imports = {file: _imported_by(file) for file in SCRIPTS.rglob("*.js")}
    assert set((SCRIPTS / "views").glob("*.js")) <= imports[SCRIPTS / "app.js"]
    assert set().union(*imports.values()) <= imports.keys()
    assert len(list(TopologicalSorter(imports).static_order())) == len(imports)


def _imported_by(file: Path) -> set[Path]:
    """What a module imports, statically and dynamically."""
    return {(file.parent / name).resolve() for name in IMPORTED.findall(file.read_text(encoding="utf-8"))}
