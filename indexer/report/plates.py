"""A plate: a figure with its title, its caption and the data that it shows."""

import warnings
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from PIL import Image

WIDTH_IN = 9.0
PRINT_DPI = 110
RASTER_DPI = 130
NAME_CHARACTERS = 26
"""Longer genres and sources are cut in figures; their data has them whole."""

SHOWN_GENRES = 20
"""Figures show this many genres, the commonest; their data has all."""

_STYLE: dict[Any, Any] = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "figure.constrained_layout.use": True,
    "legend.frameon": False,
    "svg.hashsalt": "sleeve",
    "svg.fonttype": "path",
    # A genre may be called anything, dollar signs included.
    "text.parse_math": False,
}

SERIES = ("#1f5fa8", "#d9731a", "#3a8f52", "#8a4fa3", "#7a7a7a")
"""Colours of a few series that differ in grey too."""

Cell = str | int | float


@dataclass(frozen=True, slots=True, eq=False)
class Plate:
    """One figure.

    Attributes:
        name: of its files, without ending.
        alt: for a person who does not see it.
        columns, rows: the data behind it.
        photographic: shows covers, so it is kept as pixels.
        raster: has too many marks for SVG.
    """

    name: str
    title: str
    caption: str
    figure: Figure
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    raster: bool = False
    photographic: bool = field(default=False)

    @property
    def ending(self) -> str:
        """Of the figure's file."""
        return ".png" if self.raster or self.photographic else ".svg"


@contextmanager
def style() -> Iterator[None]:
    """Figures are drawn and written inside this."""
    with rc_context(_STYLE), warnings.catch_warnings():
        # A name in a script that the font lacks is drawn as boxes; the data has it right.
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
        yield


def figure(height_in: float, *, width_in: float = WIDTH_IN) -> Figure:
    """An empty figure."""
    return Figure(figsize=(width_in, height_in))


def rendered(plate: Plate) -> bytes:
    """The figure's file; the same figure gives the same bytes."""
    buffer = BytesIO()
    if plate.ending == ".svg":
        plate.figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    else:
        plate.figure.savefig(buffer, format="png", dpi=RASTER_DPI, metadata={"Software": None})
    return buffer.getvalue()


def embedded(plate: Plate, data: bytes) -> str:
    """The figure as a data URI; photographs as JPEG, a tenth of the size."""
    if not plate.photographic:
        kind = "svg+xml" if plate.ending == ".svg" else "png"
        return f"data:image/{kind};base64,{b64encode(data).decode()}"
    buffer = BytesIO()
    with Image.open(BytesIO(data)) as image:
        image.convert("RGB").save(buffer, "JPEG", quality=85, optimize=True)
    return f"data:image/jpeg;base64,{b64encode(buffer.getvalue()).decode()}"


def short(name: str) -> str:
    """A name cut for a figure."""
    return name if len(name) <= NAME_CHARACTERS else name[: NAME_CHARACTERS - 1] + "…"


def palette(count: int) -> list[str]:
    """Colours for categories; past twenty they begin again."""
    from matplotlib import colormaps

    twenty = [to_hex(colour) for colour in colormaps["tab20"].colors]  # type: ignore[attr-defined]
    strong_first = [*twenty[::2], *twenty[1::2]]
    return [strong_first[number % len(strong_first)] for number in range(count)]


def bars(
    axes: Axes,
    names: Sequence[str],
    values: Sequence[float],
    *,
    colour: str = SERIES[0],
    left: Sequence[float] = (),
    label: str = "",
) -> None:
    """Horizontal bars, the first on top."""
    places = range(len(names))
    axes.barh(places, values, color=colour, left=left or 0, label=label or None, height=0.75)
    axes.set_yticks(list(places), [short(name) for name in names])
    axes.invert_yaxis() if not axes.yaxis_inverted() else None
    axes.tick_params(axis="y", length=0)


def heat_map(
    axes: Axes,
    table: Sequence[Sequence[float]],
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    form: str,
    limits: tuple[float, float],
) -> None:
    """A table in colours with its numbers written in; cells that are not numbers stay empty."""
    import numpy as np

    values = np.asarray(table, dtype=np.float64)
    axes.imshow(values, cmap="Blues", vmin=limits[0], vmax=limits[1], aspect="auto")
    axes.set_xticks(
        range(len(columns)), [short(name) for name in columns], rotation=45, ha="right", rotation_mode="anchor"
    )
    axes.set_yticks(range(len(rows)), [short(name) for name in rows])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    size = 8 if values.shape[1] <= 14 else 6
    middle = sum(limits) / 2
    for (row, column), value in np.ndenumerate(values):
        if np.isfinite(value):
            colour = "white" if value > middle else "#222222"
            axes.text(column, row, form.format(value), ha="center", va="center", size=size, color=colour)
