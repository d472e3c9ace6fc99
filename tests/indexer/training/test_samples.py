"""Splits that leak nothing, targets, and what is said about covers that cannot be learned from."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from indexer.training.samples import LabelledCover, learnable_genres, load_pixels, split_by_group, targets
from sleeve.errors import TrainingError


def sample(genres: tuple[str, ...], group: str, path: str = "a.jpg") -> LabelledCover:
    return LabelledCover(Path(path), genres, group)


@given(
    st.lists(st.tuples(st.sampled_from(["rock", "jazz", ""]), st.integers(0, 12)), min_size=40, max_size=120),
    st.integers(0, 2**32),
)
def test_no_group_falls_on_both_sides(drawn: list[tuple[str, int]], seed: int) -> None:
    samples = [sample((genre,) if genre else (), f"group {group}") for genre, group in drawn]
    try:
        split = split_by_group(samples, 0.3, seed)
    except TrainingError:
        return
    assert sorted(split.training + split.validation) == list(range(len(samples)))
    assert not {samples[i].group for i in split.training} & {samples[i].group for i in split.validation}


def test_validation_has_its_share_of_every_genre() -> None:
    samples = [sample(("rock",), f"r{i // 2}") for i in range(200)] + [sample(("jazz",), f"j{i}") for i in range(50)]
    split = split_by_group(samples, 0.2, seed=3)
    counts = Counter(samples[i].genres[0] for i in split.validation)
    assert counts == {"rock": 40, "jazz": 10}
    assert split == split_by_group(samples, 0.2, seed=3)
    assert split != split_by_group(samples, 0.2, seed=4)


def test_a_genre_of_one_large_group_stays_in_training() -> None:
    samples = [sample(("rock",), f"r{i}") for i in range(20)] + [sample(("reggae",), "bob marley")] * 20
    split = split_by_group(samples, 0.2, seed=0)
    assert {samples[i].genres[0] for i in split.validation} == {"rock"}


def test_one_group_cannot_be_split() -> None:
    with pytest.raises(TrainingError, match="too few groups"):
        split_by_group([sample(("rock",), "one")] * 10, 0.2, seed=0)


def test_no_labels_one_genre_and_one_album_have_messages_of_their_own() -> None:
    with pytest.raises(TrainingError, match="no cover has a genre"):
        learnable_genres([sample((), "a")], 1)
    rock = [sample(("rock",), f"r{i}") for i in range(60)]
    with pytest.raises(TrainingError, match=r"two genres .* there is rock \(60\)"):
        learnable_genres(rock, 50)
    with pytest.raises(TrainingError, match=r"jazz \(1\)"):
        learnable_genres([*rock, sample(("jazz",), "j")], 1)


def test_learnable_genres_have_enough_covers_in_more_than_one_group() -> None:
    rock = [sample(("rock",), f"r{i}") for i in range(5)]
    jazz = [sample(("jazz", "rock"), f"j{i}") for i in range(5)]
    samples = [*rock, *jazz, *[sample(("polka",), "one")] * 9, sample(("ska",), "s")]
    assert learnable_genres(samples, 5) == ("jazz", "rock")


def test_targets_share_one_among_the_known_genres() -> None:
    samples = [sample(("jazz", "rock"), "a"), sample(("polka",), "b"), sample(("rock", "polka"), "c"), sample((), "d")]
    assert targets(samples, ("jazz", "rock")).tolist() == [[0.5, 0.5], [0, 0], [0, 1], [0, 0]]


def test_pixels_keep_their_places(tmp_path: Path) -> None:
    colours = [(250, 10, 10), (10, 250, 10), (10, 10, 250)]
    paths = [tmp_path / f"{number}.png" for number in range(3)]
    for path, colour in zip(paths, colours, strict=True):
        Image.new("RGB", (40, 30), colour).save(path)
    pixels = load_pixels([LabelledCover(path, (), "g") for path in paths], 16)
    assert pixels.shape == (3, 16, 16, 3)
    assert np.array_equal(pixels[:, 8, 8], colours)


def test_a_file_that_is_no_image_is_named(tmp_path: Path) -> None:
    (tmp_path / "cover.jpg").write_text("<html>")
    with pytest.raises(TrainingError, match=r"cover\.jpg cannot be read"):
        load_pixels([LabelledCover(tmp_path / "cover.jpg", (), "g")])
