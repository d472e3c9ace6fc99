"""Where the workers of a service count together: a folder that goes when the service stops, or the next one starts."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from indexer.files import is_locked, locked
from sleeve.errors import BusyError

_NAME = re.compile(r"[0-9a-f]{32}")
_COUNTS = re.compile(r"[a-z_]+_\d+\.db")
"""The files of prometheus_client, one for each kind of metric and process."""

_LOCK_SUFFIX = ".lock"
_WAIT_S = 10.0


@contextmanager
def shared_metrics(parent: Path) -> Iterator[Path]:
    """A new folder below ``parent``, deleted in the end with what was counted in it.

    A service that was killed left its folder. It is recognised by its lock, which the system took back, and deleted.

    Raises:
        BusyError: another service has been starting for a long time.
        OutputError, OSError: the folder cannot be made.
    """
    folder = parent / uuid4().hex
    with ExitStack() as while_used:
        with locked(parent / "starting", BusyError("another service is starting in this home"), wait_s=_WAIT_S):
            _delete_abandoned(parent)
            while_used.callback(_delete, folder)
            while_used.enter_context(locked(_lock_of(folder), BusyError(f"{folder} is in use")))
            folder.mkdir()
        yield folder


def _delete_abandoned(parent: Path) -> None:
    for folder in sorted(parent.iterdir()):
        is_ours = _NAME.fullmatch(folder.name) and folder.is_dir() and not folder.is_symlink()
        if is_ours and not is_locked(_lock_of(folder)):
            _delete(folder)


def _delete(folder: Path) -> None:
    """Delete what was counted, and the folder if nothing else is in it; the next service tries what stays again."""
    with suppress(OSError):
        for file in folder.iterdir():
            if _COUNTS.fullmatch(file.name):
                file.unlink()
        folder.rmdir()
        _lock_of(folder).unlink()


def _lock_of(folder: Path) -> Path:
    return folder.with_suffix(_LOCK_SUFFIX)
