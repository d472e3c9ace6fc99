"""One name for many files, as WebDataset names its shards: ``shard-{000..127}.tar``."""

import re
from pathlib import Path

from indexer.images.storage import is_object, located
from sleeve.errors import SourceError

MAX_SHARDS = 100_000

_RANGE = re.compile(r"(?P<before>.*)\{(?P<first>\d{1,9})\.\.(?P<last>\d{1,9})\}(?P<after>.*)")


def shards(path: Path) -> list[Path]:
    """The files that a path with a range stands for; a path without one, or that is there, stands for itself.

    Raises:
        SourceError: the range runs backwards or has over ``MAX_SHARDS`` numbers.
    """
    found = _RANGE.fullmatch(str(path))
    if found is None or (not is_object(path) and path.exists()):
        return [path]
    first, last = int(found["first"]), int(found["last"])
    if not first <= last < first + MAX_SHARDS:
        raise SourceError(f"{path} names no file, or more than {MAX_SHARDS:,}")
    width = len(found["first"])
    return [located(f"{found['before']}{number:0{width}}{found['after']}") for number in range(first, last + 1)]
