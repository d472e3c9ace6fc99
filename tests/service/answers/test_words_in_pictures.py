"""A picture whose pixels recognise no album: its words name albums to look at, on both engines."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from db import bundles, texts
from db.database import Database
from db.letters import letters
from db.records import CatalogueFilter, NewText, TextLine
from db.tables import Cover
from indexer.artwork import is_recognised, recognise, sketch
from indexer.models.embedding import embed_pending
from indexer.sources import open_source
from indexer.sources.adding import add_source
from indexer.training import photo_effects as effects
from indexer.vector_index.versions import IndexVersions
from service.answers.live_index import LiveIndex
from service.answers.records import Found, Match, Outline, ReadText, SimilarRequest
from service.answers.saying import albums_saying
from service.answers.search import Search
from sleeve.vocabulary import AlbumId, ContentHash, CoverId, Fingerprint
from tests.factories import FakeBackbone
from tests.indexer.artwork.artworks import artwork
from tests.service.answers.test_search import model_of

NAMES = ["Quiet Harbour", "Second Winter", "Night Orchard", "Greatest Hits", "Greatest Hits", "Glass Rivers"]
PRINTED = 5
"""The album whose cover says its name; of the others the names are known."""

BOX = ((0.1, 0.1), (0.9, 0.1), (0.9, 0.2), (0.1, 0.2))
STRANGER = 700
WHOLE_OUTLINE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


LOW_BOX = ((0.4, 0.5), (0.6, 0.5), (0.6, 0.6), (0.4, 0.6))
"""Across the top of a picture, and across its middle."""


def line(text: str, confidence: float = 0.95, box: tuple[tuple[float, float], ...] = BOX) -> TextLine:
    return TextLine(text, box, confidence)


class Shop:
    """Six albums; ``said`` is what is read in every picture, ``read`` counts how often."""

    def __init__(self, database: Database, folder: Path) -> None:
        rows = ["file,genre,artist,album"]
        for number, name in enumerate(NAMES):
            artwork(number).save(folder / f"{number}.png")
            rows.append(f"{number}.png,{'jazz' if number % 2 else 'rock'},,{'' if number == PRINTED else name}")
        (folder / "manifest.csv").write_text("\n".join(rows))
        add_source(database, open_source(folder / "manifest.csv"), threads=1)
        backbone = FakeBackbone()
        with database.writing() as session:
            bundle = bundles.register(session, backbone.fingerprint, name="fake", dimension=48, manifest={})
            cover = session.query(Cover).filter(Cover.file.endswith(f"{PRINTED}.png")).one()
            said = NewText(CoverId(cover.id), ContentHash(cover.content_hash), (line("Glass"), line("RIVERS")))
            texts.store(session, Fingerprint("1" * 64), [said])
        embed_pending(database, backbone, bundle, threads=1)
        versions = IndexVersions(database, folder / "versions")
        versions.refresh(bundle)
        self.database = database
        self.said: tuple[TextLine, ...] = ()
        self.read = 0
        live_index = LiveIndex(database, versions, lambda _bundle: model_of(backbone))
        self.search = Search(database, live_index, read=self._read)

    def _read(self, _data: bytes, _outline: Outline | None) -> ReadText:
        self.read += 1
        return ReadText(self.said)


@pytest.fixture
def shop(database: Database, tmp_path: Path) -> Shop:
    return Shop(database, tmp_path)


def as_bytes(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


def hidden(number: int) -> Image.Image:
    """A cover of which two thirds show something else."""
    picture, other, side = artwork(number), artwork(900 + number), 67
    for place in range(36):
        if place % 3:
            left, top = (place // 6) * side, (place % 6) * side
            picture.paste(other.crop((left, top, min(400, left + side), min(400, top + side))), (left, top))
    return picture


def test_an_album_that_says_what_the_picture_says_comes_first(shop: Shop) -> None:
    picture = as_bytes(artwork(STRANGER))
    by_looks = [one.album_id for one in shop.search.by_image(picture, SimilarRequest()).neighbours]
    for number, said in ((0, "QUlET HARB0UR"), (2, "night orchard"), (PRINTED, "Glass Rivers")):
        shop.said = (line(said), line("unlikely", 0.6))
        answer = shop.search.by_image(picture, SimilarRequest())
        found = [one.album_id for one in answer.neighbours]
        assert found == [number + 1, *(one for one in by_looks if one != number + 1)]
        assert answer.verdict is not None
        assert answer.verdict.answer is Found.NOTHING, "words alone prove nothing"
        assert not any(one.same_artwork for one in answer.neighbours)
        assert [one.album_id for one in shop.search.by_image(picture, SimilarRequest(k=1)).neighbours] == found[:1]


def test_a_scan_is_not_read_and_the_names_that_came_with_it_are_its_words(shop: Shop) -> None:
    picture = as_bytes(artwork(STRANGER))
    shop.said = (line("Glass Rivers"),)
    scan = shop.search.match(picture, ["Nobody", "Night Orchard"], is_scan=True).sleeves[0].verdict
    assert shop.read == 0
    assert (scan.match, scan.album, scan.words) == (Match.LOOKS_ALIKE, None, ("Orchard", "Night"))
    assert scan.alike is not None
    assert scan.alike.album_id == 3
    photo = shop.search.match(picture).sleeves[0].verdict
    assert shop.read == 1
    assert photo.alike is not None
    assert (photo.alike.album_id, photo.words) == (PRINTED + 1, ("Rivers", "Glass"))
    assert photo.runner_up is not None
    assert photo.runner_up.album_id != photo.alike.album_id


def test_it_comes_first_only_if_it_is_asked_for(shop: Shop) -> None:
    picture = as_bytes(artwork(STRANGER))
    shop.said = (line("Second Winter"),)
    for genre, first in (("jazz", True), ("rock", False)):
        found = shop.search.by_image(picture, SimilarRequest(allowed=CatalogueFilter(genre=genre))).neighbours
        assert len(found) == 3
        assert (found[0].album_id == 2) is first
        assert (2 in [one.album_id for one in found]) is first
    [similarity] = [
        one.similarity for one in shop.search.by_image(picture, SimilarRequest()).neighbours if one.album_id == 2
    ]
    for least, there in ((similarity - 0.01, True), (similarity + 0.01, False)):
        found = shop.search.by_image(picture, SimilarRequest(min_similarity=least)).neighbours
        assert (2 in [one.album_id for one in found]) is there


def test_of_several_that_say_it_the_nearest_comes_first(shop: Shop) -> None:
    picture = as_bytes(artwork(STRANGER))
    by_looks = [one.album_id for one in shop.search.by_image(picture, SimilarRequest()).neighbours]
    shop.said = (line("GREATEST HITS"),)
    nearest = next(one for one in by_looks if one in (4, 5))
    assert shop.search.by_image(picture, SimilarRequest()).neighbours[0].album_id == nearest


def test_too_few_letters_and_unsure_lines_say_nothing(shop: Shop) -> None:
    picture = as_bytes(artwork(STRANGER))
    by_looks = shop.search.by_image(picture, SimilarRequest()).neighbours
    for lines in ((line("hits"),), (line("Quiet Harbour", 0.7),), (line("a of to be"),), ()):
        shop.said = lines
        assert shop.search.by_image(picture, SimilarRequest()).neighbours == by_looks
        assert albums_saying(shop.database, lines, [], CatalogueFilter()) == []


def test_fits_are_those_of_the_words(shop: Shop) -> None:
    """Of ten letters, "winter" has six; a name that holds nothing else counts a little more."""
    winter, summer = letters("winter"), letters("summer")
    found = albums_saying(shop.database, [line("Winter Mist")], [], CatalogueFilter())
    assert [one.album_id for one in found] == [2]
    assert found[0].fit == pytest.approx(0.6 + 0.05 * len(winter) / len(letters("Second Winter")))
    assert albums_saying(shop.database, [line(summer)], [AlbumId(2)], CatalogueFilter()) == []


def test_less_of_its_pixels_is_enough_for_an_album_that_says_it(shop: Shop) -> None:
    for number in (0, 4):
        found = recognise(sketch(artwork(number)), sketch(hidden(number)))
        assert found is not None
        assert not is_recognised(found)
        assert is_recognised(found, words_agree=True)
        picture = as_bytes(hidden(number))
        for said, shown in ((NAMES[number], number + 1), (NAMES[2], None), ("", None)):
            shop.said = (line(said),) if said else ()
            answer = shop.search.by_image(picture, SimilarRequest())
            assert answer.verdict is not None
            assert (answer.verdict.album and answer.verdict.album.album_id) == shown
            if shown:
                assert answer.neighbours[0].album_id == shown
                assert answer.neighbours[0].same_artwork


def test_a_picture_that_is_recognised_is_not_read(shop: Shop) -> None:
    for number in range(len(NAMES)):
        shop.search.by_image(as_bytes(artwork(number)), SimilarRequest())
    assert shop.read == 0
    shop.search.by_image(as_bytes(artwork(STRANGER)), SimilarRequest())
    assert shop.read == 1


def test_words_around_an_outline_in_a_square_picture_say_that_all_of_it_is_the_cover(shop: Shop) -> None:
    """A picture that lies askew on a plain ground is a sleeve in a photo, or what is printed on a cover."""
    quad = effects.turned_quad((200, 210), 250.0, 9.0)
    picture = effects.lay(artwork(STRANGER), Image.new("RGB", (400, 400), (225, 215, 190)), quad)
    corners = np.array(quad) / 400
    for lines, has_outline in (
        ((), True),
        ((line("Unknown Words", box=LOW_BOX),), True),
        ((line("Unknown Words", 0.6),), True),
        ((line("Unknown Words"), line("More", box=LOW_BOX)), False),
    ):
        shop.said = lines
        found = shop.search.by_image(as_bytes(picture), SimilarRequest())
        if has_outline:
            assert np.abs(np.array(found.outline) - corners).max() < 0.02
        else:
            assert found.outline is None
            nearest = shop.search.by_image(as_bytes(picture), SimilarRequest(), WHOLE_OUTLINE).neighbours
            assert [one.album_id for one in found.neighbours] == [one.album_id for one in nearest]
            np.testing.assert_allclose(
                [one.similarity for one in found.neighbours], [one.similarity for one in nearest], atol=1e-6
            )
    given = tuple((float(x), float(y)) for x, y in corners)
    assert shop.search.by_image(as_bytes(picture), SimilarRequest(), given).outline is not None, "a person knows it"


def test_words_around_an_outline_in_an_oblong_photo_are_of_something_else(shop: Shop) -> None:
    quad = effects.turned_quad((200, 210), 250.0, 9.0)
    picture = effects.lay(artwork(STRANGER), Image.new("RGB", (400, 520), (225, 215, 190)), quad)
    shop.said = (line("Unknown Words"),)
    assert shop.search.by_image(as_bytes(picture), SimilarRequest()).outline is not None
