"""The figures of what covers say, with the data behind them."""

from indexer.analysis.spoken import TellingWord, TextAmount
from indexer.report.figures import texts
from indexer.report.plates import rendered, style


def test_the_figures_show_every_genre_and_carry_their_data() -> None:
    amounts = [TextAmount("jazz", 4, 3, 2.5), TextAmount("$rock$", 0, 0, 0.0)]
    words = [TellingWord("jazz", "quartet", 7, 1.5), *(TellingWord("rock", f"w{n}", 5, 1 / n) for n in range(1, 11))]
    with style():
        plates = [texts.amounts(amounts), texts.words(words)]
        drawings = [rendered(plate) for plate in plates]
    assert plates[0].rows == [("jazz", 4, 3, 2.5), ("$rock$", 0, 0, 0.0)]
    assert plates[1].rows[0] == ("jazz", "quartet", 7, 1.5)
    assert len(plates[1].rows) == 11
    assert all(drawing.startswith(b"<?xml") for drawing in drawings)
    bars = [len(axes.patches) for axes in plates[1].figure.axes if axes.get_visible()]
    assert bars == [1, 8]
