"""Modules joined into scripts, of modules that are made up here; the browser tests run those of the app."""

import pytest

from service.http.scripts import SHARED, START, joined, scripts_of

DOM = "// Elements.\n\nconst ICONS = {};\n\n/** An element,\n * or two. */\nexport function h() {\n  return ICONS;\n}\n"
MODULES = {
    START: 'import { h } from "./dom.js";\n\n'
    'const VIEWS = [() => import("./views/a.js"), () => import("./views/b.js")];\n\nh(VIEWS);\n',
    "js/dom.js": DOM,
    "js/card.js": 'import { h as make } from "./dom.js";\n\nexport class Card {}\n\nexport const MOST = make();\n',
    "js/views/a.js": 'import { Card, MOST } from "../card.js";\nimport { h } from "../dom.js";\n\n'
    'export async function show() { return [h, Card, MOST, import("../extra.js")]; }\n',
    "js/views/b.js": 'import { Card } from "../card.js";\nimport { only } from "../only.js";\n\n'
    "export function show() { return [Card, only]; }\n",
    "js/only.js": "export const only = 1;\n",
    "js/extra.js": "export function extra() {}\n",
}


def test_each_module_is_in_one_script_as_a_function_of_what_it_exports() -> None:
    scripts = joined(MODULES)
    assert set(scripts) == {START, SHARED, "js/views/a.js", "js/views/b.js", "js/extra.js"}
    assert scripts[START] == (
        "const $dom = (() => {\nconst ICONS = {};\nfunction h() {\nreturn ICONS;\n}\nreturn { h };\n})();\n"
        "const $app = (() => {\nconst { h } = $dom;\n"
        'const VIEWS = [() => import("./views/a.js"), () => import("./views/b.js")];\nh(VIEWS);\nreturn {  };\n})();\n'
        "export { $dom, $app };\n"
    )
    assert scripts[SHARED] == (
        'import { $dom } from "./app.js";\n'
        "const $card = (() => {\nconst { h: make } = $dom;\n"
        "class Card {}\nconst MOST = make();\nreturn { Card, MOST };\n})();\n"
        "export { $card };\n"
    )
    assert scripts["js/views/b.js"] == (
        'import { $card } from "../shared.js";\n'
        "const $only = (() => {\nconst only = 1;\nreturn { only };\n})();\n"
        "const $views_b = (() => {\nconst { Card } = $card;\nconst { only } = $only;\n"
        "function show() { return [Card, only]; }\nreturn { show };\n})();\n"
        "export const { show } = $views_b;\n"
    )


def test_the_scripts_of_a_view_are_those_that_it_imports() -> None:
    scripts = joined(MODULES)
    assert scripts_of("js/views/a.js", scripts) == [START, SHARED, "js/views/a.js"]
    assert scripts_of("js/views/b.js", scripts) == [SHARED, "js/views/b.js"]


def test_what_is_imported_later_may_not_be_needed_before() -> None:
    early = {**MODULES, "js/dom.js": DOM + 'export const later = () => import("./only.js");\n'}
    early["js/app.js"] = 'import { only } from "./only.js";\n' + early["js/app.js"]
    with pytest.raises(ValueError, match=r"imported later, but needed before: js/only\.js"):
        joined(early)


def test_without_a_start_modules_stay_as_they_are() -> None:
    assert joined({"a.js": "1"}) == {"a.js": "1"}
