"""Which files change while somebody watches. What is replaced, or gone for a while, is watched on."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from time import sleep

from indexer.sources.file_names import absolute
from sleeve.errors import SourceError

SETTLE_MS = 2000
"""Changes are gathered until there was none for a moment, at most this long: files are copied in pieces."""

_PAUSE_MS = 300
_LOOK_AROUND_MS = 1000

Mark = tuple[int, int] | None
"""What the system knows a file or folder by, whatever its name; None if there is none."""


def changes(paths: Sequence[Path]) -> Iterator[frozenset[Path]]:
    """The absolute paths that changed, a set at a time; ends at Ctrl-C.

    The first set is empty and says that the watch has begun; whatever changes from then on is in a later one. If a
    watched folder or file is replaced, or goes or comes, its own path is in the set.

    Raises:
        SourceError: the folders cannot be watched.
    """
    watched = list(map(absolute, paths))
    marks = {path: _mark(path) for path in watched}
    replaced: frozenset[Path] = frozenset()
    begun = False
    try:
        while True:
            for found, deleted in _looks([path for path, mark in marks.items() if mark]):
                # The new watch is at work now, so nothing is missed after this.
                changed, replaced = found | replaced, frozenset()
                if changed or not begun:
                    begun = True
                    yield changed
                # What is made again may get the mark of what was deleted.
                gone = marks.keys() & deleted
                if gone or any(_mark(path) != mark for path, mark in marks.items()):
                    break
            else:
                return
            now = {path: _mark(path) for path in watched}
            replaced = frozenset(path for path, mark in now.items() if path in gone or mark != marks[path])
            marks = now
    except KeyboardInterrupt:
        return
    except OSError as error:
        raise SourceError(f"changes cannot be watched: {error.strerror or error}") from error


def _looks(paths: Sequence[Path]) -> Iterator[tuple[frozenset[Path], frozenset[Path]]]:
    """What changed and what of it was deleted, at least every moment; ends at Ctrl-C."""
    # A compiled library that no other command needs.
    from watchfiles import Change, watch

    while not paths:
        sleep(_LOOK_AROUND_MS / 1000)
        yield frozenset(), frozenset()
    for found in watch(
        *paths,
        debounce=SETTLE_MS,
        step=_PAUSE_MS,
        rust_timeout=_LOOK_AROUND_MS,
        yield_on_timeout=True,
        raise_interrupt=False,
        ignore_permission_denied=True,
    ):
        deleted = frozenset(Path(path) for kind, path in found if kind is Change.deleted)
        yield frozenset(Path(path) for _, path in found), deleted


def _mark(path: Path) -> Mark:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
