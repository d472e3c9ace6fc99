"""Which of those proposed show a cover's artwork: the order, the giving up, and files that are not what they were."""

from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from db.records import HashedCover
from indexer.artwork import Comparison, agreement, is_same_artwork, show_one_artwork, sketch
from sleeve.vocabulary import ContentHash, CoverId
from tests.indexer.artwork.artworks import artwork, bordered, cropped, faded, squeezed, stickered, turned


class Covers:
    """Pictures as files, numbered as they come."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made: list[HashedCover] = []

    def add(self, picture: Image.Image) -> HashedCover:
        path = self.folder / f"{len(self.made)}.png"
        picture.save(path)
        content = ContentHash(sha256(path.read_bytes()).hexdigest())
        self.made.append(HashedCover(CoverId(len(self.made) + 1), path.name, str(path), content))
        return self.made[-1]


@pytest.fixture
def covers(tmp_path: Path) -> Covers:
    return Covers(tmp_path)


def test_after_two_strangers_a_cover_is_compared_no_further(covers: Covers) -> None:
    own, crop, sticker, late = (covers.add(made(artwork(1))) for made in (faded, cropped, stickered, bordered))
    one, two = covers.add(artwork(2)), covers.add(artwork(3))
    comparison = Comparison()
    assert comparison.matches(own, [one, crop, sticker, two, late]) == [crop, sticker]
    assert comparison.matches(own, [crop, one, late, two]) == [crop, late]
    assert comparison.matches(own, []) == []


def test_what_cannot_be_read_is_no_stranger_and_no_match(covers: Covers) -> None:
    own, *broken, crop = (covers.add(picture) for picture in (artwork(1), *[artwork(9)] * 3, cropped(artwork(1))))
    gone, no_image, another = (Path(cover.path) for cover in broken)
    gone.unlink()
    no_image.write_text("nothing")
    artwork(1).save(another)
    comparison = Comparison()
    assert comparison.matches(own, [*broken, crop]) == [crop]
    for cover in broken:
        assert comparison.matches(cover, [own]) is None


def test_an_image_that_is_not_in_the_catalogue_is_compared_likewise(covers: Covers) -> None:
    own, crop, sticker, late = (covers.add(made(artwork(1))) for made in (faded, cropped, stickered, bordered))
    one, gone, two = covers.add(artwork(2)), covers.add(turned(artwork(1))), covers.add(artwork(3))
    Path(gone.path).unlink()
    image = BytesIO()
    artwork(1).save(image, "PNG")
    comparison = Comparison()
    found = comparison.matches_of_image(image.getvalue(), [one, crop, gone, own, sticker, two, late])
    assert found == [crop, own, sticker]
    assert comparison.matches_of_image(b"no image", []) == []

    plain, other = (covers.add(Image.new("RGB", (64, 64), colour)) for colour in ("navy", "black"))
    assert comparison.matches_of_image(Path(plain.path).read_bytes(), [other, plain]) == [plain], "the same bytes"


def test_the_short_verdict_is_the_long_one() -> None:
    changes = [cropped, bordered, stickered, faded, turned, squeezed]
    pictures = [artwork(seed) for seed in range(4)] + [change(artwork(0)) for change in changes]
    sketches = [sketch(picture) for picture in (*pictures, Image.new("RGB", (300, 300), "black"))]
    verdicts = [
        (show_one_artwork(first, second), is_same_artwork(agreement(first, second)))
        for first in sketches
        for second in sketches
    ]
    assert all(short == long for short, long in verdicts)
    assert 30 < sum(short for short, _ in verdicts) < len(verdicts) - 30
