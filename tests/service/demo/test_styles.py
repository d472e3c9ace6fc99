import numpy as np
import pytest
from PIL import Image

from service.demo.back_cover import draw_back
from service.demo.pressing import Pressing, press
from service.demo.roster import GENRES, Genre
from service.demo.styles import canvas, lettering
from service.demo.styles.canvas import SIZE_PX
from service.demo.styles.lettering import Typeface
from service.demo.styles.sleeve import LOOKS_PER_STYLE, Sleeve


@pytest.mark.parametrize("genre", GENRES, ids=lambda genre: genre.name)
def test_every_look_of_every_style_is_a_full_sleeve_of_its_own(genre: Genre) -> None:
    drawn = []
    for look in range(LOOKS_PER_STYLE):
        sleeve = Sleeve(genre.artists[look], max(genre.titles, key=len), genre.last_year, look, "AB 123")
        image = genre.draw(sleeve, np.random.default_rng([3, look]))
        assert (image.size, image.mode) == ((SIZE_PX, SIZE_PX), "RGB")
        drawn.append(np.asarray(image.resize((32, 32)), dtype=np.float64))
        assert drawn[-1].std() > 5
    apart = [np.abs(a - b).mean() for n, a in enumerate(drawn) for b in drawn[n + 1 :]]
    assert min(apart) > 5


def test_a_style_draws_the_same_from_the_same_seed_and_another_from_another() -> None:
    sleeve = Sleeve("Anyone", "Anything", 1999, 0, "AB 123")
    first, again, other = (GENRES[0].draw(sleeve, np.random.default_rng(seed)) for seed in (5, 5, 6))
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()


@pytest.mark.parametrize("pressing", Pressing)
def test_a_pressing_changes_every_cover_but_not_beyond_recognition(pressing: Pressing) -> None:
    field = canvas.noise(np.random.default_rng(1), 5)
    original = canvas.ramp(["#102030", "#f0a040", "#ffffff"], field / 2 + 0.5)
    pressed = press(original.copy(), pressing, np.random.default_rng(2))
    small, pressed_small = (
        np.asarray(image.convert("L").resize((48, 48)), float).ravel() for image in (original, pressed)
    )
    assert 0.6 < np.corrcoef(small, pressed_small)[0, 1] < 0.9999


def test_a_back_cover_takes_its_ground_from_the_front() -> None:
    front = canvas.blank("#305080")
    sleeve = Sleeve("Anyone", "Anything", 1999, 0, "AB 123")
    back = draw_back(front, sleeve, ["One", "Two", "Three"], np.random.default_rng(1))
    ground = np.median(np.asarray(back).reshape(-1, 3), axis=0)
    np.testing.assert_allclose(ground, (0x30, 0x50, 0x80), atol=6)


def test_a_disc_covers_its_area_and_sits_on_its_centre() -> None:
    mask = np.asarray(canvas.disc((200.0, 300.0), 40.0), dtype=np.float64) / 255
    y, x = canvas.grid()
    assert mask.sum() == pytest.approx(np.pi * 40**2, rel=0.005)
    assert (mask * x).sum() / mask.sum() == pytest.approx(200, abs=0.1)
    assert (mask * y).sum() / mask.sum() == pytest.approx(300, abs=0.1)
    assert canvas.disc((-500.0, 0.0), 40.0).getbbox() is None


def test_a_polygon_is_the_same_in_its_box_as_on_the_whole_sleeve() -> None:
    shape = [(101.0, 51.0), (203.0, 60.0), (180.0, 222.0)]
    alone, beside = (
        canvas.polygons([shape]),
        canvas.polygons([shape, [(0, 0), (5, 0), (5, 5)], [(555, 555), (559, 555), (559, 559)]]),
    )
    box = (90, 40, 220, 240)
    assert alone.crop(box).tobytes() == beside.crop(box).tobytes()
    area = np.asarray(alone, dtype=np.float64).sum() / 255
    assert area == pytest.approx(abs(102 * 171 - 79 * 9) / 2, rel=0.03)


def test_noise_keeps_its_bounds_and_is_no_constant() -> None:
    for cells, octaves in ((3, 1), (9, 4), (70, 2)):
        field = canvas.noise(np.random.default_rng(4), cells, octaves=octaves)
        assert field.shape == (SIZE_PX, SIZE_PX)
        assert 0.1 < field.std() < 0.7
        assert np.abs(field).max() < 1.5


def test_a_ramp_passes_through_its_stops() -> None:
    image = canvas.ramp(["#000000", "#ff0000", "#ffffff"], np.array([[0.0, 0.5, 1.0]], dtype=np.float32))
    found = np.asarray(image)[0]
    np.testing.assert_allclose(found, [(0, 0, 0), (255, 0, 0), (255, 255, 255)], atol=3)


def test_the_readable_colour_is_the_one_farther_in_lightness() -> None:
    assert canvas.readable("#ffffff", "#eeeeee", "#101010") == "#101010"
    assert canvas.readable("#000000", "#eeeeee", "#101010") == "#eeeeee"


def test_a_line_of_type_is_as_high_and_no_wider_than_asked() -> None:
    face = Typeface(weight=0.02)
    assert lettering.line("HHH", face, cap_px=40).height == pytest.approx(40 * (0.7 + 2 * 2 / 120) / 0.7, abs=2)
    assert lettering.line("A long line of words", face, cap_px=40, width_px=200).width <= 200
    assert lettering.line("short", face, width_px=333).width == 333


def test_accents_fall_away_instead_of_printing_boxes() -> None:
    face = Typeface()
    assert (
        lettering.line("Trío Añil", face, cap_px=30).tobytes() == lettering.line("Trio Anil", face, cap_px=30).tobytes()
    )


def test_serifs_widen_the_foot_of_a_stem() -> None:
    plain, footed = (np.asarray(lettering.line("I", Typeface(serif=serif), cap_px=84)) > 128 for serif in (False, True))
    assert footed[-2].sum() > footed[len(footed) // 2].sum() + 8
    assert plain[-2].sum() == plain[len(plain) // 2].sum()


def test_ink_leaves_what_is_outside_the_mask() -> None:
    image = canvas.blank("#000000")
    mask = Image.new("L", (10, 10), 0)
    mask.paste(255, (4, 4, 6, 6))
    canvas.ink(image, "#ffffff", mask, (100, 200))
    assert np.asarray(image.convert("L")).sum() == 4 * 255
    assert image.getpixel((104, 204)) == (255, 255, 255)
