"""``sleeve add --watch``: what changes in a folder is added, until Ctrl-C."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from indexer.sources.file_names import absolute
from sleeve.errors import SourceError

SETTLE_MS = 2000
"""Changes are gathered until there was none for a moment, at most this long: files are copied in pieces."""

_PAUSE_MS = 300
_LOOK_AROUND_MS = 1000


def changes(paths: Sequence[Path]) -> Iterator[frozenset[Path]]:
    """The absolute paths that changed, a set at a time; ends at Ctrl-C.

    The first set is empty and says that the watch has begun; whatever changes from then on is in a later one.

    Raises:
        SourceError: the folders cannot be watched.
    """
    # A compiled library that no other command needs.
    from watchfiles import watch

    begun = False
    try:
        for found in watch(
            *map(absolute, paths),
            debounce=SETTLE_MS,
            step=_PAUSE_MS,
            rust_timeout=_LOOK_AROUND_MS,
            yield_on_timeout=True,
            raise_interrupt=False,
        ):
            if found or not begun:
                begun = True
                yield frozenset(Path(path) for _, path in found)
    except OSError as error:
        raise SourceError(f"changes cannot be watched: {error.strerror or error}") from error
