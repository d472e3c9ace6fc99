"""Albums with uploads, cut off between the file and the row."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from db import albums, uploads
from db.settings import Settings
from service.adding import Adder, GivenAlbum
from service.assembly import Catalogue, open_answering, open_catalogue
from service.records import Upload
from tests.factories import write_cover

GIVEN = GivenAlbum("One", "A", 1990, ("jazz",))


@contextmanager
def adding(folder: Path, bundle: Path) -> Iterator[tuple[Catalogue, Adder]]:
    settings = Settings(home=folder / "home", bundle=str(bundle), threads=1, _env_file=None)  # type: ignore[call-arg]
    with open_catalogue(settings) as catalogue:
        yield catalogue, Adder(catalogue, open_answering(catalogue).search)


def files(folder: Path) -> list[Path]:
    return [path for path in (folder / "home/covers").rglob("*") if path.is_file()]


def test_cut_off_before_the_commit_it_leaves_only_a_file_that_does_no_harm(
    tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    front = Upload("front.png", write_cover(tmp_path / "front.png", 1).read_bytes())

    def cut(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with adding(tmp_path, tiny_bundle) as (catalogue, adder):
        with monkeypatch.context() as patched:
            patched.setattr(uploads, "set_genres_by_hand", cut)
            with pytest.raises(KeyboardInterrupt):
                adder.add(GIVEN, front, None)
        with catalogue.database.reading() as session:
            assert albums.counts(session).covers == 0
        [left] = files(tmp_path)
        assert left.read_bytes() == front.data
        album, created = adder.add(GIVEN, front, None)
        assert (created, [cover.path for cover in album.covers], files(tmp_path)) == (True, [left], [left])
        with catalogue.database.reading() as session:
            assert albums.counts(session).covers == 1


def test_a_pending_cover_that_is_uploaded_is_embedded(tiny_bundle: Path, tmp_path: Path) -> None:
    from indexer.registration import add
    from indexer.sources import open_source
    from service.records import SimilarRequest

    front = write_cover(tmp_path / "front.png", 1)
    with adding(tmp_path, tiny_bundle) as (catalogue, adder):
        add(catalogue.database, open_source(front), threads=1, limits=catalogue.limits)
        album, created = adder.add(GivenAlbum(None, None, None, ()), Upload("x.png", front.read_bytes()), None)
        assert not created
        answer = open_answering(catalogue).search.by_image(front.read_bytes(), SimilarRequest())
        assert [found.album_id for found in answer.neighbours] == [album.id]
