import csv
import hashlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from indexer.artwork import agreement, is_same_artwork, sketch
from indexer.artwork.geometry import Sketch
from service.demo import DemoCatalogue, catalogue, draw_catalogue, is_drawn
from service.demo.catalogue import render
from service.demo.plan import plan
from sleeve.errors import OutputError

ALBUMS = 20
SEED = 7


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> DemoCatalogue:
    return draw_catalogue(tmp_path_factory.mktemp("demo") / "not yet there", albums=ALBUMS, seed=SEED)


def _rows(found: DemoCatalogue) -> list[dict[str, str]]:
    with found.manifest.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _hashes(found: DemoCatalogue) -> dict[str, str]:
    return {row["file"]: hashlib.sha256((found.folder / row["file"]).read_bytes()).hexdigest() for row in _rows(found)}


def _ages(found: DemoCatalogue) -> dict[str, int]:
    return {row["file"]: (found.folder / row["file"]).stat().st_mtime_ns for row in _rows(found)}


def test_the_manifest_lists_exactly_the_files_in_the_folder(drawn: DemoCatalogue) -> None:
    files = {path.relative_to(drawn.folder).as_posix() for path in drawn.folder.rglob("*.*") if path.is_file()}
    assert files - {"manifest.csv", ".demo_catalogue.json"} == {row["file"] for row in _rows(drawn)}
    assert drawn.covers == len(_rows(drawn))
    assert list(_rows(drawn)[0]) == [
        "file",
        "genre",
        "artist",
        "album",
        "year",
        "side",
        "genres_all",
        "near_duplicate_of",
    ]


def test_the_albums_are_as_many_as_asked_for(drawn: DemoCatalogue) -> None:
    rows = _rows(drawn)
    assert sum(row["side"] == "front" for row in rows) == ALBUMS
    assert len({(row["artist"], row["album"]) for row in rows}) == ALBUMS
    assert len({row["genre"] for row in rows}) == 11


def test_every_file_opens_in_the_format_it_is_named_for(drawn: DemoCatalogue) -> None:
    formats = set()
    for row in _rows(drawn):
        with Image.open(drawn.folder / row["file"]) as image:
            image.load()
            assert image.mode == "RGB"
            assert min(image.size) >= 400
            assert image.format is not None
            assert Path(row["file"]).suffix == {"JPEG": ".jpg"}.get(image.format, f".{image.format.lower()}")
            formats.add(image.format)
    assert formats == {"JPEG", "PNG", "WEBP"}


def test_a_cover_drawn_alone_has_the_bytes_it_has_in_the_catalogue(drawn: DemoCatalogue) -> None:
    for number in (13, 2):
        cover = plan(ALBUMS, SEED)[number]
        assert render(cover) == (drawn.folder / cover.file).read_bytes()


def test_another_pressing_names_the_cover_whose_artwork_it_shows(drawn: DemoCatalogue) -> None:
    rows = _rows(drawn)
    (pressing,) = (row for row in rows if row["near_duplicate_of"])
    sketches = {row["file"]: _sketch(drawn.folder / row["file"]) for row in rows}
    ours = sketches.pop(pressing["file"])
    same = [file for file, other in sketches.items() if is_same_artwork(agreement(ours, other))]
    assert same == [pressing["near_duplicate_of"]]


def _sketch(path: Path) -> Sketch:
    with Image.open(path) as image:
        return sketch(image.convert("RGB"))


def test_missing_and_cut_off_files_are_drawn_again_and_the_rest_left_alone(drawn: DemoCatalogue) -> None:
    hashes, ages = _hashes(drawn), _ages(drawn)
    rows = _rows(drawn)
    by_suffix = {Path(row["file"]).suffix: row["file"] for row in rows}
    deleted, cut = rows[0]["file"], by_suffix
    (drawn.folder / deleted).unlink()
    for name in cut.values():
        content = (drawn.folder / name).read_bytes()
        (drawn.folder / name).write_bytes(content[: len(content) * 2 // 3])
    drawn.manifest.unlink()
    calls: list[tuple[int, int]] = []
    draw_catalogue(drawn.folder, albums=ALBUMS, seed=SEED, progress=lambda done, whole: calls.append((done, whole)))
    assert _hashes(drawn) == hashes
    touched = {name for name, age in _ages(drawn).items() if age != ages[name]}
    assert touched == {deleted, *cut.values()}
    assert calls == [(drawn.covers - len(touched) + step + 1, drawn.covers) for step in range(len(touched))]


def test_an_interrupted_drawing_has_no_manifest_and_is_finished_later(drawn: DemoCatalogue, tmp_path: Path) -> None:
    def interrupt(done: int, whole: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        draw_catalogue(tmp_path, albums=5, seed=SEED, progress=interrupt)
    begun = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    assert sorted(path.name for path in begun) == sorted(
        [".demo_catalogue.json", *(row["file"].split("/")[1] for row in _rows(drawn)[:3])]
    )
    finished = draw_catalogue(tmp_path, albums=5, seed=SEED)
    assert {path: path.stat().st_mtime_ns for path in begun} == begun
    whole = _hashes(drawn)
    assert _hashes(finished) == {row["file"]: whole[row["file"]] for row in _rows(finished)}


def test_a_finished_catalogue_is_not_drawn_again(drawn: DemoCatalogue) -> None:
    ages, calls = _ages(drawn), list[tuple[int, int]]()
    again = draw_catalogue(
        drawn.folder, albums=ALBUMS, seed=SEED, progress=lambda done, whole: calls.append((done, whole))
    )
    assert again == drawn
    assert calls == []
    assert _ages(drawn) == ages


def test_worker_processes_draw_the_same_bytes_in_the_same_order(
    drawn: DemoCatalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "_COVERS_PER_WORKER", 2)
    monkeypatch.setattr(catalogue, "cpu_count", lambda: 2)
    shared = draw_catalogue(tmp_path, albums=4, seed=SEED)
    alone = _hashes(drawn)
    assert _hashes(shared) == {name: alone[name] for name in _hashes(shared)}
    assert [row["file"] for row in _rows(shared)] == [row["file"] for row in _rows(drawn)][: shared.covers]


def test_another_seed_draws_over_the_folder(tmp_path: Path) -> None:
    first = draw_catalogue(tmp_path, albums=1, seed=1)
    cover = tmp_path / _rows(first)[0]["file"]
    other_art = BytesIO()
    Image.new("RGB", (480, 480)).save(other_art, "JPEG")
    second_file = tmp_path / plan(1, 2)[0].file
    second_file.write_bytes(other_art.getvalue())
    second = draw_catalogue(tmp_path, albums=1, seed=2)
    assert (tmp_path / _rows(second)[0]["file"]) == second_file
    assert second_file.read_bytes() == render(plan(1, 2)[0])
    assert render(plan(1, 1)[0]) != render(plan(1, 2)[0])
    assert cover.exists()


@pytest.mark.parametrize("name", ["manifest.csv", plan(1, 1)[0].file])
def test_a_folder_that_was_never_drawn_into_keeps_its_files(tmp_path: Path, name: str) -> None:
    own = tmp_path / name
    own.parent.mkdir(exist_ok=True)
    own.write_bytes(b"the user's")
    with pytest.raises(OutputError, match="is not of the demo catalogue"):
        draw_catalogue(tmp_path, albums=1, seed=1)
    assert own.read_bytes() == b"the user's"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [own]
    assert not is_drawn(tmp_path)
    own.unlink()
    (tmp_path / "jazz.txt").write_bytes(b"the user's")
    assert draw_catalogue(tmp_path, albums=1, seed=1).covers == 1
    assert is_drawn(tmp_path)
    assert (tmp_path / "jazz.txt").read_bytes() == b"the user's"


@pytest.mark.parametrize(("albums", "seed"), [(0, 7), (-3, 7), (5, -1)])
def test_impossible_requests_are_refused_in_one_line(tmp_path: Path, albums: int, seed: int) -> None:
    with pytest.raises(OutputError, match="at least 1 album"):
        draw_catalogue(tmp_path, albums=albums, seed=seed)


def test_a_folder_that_cannot_be_written_is_an_output_error(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    with pytest.raises(OutputError, match="Cannot write the demo catalogue"):
        draw_catalogue(in_the_way, albums=1)
