"""Files that a table names in another case or Unicode form than the disk does: it was made on Windows or a Mac."""

import os
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

_FOLDERS_KEPT = 64


def alike(path: Path) -> Path | None:
    """The only file whose path is this one but for case and Unicode form; None if there is none, or several."""
    try:
        found = next(above for above in path.parents if os.path.lexists(above))
        for name in path.relative_to(found).parts:
            same = _names(found, found.stat().st_mtime_ns).get(_folded(name), ())
            if len(same) != 1:
                return None
            found = same[0]
    except OSError:
        return None
    return found


@lru_cache(maxsize=_FOLDERS_KEPT)
def _names(folder: Path, _mtime_ns: int) -> Mapping[str, Sequence[Path]]:
    names: dict[str, list[Path]] = defaultdict(list)
    for path in folder.iterdir():
        names[_folded(path.name)].append(path)
    return dict(names)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
