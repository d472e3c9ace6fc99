"""Where the last report of a home is, for the web app to show it."""

import json
from pathlib import Path

from indexer.files import replacing
from indexer.report.own_files import LEDGER, own_bytes

PAGE = "report.html"
_FIGURES = (".svg", ".png", ".webp")


def remember(file: Path, folder: Path) -> None:
    """Keep the folder of a report that was just written.

    Raises:
        OSError: the disk refuses.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with replacing(file) as fresh:
        fresh.write_text(json.dumps({"folder": str(folder.absolute())}), encoding="utf-8")


def remembered(file: Path) -> Path | None:
    """The folder of the last report; None if there is none, or it is gone."""
    try:
        folder = Path(json.loads(file.read_text(encoding="utf-8"))["folder"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return folder if (folder / LEDGER).is_file() and (folder / PAGE).is_file() else None


def shown_file(folder: Path, name: str) -> bytes | None:
    """A file of a report that anyone may see: the page, a figure or its data, as the report wrote it; else None.

    Its lists name the files of covers, and stay in the folder.
    """
    stem, _, ending = name.rpartition(".")
    is_figure = f".{ending}" in _FIGURES
    is_data = ending == "csv" and any((folder / f"{stem}{figure}").is_file() for figure in _FIGURES)
    return own_bytes(folder, name) if name == PAGE or is_figure or is_data else None
