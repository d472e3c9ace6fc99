"""``sleeve report`` on a small generated catalogue whose genres are colours, names as hostile as tags can be."""

import base64
import csv
import json
import os
import re
import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from PIL import Image
from sklearn import metrics

from db import albums, texts
from db.records import NewText
from indexer.home import Home
from indexer.jobs.report import report
from indexer.progress import Silent
from indexer.report.place import shown_file
from indexer.report.writing import MAX_PAGE_BYTES
from sleeve.errors import MissingExtraError
from sleeve.vocabulary import Fingerprint
from tests.command_home import CommandHome
from tests.factories import home_at, write_tinted
from tests.indexer.genre.planted import text_line
from tests.service.test_reading import opened

HOSTILE = "<script>$\\frac</script>"
TINTS = {"blues": (60, 80, 190), "metal": (40, 40, 40), "reggae": (190, 160, 50), HOSTILE: (120, 130, 60)}
COVERS_A_GENRE = 20
"""The fewest whose genres are result apart two by two."""

NOTEBOOK = Path(__file__).parents[2] / "docs" / "separability.ipynb"


@dataclass(frozen=True, slots=True)
class Reported:
    """A home, the folder of its report, and what the command said."""

    home: CommandHome
    folder: Path
    said: Any

    def rows(self, name: str) -> list[dict[str, str]]:
        with (self.folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def reported(make_home: Callable[[Path, str], CommandHome], tmp_path_factory: pytest.TempPathFactory) -> Reported:
    home = make_home(tmp_path_factory.mktemp("report"), "sqlite")
    rows = [("file", "genre", "artist", "album", "year", "source")]
    for number, (genre, tint) in enumerate(TINTS.items()):
        for n in range(COVERS_A_GENRE):
            seed = number * 100 + n
            _draw(home.folder / f"covers/{seed}.png", seed, tint)
            title = "=cmd|' /C calc'!A0<img src=http://bad.example/x>" if n == 0 else f"Album {seed}"
            rows.append((f"{seed}.png", genre, f"Artist {seed // 2}", title, str(1960 + n), "ab"[n % 2]))
    with (home.folder / "covers/manifest.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    home.sleeve("add", "covers/manifest.csv")
    home.sleeve("index")
    with opened(home) as catalogue:
        _say(catalogue)
    # UMAP compiles itself for most of a minute if the machine is busy, so it may take longer than other commands.
    with replace(home, as_script=True).start("report", "-o", "out", "--seed", 3, "--json") as process:
        out, err = process.communicate(timeout=600)
    assert process.returncode == 0, err
    return Reported(home, home.folder / "out", json.loads(out))


def _say(home: Home) -> None:
    """Every cover but a tenth says its genre and a word of its own, as if it had been read."""
    with home.database.writing() as session:
        for number, row in enumerate(list(albums.rows(session))):
            [genre] = row.genres
            lines = (text_line(f"music of {genre}"), text_line(f"Album {number}")) if number % 10 else ()
            new = NewText(row.cover.id, row.cover.content_hash, lines)
            assert texts.store(session, Fingerprint("a" * 64), [new]) == 1


def _draw(path: Path, seed: int, tint: tuple[int, int, int]) -> None:
    """A cover of one colour in a fine pattern of its own, so that no two look like pressings of one artwork."""
    noise = np.random.default_rng(seed).integers(-50, 50, (16, 16, 3))
    fields = np.clip(np.array(tint) + noise, 0, 255).astype(np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(fields).resize((64, 64), Image.Resampling.NEAREST).save(path)


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.sources: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attributes:
            if name == "src":
                self.sources.append(value or "")
            if name == "href":
                self.links.append(value or "")


@pytest.mark.slow
def test_the_page_holds_everything_itself_and_runs_nothing(reported: Reported) -> None:
    text = (reported.folder / "report.html").read_text(encoding="utf-8")
    page = _Page(text)
    assert len(text.encode()) == reported.said["page_bytes"] < MAX_PAGE_BYTES
    assert not {"script", "link", "iframe", "object", "embed", "base", "form"} & set(page.tags)
    assert page.sources
    for source in page.sources:
        assert re.match(r"data:image/(png|jpeg|svg\+xml);base64,", source)
        data = base64.b64decode(source.partition(",")[2])
        if not source.startswith("data:image/svg"):
            Image.open(BytesIO(data)).verify()
    assert all(link.startswith("#") or (reported.folder / link).is_file() for link in page.links)
    assert "url(" not in text
    assert "@import" not in text


@pytest.mark.slow
def test_every_figure_is_there_with_its_data(reported: Reported) -> None:
    expected = {
        *("genres", "sources", "years", "genre-looks", "sizes"),
        *("tsne-1", "tsne-2", "umap", "genre-maps", "cover-map"),
        *("clusters-over-k", "clusters-and-genres", "cluster-looks", "genre-silhouettes"),
        *("separability-1", "separability-2", "separability-pairs", "separability-before-after"),
        *("text-amounts", "telling-words"),
        *("methods", "confusion", "per-genre", "calibration", "learning-curve", "neighbours-curve", "occlusion"),
    }
    assert set(reported.said["figures"]) == expected
    text = (reported.folder / "report.html").read_text(encoding="utf-8")
    for name in expected:
        assert f'<figure id="{name}">' in text
        assert (reported.folder / f"{name}.png").is_file() or (reported.folder / f"{name}.svg").is_file()
        assert reported.rows(name), name
    assert reported.said["left_out"] == []


@pytest.mark.slow
def test_the_measures_are_those_of_scikit_learn_on_the_exported_vectors(reported: Reported) -> None:
    data = np.load(reported.folder / "vectors.npz")
    genre_of = data["targets"].argmax(axis=1)
    for number, name in ((1, "frozen"), (2, "live")):
        clusters = reported.rows(f"clusters-{number}")
        assert [int(row["cover_id"]) for row in clusters] == data["cover_ids"].tolist()
        labels = np.array([int(row["cluster"]) for row in clusters])
        vectors = data[name].astype(np.float32)
        view = clusters_view(reported, number)
        assert float(view["silhouette"]) == pytest.approx(metrics.silhouette_score(vectors, labels), abs=1e-6)
        assert float(view["nmi"]) == pytest.approx(metrics.normalized_mutual_info_score(genre_of, labels), abs=1e-6)
        assert float(view["ari"]) == pytest.approx(metrics.adjusted_rand_score(genre_of, labels), abs=1e-6)
    assert {row["genre"]: int(row["covers"]) for row in reported.rows("genres")} == dict.fromkeys(
        [genre.casefold() for genre in TINTS], COVERS_A_GENRE
    )
    confusion = reported.rows("confusion")
    right = sum(int(row["covers"]) for row in confusion if row["genre"] == row["predicted"])
    result = {row["method"]: float(row["accuracy"]) for row in reported.rows("methods")}
    assert result["prediction"] == pytest.approx(right / sum(int(row["covers"]) for row in confusion), abs=1e-6)
    evaluation = json.loads((reported.folder / "evaluation.json").read_text())
    assert evaluation["methods"]["prediction"]["accuracy"] == result["prediction"] > 0.8


def clusters_view(reported: Reported, number: int) -> dict[str, str]:
    views = list(dict.fromkeys(row["view"] for row in reported.rows("clusters-over-k")))
    rows = [row for row in reported.rows("clusters-over-k") if row["view"] == views[number - 1]]
    return next(row for row in rows if int(row["k"]) == len(TINTS))


@pytest.mark.slow
def test_what_covers_say_is_heard_and_shown(reported: Reported) -> None:
    assert {row["genre"]: (row["covers"], row["with_text"]) for row in reported.rows("text-amounts")} == {
        genre.casefold(): ("20", "18") for genre in TINTS
    }
    telling = {row["genre"]: row["word"] for row in reversed(reported.rows("telling-words"))}
    assert {genre: telling[genre] for genre in ("blues", "metal", "reggae")} == {
        genre: genre for genre in ("blues", "metal", "reggae")
    }
    evaluation = json.loads((reported.folder / "evaluation.json").read_text())
    assert evaluation["methods"]["text"]["accuracy"] > 0.8
    assert "72 of 80 covers say something." in (reported.folder / "report.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_suspect_comes_with_the_line_that_mends_it(reported: Reported) -> None:
    for row in reported.rows("label-suspects"):
        words = shlex.split(row["mend"])
        assert words == ["sleeve", "relabel", "--album", row["album_id"], "--genre", row["suggested"].removeprefix("'")]
    assert len(reported.rows("label-suspects")) == reported.said["label_suspects"]


@pytest.mark.slow
def test_titles_that_a_spreadsheet_would_run_stay_text(reported: Reported) -> None:
    for file in reported.folder.glob("*.csv"):
        assert not re.search(r"(^|,)\"?=cmd", file.read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.slow
def test_the_notebook_runs_on_the_catalogue(
    reported: Reported, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in reported.home.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(NOTEBOOK.parents[1]), os.environ.get("PYTHONPATH", "")]))
    notebook = nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error"]
    result = "".join(output.get("text", "") for output in outputs)
    assert "AUC" in result
    assert "reggae" in result


def test_a_catalogue_without_genres_is_answered_in_a_line(home: CommandHome) -> None:
    write_tinted(home.folder / "covers/1.png", 1, (10, 10, 10))
    home.sleeve("add", "covers", "--genre-from", "none")
    home.sleeve("index")
    assert "no embedded cover has a genre" in home.sleeve("report", code=1).stderr


def test_a_file_of_the_users_in_the_way_is_said_before_the_work_begins(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path
) -> None:
    home = make_home(tmp_path, "sqlite")
    page = home.folder / "report" / "report.html"
    page.parent.mkdir()
    page.write_text("the user's")
    said = home.sleeve("report", code=1).stderr
    assert "report.html was not written by a report, or was changed since: move it away" in said
    assert page.read_text() == "the user's"


def test_without_the_extra_a_line_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "umap", None)
    needed = re.escape("a report needs umap; run `pip install -e '.[report]'` in Sleeve's source folder")
    with home_at(tmp_path) as home, pytest.raises(MissingExtraError, match=needed):
        report(home, Silent(), tmp_path / "report")


@pytest.mark.slow
def test_what_the_web_app_shows_of_it_names_no_file(reported: Reported) -> None:
    shown = {file.name: shown_file(reported.folder, file.name) for file in reported.folder.iterdir()}
    seen = {name: data for name, data in shown.items() if data is not None}
    assert "report.html" in seen
    assert sum(name.endswith(".csv") for name in seen) > 5
    for name, data in seen.items():
        assert str(reported.home.folder).encode() not in data, name
        assert not re.search(rb"(?<![\w-])\d{1,3}\.png\b", data), name
