"""The usual names of an album's art in its folder."""

import os
from collections.abc import Iterable
from pathlib import Path

from indexer.sources.paths import passed_over
from sleeve.vocabulary import Side

ART_NAMES = {Side.FRONT: ("cover", "folder", "front", "album"), Side.BACK: ("back",)}
"""Names of files without their endings, in any case; the first that is there is taken."""

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff"})


def art_in(folders: Iterable[Path], side: Side) -> Path | None:
    """The file that shows this side of the album, out of the first folder that has one."""
    for folder in folders:
        files = _images(folder)
        for name in ART_NAMES[side]:
            if name in files:
                return files[name]
    return None


def _images(folder: Path) -> dict[str, Path]:
    """The image files of a folder by their folded stems; the first by name where several share one."""
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208 - names are all that is needed
    except OSError:
        return {}
    found: dict[str, Path] = {}
    for name in names:
        path = folder / name
        if path.suffix.lower() in IMAGE_SUFFIXES and not passed_over(name) and path.is_file():
            found.setdefault(path.stem.casefold(), path)
    return found
