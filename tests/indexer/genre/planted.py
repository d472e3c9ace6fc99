"""Labelled vectors in which genres are there to be found."""

from dataclasses import replace

import numpy as np

from db.records import TextLine
from indexer.genre import LabelledVectors, count_texts


def planted(
    *,
    seed: int = 0,
    covers: int = 300,
    noise: float = 1.0,
    group_noise: float = 0.0,
    group_size: int = 1,
    genres: int = 3,
) -> LabelledVectors:
    """Covers of groups around a direction for each genre, with noise of each group and of each cover.

    Genre 0 is the commonest: each next one has half as many covers.
    """
    generator = np.random.default_rng(seed)
    groups = np.arange(covers) // group_size
    shares = 0.5 ** np.arange(genres)
    of_groups = generator.choice(genres, groups[-1] + 1, p=shares / shares.sum())
    labels = of_groups[groups]
    centres = np.eye(16)[:genres]
    own = generator.normal(size=(groups[-1] + 1, 16))[groups]
    vectors = centres[labels] + 0.25 * (noise * generator.normal(size=(covers, 16)) + group_noise * own)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    names = ("rock", "jazz", "polka", "metal")[:genres]
    return LabelledVectors(vectors.astype(np.float32), np.eye(genres, dtype=bool)[labels], names, groups)


def with_texts(data: LabelledVectors, *, share: float = 0.8) -> LabelledVectors:
    """The covers with their group's name on all but a tenth, and their genre's on this share of those."""
    generator = np.random.default_rng(1)
    first = data.targets.argmax(axis=1)
    texts: list[tuple[TextLine, ...]] = []
    for genre, group in zip(first, data.groups, strict=True):
        names = f"{data.genres[genre]}music" if generator.random() < share else "music"
        texts.append((text_line(f"artist{group}"), text_line(names)) if generator.random() < 0.9 else ())
    return replace(data, texts=count_texts(texts), named=data.groups % 2 == 0)


def text_line(text: str) -> TextLine:
    """A line across the top of a cover."""
    return TextLine(text, ((0.1, 0.1), (0.9, 0.1), (0.9, 0.2), (0.1, 0.2)), 0.9)
