"""The last report as the web app shows it."""

from collections.abc import Callable
from pathlib import Path

import httpx

from indexer.report.own_files import write_files
from indexer.report.place import remember
from tests.command_home import CommandHome
from tests.factories import home_at

FILES = {
    "report.html": b"<p>what the covers say</p>",
    "genres.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "genres.csv": b"genre,albums\r\n",
    "label-suspects.csv": b"file\r\n/home/me/a.jpg\r\n",
}


def test_the_page_and_its_figures_are_shown_and_nothing_else(
    make_home: Callable[[Path, str], CommandHome], tmp_path: Path
) -> None:
    home = make_home(tmp_path, "sqlite")
    folder = tmp_path / "my report"
    folder.mkdir()
    with home.serving() as address, httpx.Client(base_url=address) as client:
        assert client.get("/report/report.html").status_code == 404
        assert client.get("/api/v1/status").json()["has_report"] is False
        (folder / "own.csv").write_text("mine")
        write_files(folder, FILES)
        remember(home_at(Path(home.environment["SLEEVE_HOME"])).report_place_file, folder)
        assert client.get("/api/v1/status").json()["has_report"] is True
        page = client.get("/report/report.html")
        assert (page.content, page.headers["content-type"]) == (FILES["report.html"], "text/html; charset=utf-8")
        [policy] = page.headers.get_list("content-security-policy")
        assert policy.startswith("default-src 'none'; img-src data:; style-src 'unsafe-inline'")
        assert page.headers["x-content-type-options"] == "nosniff"
        for name in ("genres.svg", "genres.csv"):
            assert client.get(f"/report/{name}").content == FILES[name]
        for name in ("label-suspects.csv", "own.csv", ".sleeve-report.json", "none.svg", "..%2fmy report%2fown.csv"):
            assert client.get(f"/report/{name}").status_code == 404, name
        (folder / "genres.svg").write_bytes(b"<svg><!-- changed --></svg>")
        assert client.get("/report/genres.svg").status_code == 404
