"""Where on covers predictions come from."""

from collections.abc import Sequence

import numpy as np

from indexer.report.judging import Explained
from indexer.report.plates import Plate, figure, short
from indexer.report.study import Study

_ACROSS = 4


def occlusions(study: Study) -> Plate:
    """Covers, each with a copy that shows what raises and lowers the predicted genre's probability."""
    shown = study.explained
    down = -(-len(shown) // _ACROSS)
    drawn = figure(1.5 * down + 0.2, width_in=9.6)
    panels = drawn.subplots(down, 2 * _ACROSS, squeeze=False)
    for axes in panels.ravel():
        axes.set_axis_off()
    for number, explained in enumerate(shown):
        row, column = divmod(number, _ACROSS)
        plain, heated = panels[row, 2 * column], panels[row, 2 * column + 1]
        occlusion = explained.occlusion
        plain.imshow(occlusion.pixels)
        heated.imshow(occlusion.pixels.mean(axis=2), cmap="gray", vmin=0, vmax=255)
        most = max(0.02, float(np.abs(occlusion.heat).max()))
        heated.imshow(occlusion.heat, cmap="RdBu_r", vmin=-most, vmax=most, alpha=0.6)
        plain.set_title(short(", ".join(explained.genres)), size=7, pad=2)
        heated.set_title(f"{short(occlusion.genre)} {occlusion.probability:.0%}, ±{most:.2f}", size=7, pad=2)
    return Plate(
        "occlusion",
        "Where on a cover the prediction comes from",
        "Left a cover with its genres, right the genre that the head thinks likeliest, with its probability. Red: "
        "hiding "
        "this part under the cover's mean colour makes the genre less likely, so it speaks for it; blue: it speaks "
        "against it. The number after ± is the change of probability at full colour; if it is small, no part "
        "decides. The covers are new to the model, drawn at random within a genre; the head has not seen their "
        "artists.",
        drawn,
        ("cover_id", "genres", "predicted", "probability", "row", "column", "drop"),
        list(_cells(study, shown)),
        photographic=True,
    )


def _cells(study: Study, shown: Sequence[Explained]) -> list[tuple[str | int | float, ...]]:
    return [
        (
            study.material.covers[explained.row].cover_id,
            "; ".join(explained.genres),
            explained.occlusion.genre,
            explained.occlusion.probability,
            row,
            column,
            float(drop),
        )
        for explained in shown
        for (row, column), drop in np.ndenumerate(explained.occlusion.drops)
    ]
