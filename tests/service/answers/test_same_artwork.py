"""When a picture is plainly the nearest cover and nothing else is compared, and when others are."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from PIL import Image

from indexer.artwork import sketch
from indexer.outline import WHOLE
from service.answers.records import Neighbour
from service.answers.same_artwork import ArtworkFinder, Recognised
from sleeve.vocabulary import AlbumId, ContentHash, CoverId
from tests.indexer.artwork.artworks import artwork, bordered, cropped, faded, squeezed, stickered

OWN, OTHER = 3, 4
STRANGER = 0.7
COPY = 0.85


Albums = frozenset[AlbumId]
NO_ALBUMS: Albums = frozenset()


def neighbour(
    folder: Path,
    album: int,
    picture: Image.Image,
    similarity: float,
    linked: Albums = NO_ALBUMS,
    apart: Albums = NO_ALBUMS,
) -> Neighbour:
    path = folder / f"{album}.png"
    picture.save(path)
    return Neighbour(
        AlbumId(album),
        CoverId(album),
        f"album {album}",
        None,
        None,
        (),
        similarity,
        path.name,
        str(path),
        ContentHash(sha256(path.read_bytes()).hexdigest()),
        linked,
        apart,
    )


def plainly_shown(picture: Image.Image, *neighbours: Neighbour) -> Recognised | None:
    return ArtworkFinder().plainly_shown(sketch(picture), neighbours)


def recognised(picture: Image.Image, *neighbours: Neighbour) -> list[Recognised]:
    return ArtworkFinder().recognised(sketch(picture), neighbours, most_strangers=3)


@pytest.mark.parametrize("change", [squeezed, faded], ids=lambda change: change.__name__)
def test_a_picture_that_is_plainly_a_cover_is_compared_with_that_one_alone(
    tmp_path: Path, change: Callable[[Image.Image], Image.Image]
) -> None:
    own = neighbour(tmp_path, OWN, artwork(OWN), 0.99)
    # It would be recognised, if it were compared.
    far = neighbour(tmp_path, OTHER, cropped(artwork(OWN)), STRANGER)
    found = plainly_shown(change(artwork(OWN)), own, far)
    assert found is not None
    assert found.neighbour is own
    assert (found.recognition.points, found.recognition.cells, found.recognition.corners is WHOLE) == (0, 1.0, True)


def test_what_may_be_another_pressing_of_it_is_compared_too(tmp_path: Path) -> None:
    picture = squeezed(artwork(OWN))
    pressed = cropped(artwork(OWN))
    near = neighbour(tmp_path, OTHER, pressed, COPY)
    linked = neighbour(tmp_path, OTHER, pressed, STRANGER)
    it = frozenset({AlbumId(OTHER)})
    for other, is_linked, is_apart in ((near, NO_ALBUMS, NO_ALBUMS), (linked, it, NO_ALBUMS), (linked, NO_ALBUMS, it)):
        own = neighbour(tmp_path, OWN, artwork(OWN), 0.99, is_linked, is_apart)
        assert plainly_shown(picture, own, other) is None
        found = recognised(picture, own, other)
        assert [one.neighbour for one in found] == [own, other]
        assert found[0].recognition.strength > found[1].recognition.strength > 0
        assert min(one.recognition.points for one in found) > 20


def test_the_right_one_of_two_that_look_alike_is_first_though_it_is_the_second_neighbour(tmp_path: Path) -> None:
    pressed = stickered(artwork(OWN))
    own = neighbour(tmp_path, OWN, artwork(OWN), 0.96)
    with_sticker = neighbour(tmp_path, OTHER, pressed, 0.95)
    assert [one.neighbour for one in recognised(squeezed(pressed), own, with_sticker)] == [with_sticker, own]


def test_another_pressing_of_the_nearest_is_found_by_its_points(tmp_path: Path) -> None:
    own = neighbour(tmp_path, OWN, artwork(OWN), 0.9)
    far = neighbour(tmp_path, OTHER, artwork(OTHER), STRANGER)
    for change in (cropped, bordered):
        assert plainly_shown(change(artwork(OWN)), own, far) is None
        [found] = recognised(change(artwork(OWN)), own, far)
        assert found.neighbour is own
        assert found.recognition.points > 20
        assert found.recognition.corners is not WHOLE


def test_a_stranger_is_not_recognised(tmp_path: Path) -> None:
    own = neighbour(tmp_path, OWN, artwork(OWN), 0.75)
    for picture in (artwork(OTHER), artwork(OWN).transpose(Image.Transpose.FLIP_LEFT_RIGHT)):
        assert (plainly_shown(picture, own), recognised(picture, own)) == (None, [])
    Path(own.path).unlink()
    assert (plainly_shown(artwork(OWN), own), recognised(artwork(OWN), own)) == (None, []), "its file is gone"
