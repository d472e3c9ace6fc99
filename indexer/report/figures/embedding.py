"""Maps of the vectors."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from indexer.analysis.projections import Projection
from indexer.report.material import Material, Model
from indexer.report.pictures import picture
from indexer.report.plates import SHOWN_GENRES, Cell, Plate, figure, palette, short

_GREY = "#c9c9c9"
_MAP_CELLS = 34
_PICTURE_PX = 44


def maps(name: str, title: str, caption: str, material: Material, shown: Sequence[tuple[Model, Projection]]) -> Plate:
    """Maps side by side, coloured by genre."""
    drawn = figure(4.6, width_in=9.6)
    for axes, (model, projection) in zip(np.atleast_1d(drawn.subplots(1, len(shown))), shown, strict=True):
        _scatter(axes, material, model, projection)
        axes.set_title(
            f"{model.name if name == 'umap' else projection.title}\n{projection.kept:.0%} of neighbours kept", size=9
        )
    handles, labels = axes.get_legend_handles_labels()
    drawn.legend(handles, labels, loc="outside lower center", ncols=6, fontsize=8, markerscale=2.2)
    return Plate(
        name,
        title,
        caption,
        drawn,
        (
            "cover_id",
            "genres",
            "new_to_the_model",
            *(f"{axis}{number}" for number in range(1, len(shown) + 1) for axis in "xy"),
        ),
        [
            (
                cover.cover_id,
                "; ".join(cover.genres),
                int(shown[-1][0].unseen[row]),
                *(round(float(value), 5) for _, projection in shown for value in projection.points[row]),
            )
            for row, cover in enumerate(material.covers)
        ],
        raster=True,
    )


def genre_panels(material: Material, model: Model, projection: Projection) -> Plate:
    """A small map for each genre: its covers among all others."""
    columns = np.argsort(-material.targets.sum(axis=0), kind="stable")[: min(SHOWN_GENRES, len(material.genres))]
    across = 5
    down = -(-len(columns) // across)
    drawn = figure(1.95 * down + 0.1, width_in=9.6)
    panels = np.atleast_1d(drawn.subplots(down, across, squeeze=False)).ravel()
    for axes in panels:
        _bare(axes)
    colours = palette(len(material.genres))
    for axes, column in zip(panels, columns.tolist(), strict=False):
        of_genre = material.targets[:, column]
        axes.plot(*projection.points.T, ",", color=_GREY, alpha=0.6)
        own = projection.points[of_genre & model.unseen]
        axes.plot(*own.T, ".", color=colours[column], ms=2.5)
        axes.set_title(f"{short(material.genres[column])} ({len(own)})", size=8)
    for axes in panels[len(columns) :]:
        axes.set_visible(False)
    return Plate(
        "genre-maps",
        f"The places of each genre ({model.name}, {projection.title})",
        f"The same map in every panel; coloured are the genre's covers that {model.name} was not trained on.",
        drawn,
        ("cover_id", "genres", "new_to_the_model", "x", "y"),
        [
            (
                cover.cover_id,
                "; ".join(cover.genres),
                int(model.unseen[row]),
                *(round(float(v), 5) for v in projection.points[row]),
            )
            for row, cover in enumerate(material.covers)
        ],
        raster=True,
    )


def cover_map(material: Material, model: Model, projection: Projection) -> Plate:
    """The map with covers on it, one in each cell of a grid."""
    chosen = _one_a_cell(projection.points)
    drawn = figure(9.6, width_in=9.6)
    axes = drawn.subplots()
    _bare(axes)
    low, high = projection.points.min(axis=0), projection.points.max(axis=0)
    step = (high - low) / _MAP_CELLS
    rows: list[tuple[Cell, ...]] = []
    for row, cell in chosen:
        image = picture(material.covers[row].path, _PICTURE_PX)
        if image is None:
            continue
        corner = low + np.array(cell) * step
        extent = (corner[0], corner[0] + step[0] * 0.94, corner[1], corner[1] + step[1] * 0.94)
        axes.imshow(np.asarray(image.resize((_PICTURE_PX, _PICTURE_PX))), extent=extent, aspect="auto", zorder=2)
        cover = material.covers[row]
        rows.append((cover.cover_id, cover.album_id, *(round(float(v), 5) for v in projection.points[row])))
    axes.set_xlim(low[0], high[0])
    axes.set_ylim(low[1], high[1])
    return Plate(
        "cover-map",
        f"The map with covers on it ({model.name}, {projection.title})",
        f"Of each of {_MAP_CELLS} x {_MAP_CELLS} cells the cover nearest its middle, moved into the cell.",
        drawn,
        ("cover_id", "album_id", "x", "y"),
        rows,
        photographic=True,
    )


def _scatter(axes: Axes, material: Material, model: Model, projection: Projection) -> None:
    _bare(axes)
    points, colours = projection.points, palette(len(material.genres))
    shown = np.argsort(-material.targets.sum(axis=0), kind="stable")[:SHOWN_GENRES]
    one = material.targets.argmax(axis=1)
    grey = ~(material.targets.any(axis=1) & model.unseen & np.isin(one, shown))
    axes.plot(*points[grey].T, ".", color=_GREY, ms=0.8, alpha=0.7, zorder=1)
    order = np.random.default_rng(0).permutation(np.flatnonzero(~grey))
    axes.scatter(points[order, 0], points[order, 1], s=3.5, c=np.array(colours)[one[order]], linewidths=0, zorder=2)
    for column in shown:
        axes.scatter([], [], s=3.5, c=colours[column], label=short(material.genres[column]))


def _bare(axes: Axes) -> None:
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)


def _one_a_cell(points: NDArray[np.float64]) -> list[tuple[int, tuple[int, int]]]:
    low, high = points.min(axis=0), points.max(axis=0)
    places = (points - low) / np.maximum(high - low, 1e-9) * _MAP_CELLS
    cells = np.minimum(places.astype(int), _MAP_CELLS - 1)
    off_middle = ((places - cells - 0.5) ** 2).sum(axis=1)
    best: dict[tuple[int, int], int] = {}
    for row in np.argsort(off_middle, kind="stable").tolist():
        best.setdefault((int(cells[row, 0]), int(cells[row, 1])), row)
    return [(row, cell) for cell, row in best.items()]
