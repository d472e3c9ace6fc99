"""The documentation names only what exists, and everything that it promises to name."""

import re
from pathlib import Path

import pytest
from typer import Context
from typer.cli import get_docs_for_click
from typer.main import get_command

from service.cli.whole import app
from service.http.app import create_app
from sleeve.settings import Settings

PROJECT = Path(__file__).parent.parent
PAGES = sorted([PROJECT / "README.md", PROJECT / "CHANGELOG.md", *(PROJECT / "docs").rglob("*.md")])
ROOMS = {entry.name for entry in PROJECT.iterdir() if entry.is_dir()} - {"covers", "report"}

_CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_PATH = re.compile(r"\.?[\w-]+(/[\w.-]+)*/?")
_MODULE = re.compile(r"\b(?:benchmarks|indexer|service|tests)(?:\.\w+)+")
_LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(#[^)\s]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(PROJECT)))
def test_every_path_module_and_link_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    code, links = _CODE.findall(text), _LINK.findall(text)
    missing = {path for path in code if _names_a_path(path) and not (PROJECT / path).exists()}
    missing |= {module for words in code for module in _MODULE.findall(words) if not _module_exists(module)}
    missing |= {link for link, _ in links if not (page.parent / link).exists()}
    missing |= {link + part for link, part in links if part and part not in _anchors(page, link)}
    assert not missing


def test_the_page_of_commands_is_what_the_help_says() -> None:
    command = get_command(app)
    printed = get_docs_for_click(obj=command, ctx=Context(command), name="sleeve", title="Commands")
    page = (PROJECT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert page.strip() == printed.strip(), "`make fix` writes it again"


def test_every_setting_is_on_its_page() -> None:
    page = (PROJECT / "docs" / "settings.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| `(SLEEVE_\w+)` \|", page, re.MULTILINE))
    assert rows == {f"SLEEVE_{name.upper()}" for name in Settings.model_fields}


def test_every_route_is_on_the_page_of_the_api() -> None:
    page = (PROJECT / "docs" / "api.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| `([A-Z]+ /[^`]*)` \|", page, re.MULTILINE))
    paths = create_app(Settings()).openapi()["paths"]
    routes = {f"{method.upper()} {path.removeprefix('/api/v1')}" for path in paths for method in paths[path]}
    assert rows == routes


def _names_a_path(code: str) -> bool:
    """Whether a word is meant as a path of the project."""
    return _PATH.fullmatch(code) is not None and "/" in code and code.split("/")[0] in ROOMS


def _module_exists(module: str) -> bool:
    """Whether a dotted name is a module, or something in one."""
    path = PROJECT.joinpath(*module.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file() or path.parent.with_suffix(".py").is_file()


def _anchors(page: Path, link: str) -> set[str]:
    target = page.parent / link if link else page
    headings = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE)
    return {"#" + re.sub(r"[^\w\s-]", "", heading.lower()).replace(" ", "-") for heading in headings}
