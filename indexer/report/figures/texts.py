"""Figures of what covers say."""

from collections.abc import Sequence

from indexer.analysis.spoken import TellingWord, TextAmount
from indexer.report.plates import SERIES, SHOWN_GENRES, Plate, bars, figure

_SHOWN_WORDS = 8
_PANELS_A_ROW = 4


def amounts(found: Sequence[TextAmount]) -> Plate:
    """How many covers of each genre have text, and how much."""
    shown = found[:SHOWN_GENRES]
    drawn = figure(0.9 + 0.26 * len(shown))
    left, right = drawn.subplots(1, 2, sharey=True)
    names = [amount.genre for amount in shown]
    bars(left, names, [amount.with_text / max(1, amount.covers) for amount in shown])
    left.set_xlim(0, 1)
    left.set_xlabel("share of covers with text")
    bars(right, names, [amount.words for amount in shown], colour=SERIES[1])
    right.set_xlabel("words on a cover with text, median")
    return Plate(
        "text-amounts",
        "How much text there is",
        "Words as they were read; a cover that nobody has read yet counts as without text.",
        drawn,
        ("genre", "covers", "with_text", "median_words"),
        [(amount.genre, amount.covers, amount.with_text, amount.words) for amount in found],
    )


def words(found: Sequence[TellingWord]) -> Plate:
    """The words that speak for each genre."""
    genres = list(dict.fromkeys(word.genre for word in found))
    shown = genres[:SHOWN_GENRES]
    across = min(_PANELS_A_ROW, len(shown))
    down = -(-len(shown) // across)
    drawn = figure(0.4 + 1.75 * down)
    panels = drawn.subplots(down, across, squeeze=False)
    for axes in panels.flat:
        axes.set_visible(False)
    for axes, genre in zip(panels.flat, shown, strict=False):
        of_genre = [word for word in found if word.genre == genre][:_SHOWN_WORDS]
        axes.set_visible(True)
        axes.set_title(genre)
        bars(axes, [word.word for word in of_genre], [word.weight for word in of_genre])
        axes.tick_params(labelsize=7)
    return Plate(
        "telling-words",
        "Which words speak for which genre",
        "By the text opinion fitted to all labelled covers: by how much a word, if it is the only one, raises the "
        "logarithm of the genre's odds. Words on covers of fewer than five artists or artworks are left out: most "
        "are names.",
        drawn,
        ("genre", "word", "covers", "log_odds"),
        [(word.genre, word.word, word.covers, word.weight) for word in found],
    )
