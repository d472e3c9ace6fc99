"""Asking with a text from end to end: a CLIP trained in the test, its bundle, the command line and the service."""

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
import typer
from PIL import Image
from playwright.sync_api import expect
from typer.testing import CliRunner

from indexer.analysis.motifs import MOTIFS, embed_motifs, motif_of_each
from indexer.models.bundle import Bundle, read_bundle
from indexer.models.prompts import LOOKS, embed_in
from indexer.models.text_tower import TextTower
from service.cli.bundles import export
from sleeve.settings import Settings
from tests.command_home import CommandHome, vectors_of
from tests.small_clip import COLOURS, SHAPES, SmallClip, draw
from tests.web.chromium import chromium, chromium_path

pytestmark = pytest.mark.slow  # a CLIP is trained and exported first


@pytest.fixture(scope="module")
def home(
    clip_bundle: Bundle, make_home: Callable[[Path, str], CommandHome], tmp_path_factory: pytest.TempPathFactory
) -> CommandHome:
    plain = make_home(tmp_path_factory.mktemp("texts"), "sqlite")
    home = replace(plain, environment={**plain.environment, "SLEEVE_BUNDLE": str(clip_bundle.folder)})
    for seed, (colour, shape) in enumerate((colour, shape) for colour in COLOURS for shape in SHAPES for _ in range(3)):
        path = home.folder / "covers" / shape / f"{colour}-{seed}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        draw(colour, shape, seed).save(path)
    home.sleeve("add", "covers")
    home.sleeve("index")
    return home


def files(document: Any) -> list[str]:
    return [Path(neighbour["file"]).name for neighbour in document["neighbours"]]


@pytest.mark.parametrize("colour", COLOURS)
def test_a_text_finds_the_covers_that_it_describes(home: CommandHome, colour: str) -> None:
    found = home.json("similar", "--text", f"a {colour} cover", "-k", 6)
    nothing: dict[str, object] = {"less": None, "files": [], "like": [], "dislike": []}
    assert found["query"] == {"file": None, "album_id": None, "text": f"a {colour} cover", **nothing}
    assert {name.partition("-")[0] for name in files(found)} == {colour}
    assert len(files(found)) == 6


def test_the_answer_is_that_of_brute_force(home: CommandHome, clip_bundle: Bundle) -> None:
    text = "yellow cross"
    tower = TextTower(clip_bundle, threads=1)
    said = ("yellow cross", "a cover with yellow cross", "an album cover with yellow cross", "artwork of yellow cross")
    query = np.mean([tower.embed(sentence)[0] for sentence in said], axis=0)
    query /= np.linalg.norm(query)
    expected = {file: float(vector @ query) for file, vector in vectors_of(home).items()}
    found = home.json("similar", "--text", text, "-k", 24)["neighbours"]
    assert len(found) == len(expected) == 24
    np.testing.assert_allclose([n["similarity"] for n in found], [expected[n["file"]] for n in found], atol=2e-3)
    assert found[0]["similarity"] == pytest.approx(max(expected.values()), abs=2e-3)
    only = home.json("similar", "--text", text, "-k", 24, "--genre", "cross")["neighbours"]
    assert {n["file"] for n in only} == {file for file in expected if "/cross/" in file}


def test_the_service_answers_as_the_command_line_does(home: CommandHome, client: httpx.Client) -> None:
    answer = client.post("/api/v1/similar", params={"k": 5}, json={"text": "a circle on blue"})
    assert answer.status_code == 200
    assert answer.json() == home.json("similar", "--text", "a circle on blue", "-k", 5)


def test_a_cover_goes_together_with_words(home: CommandHome, client: httpx.Client) -> None:
    """A red circle, but a cross: each alone finds other covers first."""
    circle = "covers/circle/red-0.png"
    [asked] = home.json("similar", circle, "-k", 1)["neighbours"]
    for found in (
        home.json("similar", "--album", asked["album_id"], "--text", "a cross", "-k", 3),
        home.json("similar", circle, "--text", "a cross", "-k", 3),
        client.post("/api/v1/similar?k=3", json={"like": [asked["album_id"]], "text": "a cross"}).json(),
        client.post(
            "/api/v1/similar?k=3", files={"image": (home.folder / circle).read_bytes()}, data={"text": "a cross"}
        ).json(),
    ):
        assert {Path(n["file"]).parent.name + Path(n["file"]).name.partition("-")[0] for n in found["neighbours"]} == {
            "crossred"
        }
        assert found["query"]["text"] == "a cross"


def test_an_outline_goes_with_words_too(home: CommandHome, client: httpx.Client) -> None:
    both = Image.new("RGB", (128, 64))
    both.paste(draw("red", "circle", 90), (0, 0))
    both.paste(draw("blue", "circle", 91), (64, 0))
    both.save(home.folder / "both.png")
    for colour, left, right in (("red", 0, 0.5), ("blue", 0.5, 1)):
        outline = f"{left},0,{right},0,{right},1,{left},1"
        sent = {"image": (home.folder / "both.png").read_bytes()}
        answer = client.post(
            "/api/v1/similar", params={"k": 3, "outline": outline}, files=sent, data={"text": "a circle"}
        )
        assert {name.partition("-")[0] for name in files(answer.json())} == {colour}
        said = home.json("similar", "both.png", "--text", "a circle", "-k", 3, "--outline", outline)
        assert files(said) == files(answer.json())


def test_what_covers_should_show_less_of_is_subtracted(
    home: CommandHome, client: httpx.Client, clip_bundle: Bundle
) -> None:
    found = home.json("similar", "--text", "a red cover", "--less", "a circle", "-k", 3)
    assert [Path(n["file"]).parent.name for n in found["neighbours"]] == ["cross"] * 3
    assert {name.partition("-")[0] for name in files(found)} == {"red"}
    assert client.post("/api/v1/similar?k=3", json={"text": "a red cover", "less": "a circle"}).json() == found
    tower = TextTower(clip_bundle, threads=1)
    more, less = (embed_in(LOOKS, tower, text)[0] for text in ("a red cover", "a circle"))
    query = 2 * more - less
    query /= np.linalg.norm(query)
    expected = {file: float(vector @ query) for file, vector in vectors_of(home).items()}
    np.testing.assert_allclose(
        [n["similarity"] for n in found["neighbours"]], [expected[n["file"]] for n in found["neighbours"]], atol=2e-3
    )
    answer = client.post("/api/v1/similar", json={"less": "a circle"})
    assert answer.status_code == 422
    assert "dislikes alone say too little" in answer.json()["detail"]


def test_genres_that_nobody_labelled_are_named(home: CommandHome) -> None:
    """The folders say circle or cross; the colours are in no label."""
    paths = sorted((home.folder / "covers").glob("*/*.png"))
    found = home.json("classify", *paths, "--zero-shot", "red, green,  blue,yellow, red")
    assert [Path(one["file"]).name.partition("-")[0] for one in found] == [one["genres"][0]["genre"] for one in found]
    assert {one["calibrated_on"] for one in found} == {24}
    for one in found:
        assert sum(genre["probability"] for genre in one["genres"]) == pytest.approx(1)
        assert len(one["genres"]) == 4
    shapes = home.json("classify", *paths, "--zero-shot", "circle,cross")
    assert [one["genres"][0]["genre"] for one in shapes] == [path.parent.name for path in paths]
    assert min(one["genres"][0]["probability"] for one in shapes) > 0.9
    said = home.sleeve("classify", paths[0], "--zero-shot", "circle,cross").stdout
    assert "Calibrated on 24 covers" in said
    assert "name 2 to 100 genres" in home.sleeve("classify", paths[0], "--zero-shot", "jazz", code=2).stderr


def test_without_a_catalogue_genres_are_named_and_not_calibrated(home: CommandHome, tmp_path: Path) -> None:
    path = next((home.folder / "covers" / "cross").glob("blue-*.png"))
    alone = replace(home, environment={**home.environment, "SLEEVE_HOME": str(tmp_path / "none")})
    [found] = alone.json("classify", path, "--zero-shot", "circle,cross")
    assert (found["genres"][0]["genre"], found["calibrated_on"]) == ("cross", 0)
    assert "Not calibrated" in alone.sleeve("classify", path, "--zero-shot", "circle,cross").stdout


def test_templates_that_are_too_long_are_left_out(clip_bundle: Bundle) -> None:
    tower = TextTower(clip_bundle, threads=1)
    text = "red " * 12
    alone = tower.embed(text)
    np.testing.assert_allclose(embed_in(("{}", "a long long cover with {}"), tower, text), alone, atol=1e-6)


@pytest.mark.parametrize(
    ("text", "said"),
    [(" \n", "the text is empty"), ("red " * 15, "17 tokens with its start and end, and this bundle reads 16")],
)
def test_a_text_that_cannot_be_asked_with_is_refused(
    home: CommandHome, client: httpx.Client, text: str, said: str
) -> None:
    answer = client.post("/api/v1/similar", json={"text": text})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert said in answer.json()["detail"]
    errors = home.sleeve("similar", "--text", text, code=1).stderr
    assert said in errors
    assert len(errors.strip().splitlines()) == 1


def test_words_ask_in_the_browser(client: httpx.Client) -> None:
    if chromium_path() is None:
        pytest.skip("no Chromium here: `apt-get install chromium`")
    with chromium() as browser:
        page = browser.new_page(base_url=str(client.base_url))
        page.goto("/")
        expect(page.get_by_label("Search by")).to_have_value("text")
        page.get_by_role("combobox", name="Artist").fill("a red cover")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Looks like “a red cover”")
        cards = page.locator("main ul.grid > li.card[data-album] img")
        expect(cards.first).to_be_visible()
        shown = [image.evaluate(_COLOUR) for image in cards.all()[:6]]
        assert all(red > 120 and green < 90 and blue < 90 for red, green, blue in shown), shown
        page.get_by_label("Search by").select_option("q")
        page.get_by_role("combobox", name="Artist").fill("a red cover")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).not_to_have_text("Looks like “a red cover”")
        assert "text=" not in page.url


def test_a_cover_and_words_ask_in_the_browser(home: CommandHome, client: httpx.Client) -> None:
    if chromium_path() is None:
        pytest.skip("no Chromium here: `apt-get install chromium`")
    [asked] = home.json("similar", "covers/circle/red-0.png", "-k", 1)["neighbours"]
    cards = "main ul.grid > li.card[data-album]"
    with chromium() as browser:
        page = browser.new_page(base_url=str(client.base_url), viewport={"width": 1280, "height": 860})
        page.goto(f"/?album={asked['album_id']}")
        page.get_by_label("But showing").fill("cross -green")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text(", and “cross -green”")
        sent = {"like": [asked["album_id"]], "text": "cross", "less": "green"}
        expected = client.post("/api/v1/similar", params={"k": 48}, json=sent).json()["neighbours"]
        expect(page.locator(cards).first).to_have_attribute("data-album", str(expected[0]["album_id"]))
        shown = page.locator(cards).evaluate_all("cards => cards.map((card) => Number(card.dataset.album))")
        assert shown == [one["album_id"] for one in expected]
        page.get_by_label("But showing").fill("")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).not_to_contain_text("cross")
        assert "text=" not in page.url
        page.locator("input[type=file]").first.set_input_files(home.folder / "covers/circle/blue-12.png")
        expect(page.get_by_role("heading", level=1)).to_have_text("Looks like your picture")
        page.get_by_label("But showing").fill("cross")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Looks like your picture, and “cross”")
        ids = [
            asked["album_id"]
            for asked in home.json("similar", "covers/circle/blue-12.png", "--text", "cross")["neighbours"]
        ]
        expect(page.locator(cards).first).to_have_attribute("data-album", str(ids[0]))


_COLOUR = """async (image) => {
    await image.decode();
    const canvas = new OffscreenCanvas(1, 1), pen = canvas.getContext("2d");
    pen.drawImage(image, 0, 0, 4, 4, 0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
}"""
"""A picture's upper left corner: red, green, blue."""


def test_images_still_ask(home: CommandHome, client: httpx.Client) -> None:
    image = next((home.folder / "covers" / "circle").glob("red-*.png"))
    answer = client.post("/api/v1/similar", files={"image": ("q.png", image.read_bytes())}, params={"k": 1})
    assert files(answer.json()) == [image.name]
    assert client.post("/api/v1/classify", json={"text": "red"}).status_code == 422


def test_the_map_says_what_covers_show(home: CommandHome, client: httpx.Client, clip_bundle: Bundle) -> None:
    home.sleeve("map")
    drawn = client.get("/api/v1/map").json()
    motifs = embed_motifs(TextTower(clip_bundle, threads=1))
    vectors = vectors_of(home)
    everything = home.json("similar", "--text", "a cover", "-k", 24)["neighbours"]
    file_of = {one["album_id"]: one["file"] for one in everything}
    covers = np.array([vectors[file_of[album_id]] for album_id in accumulate(drawn["album_steps"])])
    expected = [MOTIFS[row] for row in motif_of_each(covers, motifs)]
    assert [drawn["motifs"][one] for one in drawn["motif"]] == expected
    assert drawn["motifs"] == sorted(set(expected))
    if chromium_path() is None:
        pytest.skip("no Chromium here: `apt-get install chromium`")
    with chromium() as browser:
        page = browser.new_page(base_url=str(client.base_url))
        page.goto("/map")
        page.get_by_label("Colour by").select_option(label="What covers show")
        expect(page.get_by_text(re.compile(re.escape(drawn["motifs"][0]))).first).to_be_visible()


def test_serving_texts_needs_no_pytorch(home: CommandHome) -> None:
    program = (
        "import sys; from service.cli import main\n"
        "sys.argv = ['sleeve', 'similar', '--text', 'red', '--json']\n"
        "try: main()\n"
        "except SystemExit as end: code = end.code\n"
        "heavy = {'torch', 'open_clip', 'timm', 'onnx', 'regex'} & set(sys.modules)\n"
        "sys.exit(code or bool(heavy))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env=dict(home.environment), cwd=home.folder, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


def exporting(home: Path, *arguments: str) -> str:
    """What ``sleeve bundles export`` says, in this process: it knows a model of the tests."""
    app = typer.Typer()

    @app.callback()
    def _set_up(context: typer.Context) -> None:
        context.obj = Settings(home=home, _env_file=None)

    app.command()(export)
    result = CliRunner().invoke(app, ["export", *arguments], standalone_mode=False)
    return result.output + str(result.exception or "")


def test_the_command_makes_a_bundle_of_the_home(clip: SmallClip, tmp_path: Path) -> None:
    assert '"text_tower": true' in exporting(tmp_path, f"open_clip:{clip.name}", "--name", "mine", "--json")
    assert read_bundle(tmp_path / "bundles" / "mine").manifest.name == "mine"
    assert "exists already" in exporting(tmp_path, f"open_clip:{clip.name}", "--name", "mine")


def test_what_cannot_be_exported_is_refused_at_once(clip: SmallClip, tmp_path: Path) -> None:
    (tmp_path / "bundles" / "mine").mkdir(parents=True)
    assert "exists already" in exporting(tmp_path, f"open_clip:{clip.name}", "--name", "mine")
    assert "cannot be a bundle's name" in exporting(tmp_path, f"open_clip:{clip.name}", "--name", "../mine")
    assert "does not begin with open_clip:" in exporting(tmp_path, clip.name)
