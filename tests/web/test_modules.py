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


def test_modules_are_written_so_that_they_can_be_joined() -> None:
    """Each import by name and on its own, exports where they are declared, no text that goes over several lines."""
    for file in SCRIPTS.rglob("*.js"):
        text = file.read_text(encoding="utf-8")
        code = re.sub(r"^\s*(?://.*|/\*\*[\s\S]*?\*/)$", "", text, flags=re.MULTILINE)
        assert len(re.findall(r"^\s*import\b", code, re.MULTILINE)) == len(
            re.findall(r'^import \{ [^}]+ \} from "\.[^"]+";$', code, re.MULTILINE)
        ), file
        assert len(re.findall(r"^\s*export\b", code, re.MULTILINE)) == len(
            re.findall(r"^export (?:async function|function|class|const) \w", code, re.MULTILINE)
        ), file
        # What the map's shaders say does not depend on indents.
        code = re.sub(r"`#version[^`]*`", "", code)
        assert all(line.replace('"`"', "").count("`") % 2 == 0 for line in code.splitlines()), file


def test_the_page_has_nothing_but_elements_in_its_head() -> None:
    """Text between them would be shown above the page."""
    head = (FOLDER / "index.html").read_text(encoding="utf-8").partition("<body")[0]
    outside = re.sub(r"<title>.*?</title>|<!--.*?-->|<[^<>]+>", "", head, flags=re.DOTALL)
    assert outside.strip() == ""
