import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from indexer.artwork import agreement, is_same_artwork, sketch
from indexer.images.decoding import fit
from indexer.models.backbone import OpenVinoBackbone
from indexer.models.bundle import read_bundle
from indexer.models.shelf import DEFAULT_BUNDLE, SHIPPED_BUNDLES
from service.demo.back_cover import draw_back
from service.demo.canvas import SIZE_PX, Canvas
from service.demo.lettering import Face, line
from service.demo.pressing import Pressing, press
from service.demo.roster import GENRES
from service.demo.styles import LOOKS, Album

ALBUMS_PER_LOOK = 2


@pytest.fixture(scope="module")
def fronts() -> list[tuple[str, Image.Image]]:
    """Genre and front of two albums of every look, with the longest and the shortest title of the genre."""
    drawn = []
    for genre in GENRES:
        titles = sorted(genre.titles, key=len)
        for look in range(LOOKS):
            for number, title in enumerate((titles[0], titles[-1])):
                album = Album(genre.artists[look], title, genre.years[1], look, "AB 123")
                drawn.append((genre.name, genre.draw(album, np.random.default_rng([3, look, number])).image))
    return drawn


def _grey(image: Image.Image) -> NDArray[np.float64]:
    return np.asarray(image.convert("L").resize((64, 64)), dtype=np.float64)


@pytest.mark.slow
def test_every_front_is_a_full_sleeve_with_something_on_it(fronts: list[tuple[str, Image.Image]]) -> None:
    assert len(fronts) == len(GENRES) * LOOKS * ALBUMS_PER_LOOK
    assert {(image.size, image.mode) for _, image in fronts} == {((SIZE_PX, SIZE_PX), "RGB")}
    assert min(_grey(image).std() for _, image in fronts) > 5


@pytest.mark.slow
def test_the_genres_differ_enough_for_the_nearest_neighbour_to_name_them(fronts: list[tuple[str, Image.Image]]) -> None:
    bundle = read_bundle(SHIPPED_BUNDLES / DEFAULT_BUNDLE)
    description = bundle.manifest
    images = np.stack([fit(image, description.input_size_px, description.resize) for _, image in fronts])
    vectors = OpenVinoBackbone(bundle).embed(images)
    similarity = vectors @ vectors.T
    np.fill_diagonal(similarity, -1)
    names = np.array([name for name, _ in fronts])
    assert (names[similarity.argmax(axis=1)] == names).mean() > 0.97
    looks = np.arange(len(fronts)) // ALBUMS_PER_LOOK
    similarity[looks[:, None] == looks] = -1  # the other artists of the genre, in other colours
    assert (names[similarity.argmax(axis=1)] == names).mean() > 0.85


@pytest.mark.slow
def test_albums_of_one_look_seldom_share_their_artwork(fronts: list[tuple[str, Image.Image]]) -> None:
    """A series may look so much alike that the pixels agree; that must stay rare."""
    sketches = [sketch(image) for _, image in fronts]
    pairs = list(zip(sketches[::2], sketches[1::2], strict=True))
    assert sum(is_same_artwork(agreement(first, second)) for first, second in pairs) <= len(pairs) // 10


@pytest.mark.slow
@pytest.mark.parametrize("pressing", Pressing)
def test_a_pressing_changes_the_picture_and_not_the_artwork(
    fronts: list[tuple[str, Image.Image]], pressing: Pressing
) -> None:
    for name, image in fronts[:: LOOKS * ALBUMS_PER_LOOK]:
        if name == "Ambient":  # too soft for the comparison to find points in; a test on them says nothing
            continue
        canvas = Canvas(np.random.default_rng(4), "#000000")
        canvas.image = image.copy()
        pressed = press(canvas, pressing)
        assert is_same_artwork(agreement(sketch(image), sketch(pressed))), name
        assert np.abs(_grey(image) - _grey(pressed)).mean() > 1


def test_a_style_draws_the_same_from_the_same_seed_and_another_from_another() -> None:
    album = Album("Anyone", "Anything", 1999, 0, "AB 123")
    for genre in GENRES:
        first, again, other = (genre.draw(album, np.random.default_rng(seed)).image for seed in (5, 5, 6))
        assert first.tobytes() == again.tobytes(), genre.name
        assert first.tobytes() != other.tobytes(), genre.name


def test_a_back_cover_takes_its_ground_from_the_front() -> None:
    front = Canvas(np.random.default_rng(1), "#305080")
    front.box("#ffffff", 0.4, 0.4, 0.6, 0.6)
    back = draw_back(
        front.image, Album("Anyone", "Anything", 1999, 0, "AB 123"), ["One", "Two"], np.random.default_rng(1)
    )
    ground = np.median(np.asarray(back.image).reshape(-1, 3), axis=0)
    np.testing.assert_allclose(ground, (0x30, 0x50, 0x80), atol=6)


def test_a_line_of_type_is_as_high_and_no_wider_than_asked() -> None:
    assert line("HHH", Face(), 0.1).height == pytest.approx(0.1 * SIZE_PX, abs=2)
    assert line("A long line of words", Face(weight=0.02), 0.1, 0.4).width == pytest.approx(0.4 * SIZE_PX, abs=1)


def test_accents_fall_away_instead_of_printing_boxes() -> None:
    assert line("Trío Añil", Face(), 0.1).tobytes() == line("Trio Anil", Face(), 0.1).tobytes()
