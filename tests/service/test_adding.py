"""Albums with uploads, cut off between the file and the row."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

import service.actions.adding
from db import albums, cover_links, uploads
from indexer.artwork import Linked, link_pending
from indexer.home import Home, open_home
from service.actions.adding import Adder, GivenAlbum
from service.answers.opening import open_answers
from service.answers.records import Upload
from sleeve.errors import CatalogueError
from sleeve.settings import Settings
from tests.factories import write_cover
from tests.indexer.artwork.artworks import artwork, cropped, stickered, turned

GIVEN = GivenAlbum("One", "A", 1990, ("jazz",))


@contextmanager
def adding(folder: Path, bundle: Path) -> Iterator[tuple[Home, Adder]]:
    settings = Settings(home=folder / "home", bundle=str(bundle), threads=1, _env_file=None)
    with open_home(settings) as home:
        yield home, Adder(home, open_answers(home).search)


def files(folder: Path) -> list[Path]:
    return [path for path in (folder / "home/covers").rglob("*") if path.is_file()]


def test_cut_off_before_the_commit_it_leaves_only_a_file_that_does_no_harm(
    tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    front = Upload("front.png", write_cover(tmp_path / "front.png", 1).read_bytes())

    def cut(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with adding(tmp_path, tiny_bundle) as (home, adder):
        with monkeypatch.context() as patched:
            patched.setattr(uploads, "set_genres_by_hand", cut)
            with pytest.raises(KeyboardInterrupt):
                adder.add(GIVEN, front, None)
        with home.database.reading() as session:
            assert albums.counts(session).covers == 0
        [left] = files(tmp_path)
        assert left.read_bytes() == front.data
        album, saved = adder.add(GIVEN, front, None)
        assert saved.added == (album.covers[0].id,)
        assert ([cover.path for cover in album.covers], files(tmp_path)) == ([left], [left])
        with home.database.reading() as session:
            assert albums.counts(session).covers == 1


def test_a_pending_cover_that_is_uploaded_is_embedded(tiny_bundle: Path, tmp_path: Path) -> None:
    from indexer.sources import open_source
    from indexer.sources.adding import add_source
    from service.answers.records import SimilarRequest

    front = write_cover(tmp_path / "front.png", 1)
    with adding(tmp_path, tiny_bundle) as (home, adder):
        add_source(home.database, open_source(front), threads=1)
        album, saved = adder.add(GivenAlbum(None, None, None, ()), Upload("x.png", front.read_bytes()), None)
        assert not saved.created
        answer = open_answers(home).search.by_image(front.read_bytes(), SimilarRequest())
        assert [found.album_id for found in answer.neighbours] == [album.id]


def picture(folder: Path, name: str, made: Image.Image) -> Upload:
    made.save(folder / name)
    return Upload(name, (folder / name).read_bytes())


def links(home: Home) -> int:
    with home.database.reading() as session:
        return len(cover_links.pairs(session))


def test_cut_off_before_it_is_linked_it_is_linked_later(
    tiny_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(error: BaseException) -> Callable[..., None]:
        def fail(*_arguments: object, **_keywords: object) -> None:
            raise error

        return fail

    first, again, last = (
        picture(tmp_path, f"{change.__name__}.png", change(artwork(1))) for change in (stickered, cropped, turned)
    )
    with adding(tmp_path, tiny_bundle) as (home, adder):
        adder.add(GIVEN, first, None)
        with monkeypatch.context() as patched:
            patched.setattr(service.actions.adding, "link_album", fails(KeyboardInterrupt()))
            with pytest.raises(KeyboardInterrupt):
                adder.add(GivenAlbum("One (Reissue)", "A", 1991, ()), again, None)
            patched.setattr(service.actions.adding, "link_album", fails(CatalogueError("the database is gone")))
            assert adder.add(GivenAlbum("One (Live)", "A", 1992, ()), last, None)[1].created, "it is in the catalogue"
        assert "until the next `sleeve index`: the database is gone" in caplog.text
        assert links(home) == 0
        assert not adder.add(GivenAlbum("One (Reissue)", "A", 1991, ()), again, None)[1].created
        assert links(home) == 2, "sent again, it is linked to both"
        live = home.live()
        assert live is not None
        linked = link_pending(home.database, home.versions, live, threads=1)
        assert linked == Linked(1, 1)
