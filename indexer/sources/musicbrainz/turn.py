"""One run at a time in a home: two would ask a host twice as often as it permits."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from indexer.files import locked
from sleeve.errors import BusyError, SourceError


@contextmanager
def one_at_a_time(lock: Path) -> Iterator[None]:
    """Hold a lock file; it goes with the process, however that ends.

    Raises:
        BusyError: another process holds it.
        SourceError: it cannot be made.
    """
    busy = BusyError("another `sleeve musicbrainz` is at work in this home; wait until it ends")
    with ExitStack() as held:
        try:
            held.enter_context(locked(lock, busy))
        except OSError as error:
            raise SourceError(f"cannot make the lock {lock}: {error.strerror}") from error
        yield
