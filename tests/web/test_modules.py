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


def test_the_page_names_all_modules_of_the_start_so_that_they_come_together() -> None:
    """Else they would come in stages, each after a round trip."""
    needed: set[Path] = set()
    left = {SCRIPTS / "app.js", SCRIPTS / "views" / "search.js"}
    while left:
        file = left.pop()
        needed.add(file)
        static = re.sub(r"import\([^)]*\)", "", file.read_text(encoding="utf-8"))
        left |= {(file.parent / name).resolve() for name in IMPORTED.findall(static)} - needed
    page = (FOLDER / "index.html").read_text(encoding="utf-8")
    named = {FOLDER / name for name in re.findall(r'rel="modulepreload" href="@root/static/@version/([^"]+)"', page)}
    assert named | {SCRIPTS / "app.js"} == needed


def test_the_page_has_nothing_but_elements_in_its_head() -> None:
    """Text between them would be shown above the page."""
    head = (FOLDER / "index.html").read_text(encoding="utf-8").partition("<body")[0]
    outside = re.sub(r"<title>.*?</title>|<!--.*?-->|<[^<>]+>", "", head, flags=re.DOTALL)
    assert outside.strip() == ""
