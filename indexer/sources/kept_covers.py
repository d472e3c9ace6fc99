"""Images that a table names by URL or holds itself: they are kept in the home's cover store, and from then on are files
like any other."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path

from db import fetches
from db.database import Database
from db.records import CoverFile, FileOutcome, Offered, RejectedFile
from db.registration import copies, known_hashes
from indexer.images.cover_store import CoverStore
from indexer.images.decoding import PROBE_PX, decode, read
from indexer.progress import Progress
from sleeve.errors import FileRejectedError
from sleeve.vocabulary import ContentHash, Outcome, Rejection

FETCHES_AT_ONCE = 8
"""Images fetched at a time by one ``sleeve add``."""


class KeptCovers:
    """Brings the images of tables to where they are kept.

    An image is put in its place as soon as it is there, and what is in its place is not asked for again: a run that is
    killed loses none. What turns out to be no cover of the catalogue goes when its batch is registered (``tidy``).

    Args:
        fetch: URL → bytes, blocking, safe from several threads (``indexer.sources.remote_image``); None if that is off.
        changed: where the source has another image by now, with the hash of the one that Sleeve keeps there; None if
            it keeps none. It is fetched again.
    """

    def __init__(
        self,
        store: CoverStore,
        fetch: Callable[[str], bytes] | None,
        changed: Mapping[str, ContentHash | None] | None = None,
    ) -> None:
        self._store = store
        self._fetch = fetch
        self._changed = changed or {}

    def bring(self, database: Database, batch: Sequence[Offered], progress: Progress) -> tuple[Sequence[Offered], int]:
        """The batch, and how many of it were not there before; the progress advances with each of those.

        The bytes of every image that is to be kept are at its path now, or it is rejected.

        Raises:
            CatalogueError: the disk refuses, or the database cannot be used.
        """
        kept = _to_be_kept(batch)
        if not kept:
            return batch, 0
        missing = [item for item in kept if str(item.path) in self._changed or not item.path.is_file()]
        with database.reading() as session:
            left = fetches.interrupted(session, [str(item.path) for item in kept])
        brought: dict[str, Offered] = {
            path: replace(item, data=item.data and b"", stored=path in left)
            for item in kept
            if (path := str(item.path))
        }
        known = _begin(database, missing)
        with ThreadPoolExecutor(FETCHES_AT_ONCE, thread_name_prefix="fetch") as pool:
            for item, offered in zip(missing, pool.map(partial(self._bring, known=known), missing), strict=True):
                brought[str(item.path)] = offered
                progress.advance(1)
        return [brought.get(str(item.path), item) for item in batch], len(missing)

    def tidy(self, database: Database, batch: Sequence[Offered], outcomes: Sequence[FileOutcome]) -> None:
        """Delete what a batch fetched for nothing: images that are not covers, and copies of covers at other paths.

        Args:
            outcomes: of each of the batch, which is registered.
        """
        rejected = {item.path for item, end in zip(batch, outcomes, strict=True) if end.outcome is Outcome.REJECTED}
        kept = _to_be_kept(batch)
        if not kept:
            return
        paths = [str(item.path) for item in kept]
        # While nobody else writes, so that nobody comes to need a file at the moment when it goes.
        with database.writing() as session:
            needed = known_hashes(session, paths)
            stored = fetches.stored(session, paths) | {str(item.path) for item in kept if item.stored}
            for item in kept:
                if str(item.path) in stored and (item.path in rejected or str(item.path) not in needed):
                    with suppress(OSError):
                        item.path.unlink(missing_ok=True)

    def _bring(self, item: CoverFile, known: Mapping[str, tuple[str, ContentHash]]) -> Offered:
        url, path = item.url or "", str(item.path)
        elsewhere = None if path in self._changed else known.get(path)
        try:
            data = item.data or self._kept_elsewhere(elsewhere) or fetched(url, self._fetch)
            if path in self._changed:
                # Before the one that is there goes.
                decode(data, reduce_to_px=PROBE_PX)
        except FileRejectedError as error:
            return RejectedFile(item.file, path, error.reason, error.detail)
        with self._store.set_aside(data) as put:
            if before := self._changed.get(path):
                self._store.delete(item.path, before, unless_at=())
            place = put(item.path)
        return replace(item, path=place.path, data=item.data and b"", stored=place.stored)

    def _kept_elsewhere(self, copy: tuple[str, ContentHash] | None) -> bytes | None:
        """The bytes of a URL whose image the catalogue has as another cover."""
        if copy is None:
            return None
        path, content_hash = copy
        with suppress(FileRejectedError):
            data = read(Path(path))
            if sha256(data).hexdigest() == content_hash:
                return data
        return None


def fetched(url: str, fetch: Callable[[str], bytes] | None) -> bytes:
    """The image at a URL.

    Args:
        fetch: as for ``KeptCovers``.

    Raises:
        FileRejectedError: fetching is off, or what is there is no image.
    """
    if fetch is None:
        raise FileRejectedError(Rejection.FORBIDDEN_URL, "images by URL are off; set SLEEVE_IMAGE_URLS=1 and try again")
    return fetch(url)


def _begin(database: Database, missing: Sequence[CoverFile]) -> Mapping[str, tuple[str, ContentHash]]:
    """Say what is about to be fetched; returns what the catalogue has of it already."""
    paths = [str(item.path) for item in missing]
    if not paths:
        return {}
    with database.writing() as session:
        known = copies(session, paths)
        fetches.begin(session, paths)
    return known


def _to_be_kept(batch: Sequence[Offered]) -> list[CoverFile]:
    return [item for item in batch if isinstance(item, CoverFile) and (item.url is not None or item.data is not None)]
