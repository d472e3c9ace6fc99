"""The web app's modules → the few scripts that are sent: a first visit waits for three scripts and not for fifty.

Each module keeps a scope of its own: it becomes a function that returns what it exports. ``START`` has what the start
needs, ``SHARED`` what else is needed by several of the modules that are imported later, and each of these has a script
with the rest. Comments and indents are left out.

The modules are written for that: they import by name, each import on a line of its own, export where they declare,
import each other without a circle, and have no text of several lines whose indents matter.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from posixpath import dirname, join, normpath, relpath

START = "js/app.js"
SHARED = "js/shared.js"

_COMMENT = re.compile(r"^ *(?://[^\n]*|/\*\*.*?\*/)\n", re.MULTILINE | re.DOTALL)
_IMPORT = re.compile(r'^import \{ ([^}]+) \} from "(\.[^"]+)";\n', re.MULTILINE)
_IMPORT_LATER = re.compile(r'\bimport\("(\.[^"]+)"\)')
_EXPORT = re.compile(r"^export (?=(?:async function|function|class|const) (\w+))", re.MULTILINE)
_INDENT = re.compile(r"^\s+", re.MULTILINE)
_NO_LETTER = re.compile(r"\W")


def joined(modules: Mapping[str, str]) -> dict[str, str]:
    """The scripts, by path, of modules by path; without ``START`` the modules as they are.

    Raises:
        ValueError: a module that is to be imported later is needed at the start, or by another one.
    """
    if START not in modules:
        return dict(modules)
    later = sorted({name for module in modules for name in _imported(modules, module, _IMPORT_LATER)})
    start = _with_all_it_needs(modules, [START])
    users = Counter(name for each in later for name in _with_all_it_needs(modules, [each]))
    shared = [name for name in _with_all_it_needs(modules, users) if users[name] > 1 and name not in start]
    if wrong := {*start, *shared}.intersection(later):
        raise ValueError(f"imported later, but needed before: {', '.join(sorted(wrong))}")
    scripts = {START: _script(modules, START, start, {}), SHARED: _script(modules, SHARED, shared, {START: start})}
    held = {START: start, SHARED: shared}
    for path in later:
        own = [name for name in _with_all_it_needs(modules, [path]) if name not in {*start, *shared}]
        given = f"export const {{ {', '.join(_exports(modules[path]))} }} = {_variable(path)};\n"
        scripts[path] = _script(modules, path, own, held) + given
    return scripts


def scripts_of(path: str, scripts: Mapping[str, str]) -> list[str]:
    """A script and those that it imports."""
    return [*_imported(scripts, path, _IMPORT), path]


def _script(modules: Mapping[str, str], path: str, own: Sequence[str], held: Mapping[str, Sequence[str]]) -> str:
    """A script with these modules; ``held`` are the modules of scripts that it may import from."""
    used = {name for each in own for name in _imported(modules, each, _IMPORT)}
    imports = []
    for script, names in held.items():
        if needed := [_variable(name) for name in names if name in used]:
            imports.append(f'import {{ {", ".join(needed)} }} from "{_relative(script, path)}";\n')
    parts = [_as_function(modules, name, path) for name in own]
    given = [f"export {{ {', '.join(map(_variable, own))} }};\n"] if path in {START, SHARED} else []
    return "".join([*imports, *parts, *given])


def _with_all_it_needs(modules: Mapping[str, str], names: Iterable[str]) -> list[str]:
    """Modules and what they import, each after what it imports."""
    ordered: dict[str, None] = {}

    def put(name: str) -> None:
        for other in _imported(modules, name, _IMPORT):
            if other not in ordered:
                put(other)
        ordered[name] = None

    for name in names:
        put(name)
    return list(ordered)


def _imported(modules: Mapping[str, str], name: str, how: re.Pattern[str]) -> Iterator[str]:
    """The paths of the modules that a module imports at once, or when it needs them."""
    return (normpath(join(dirname(name), found[how.groups])) for found in how.finditer(modules[name]))


def _as_function(modules: Mapping[str, str], name: str, script: str) -> str:
    def bound(found: re.Match[str]) -> str:
        names = found[1].replace(" as ", ": ")
        return f"const {{ {names} }} = {_variable(normpath(join(dirname(name), found[2])))};\n"

    def moved(found: re.Match[str]) -> str:
        return f'import("{_relative(normpath(join(dirname(name), found[1])), script)}")'

    text = _COMMENT.sub("", modules[name])
    text = _IMPORT_LATER.sub(moved, _EXPORT.sub("", _IMPORT.sub(bound, text)))
    text = _INDENT.sub("", text).strip()
    return f"const {_variable(name)} = (() => {{\n{text}\nreturn {{ {', '.join(_exports(modules[name]))} }};\n}})();\n"


def _exports(text: str) -> list[str]:
    return [found[1] for found in _EXPORT.finditer(text)]


def _relative(path: str, script: str) -> str:
    way = relpath(path, dirname(script))
    return way if way.startswith(".") else f"./{way}"


def _variable(name: str) -> str:
    return "$" + _NO_LETTER.sub("_", name.removeprefix("js/").removesuffix(".js"))
