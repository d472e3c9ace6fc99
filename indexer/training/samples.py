"""What training reads: labelled covers as plain records, their pixels in memory, and a split that leaks nothing."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from db.records import TextLine
from indexer.images.decoding import ResizeRule, decode, fit, read
from sleeve.errors import FileRejectedError, TrainingError

CACHE_SIDE_PX = 256
"""Side of the covers kept in memory: 192 KiB each, enough for views of up to 256 px."""


@dataclass(frozen=True, slots=True)
class LabelledCover:
    """One cover to learn from.

    Args:
        genres: the album's genres; empty if nobody said, and then only its artwork is learned.
        group: covers that share it (same artist or same artwork) never fall on both sides of a split.
        lines: the text read on it.
    """

    path: Path
    genres: tuple[str, ...]
    group: str
    lines: tuple[TextLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Split:
    """Positions of the samples to train with and to validate with, each ascending."""

    training: tuple[int, ...]
    validation: tuple[int, ...]


def learnable_genres(samples: Sequence[LabelledCover], least_covers: int) -> tuple[str, ...]:
    """The genres that can be learned, in alphabetical order: enough covers, and more than one group.

    Raises:
        TrainingError: no cover has a genre, or fewer than two genres can be learned.
    """
    covers = Counter(genre for sample in samples for genre in set(sample.genres))
    if not covers:
        raise TrainingError("no cover has a genre: add some with sleeve add --genre-from, then train")
    groups = Counter(genre for genre, _ in {(genre, sample.group) for sample in samples for genre in sample.genres})
    genres = tuple(sorted(genre for genre, count in covers.items() if count >= least_covers and groups[genre] > 1))
    if len(genres) < 2:
        found = ", ".join(f"{genre} ({count})" for genre, count in covers.most_common(5))
        raise TrainingError(
            f"training needs two genres with {least_covers} covers each, from two artists or more; there is {found}"
        )
    return genres


def targets(samples: Sequence[LabelledCover], genres: Sequence[str]) -> NDArray[np.float32]:
    """(n, g) float32: each row shares 1 among the sample's genres that are in ``genres``, or is all 0."""
    table = np.zeros((len(samples), len(genres)), np.float32)
    column = {genre: number for number, genre in enumerate(genres)}
    for row, sample in zip(table, samples, strict=True):
        known = [column[genre] for genre in sample.genres if genre in column]
        row[known] = 1 / max(1, len(known))
    return table


def split_by_group(samples: Sequence[LabelledCover], share: float, seed: int) -> Split:
    """Whole groups to validation, about ``share`` of every genre, drawn from ``seed``.

    Groups come in random order; one is taken unless it would lift its commonest genre past its share. A genre that is
    one large group therefore stays in training.

    Raises:
        TrainingError: a side would be empty.
    """
    firsts = [sample.genres[0] if sample.genres else "" for sample in samples]
    members: dict[str, list[int]] = {}
    for number, sample in enumerate(samples):
        members.setdefault(sample.group, []).append(number)
    names = sorted(members)
    totals, taken = Counter(firsts), Counter[str]()
    validation: set[int] = set()
    for position in np.random.default_rng(seed).permutation(len(names)):
        group = members[names[position]]
        counts = Counter(firsts[number] for number in group)
        genre, count = counts.most_common(1)[0]
        if taken[genre] + count <= share * totals[genre] + 0.5:
            validation.update(group)
            taken.update(counts)
    training = tuple(number for number in range(len(samples)) if number not in validation)
    if not validation or not training:
        raise TrainingError("the covers fall into too few groups to hold some back: more artists are needed")
    return Split(training, tuple(sorted(validation)))


def load_pixels(
    samples: Sequence[LabelledCover], side_px: int = CACHE_SIDE_PX, progress: Callable[[int, int], None] | None = None
) -> NDArray[np.uint8]:
    """(n, side_px, side_px, 3) uint8: every cover decoded once and squeezed to a square.

    Args:
        progress: called with (done, total) after every hundred covers.

    Raises:
        TrainingError: a file cannot be read as an image.
    """
    pixels = np.empty((len(samples), side_px, side_px, 3), np.uint8)
    for number, sample in enumerate(samples):
        try:
            cover = decode(read(sample.path), reduce_to_px=side_px)
        except FileRejectedError as error:
            raise TrainingError(f"{sample.path} cannot be read for training: {error}") from error
        pixels[number] = fit(cover, side_px, ResizeRule.SQUASH)
        if progress is not None and (number + 1) % 100 == 0:
            progress(number + 1, len(samples))
    return pixels
