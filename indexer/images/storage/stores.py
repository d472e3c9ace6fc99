"""Buckets and containers, asked through obstore. What it raises is an ``ObjectError`` or a ``FileNotFoundError`` here.

Credentials, region and endpoint are in the environment, under the names that the programs of the three clouds use.
"""

import os
import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple, ParamSpec, TypeVar

from indexer.images.storage.errors import BadKeyError, ObjectError
from sleeve.errors import MissingExtraError, first_line

if TYPE_CHECKING:
    from obstore import GetResult
    from obstore.store import ClientConfig, ObjectStore, RetryConfig

SCHEMES = ("s3", "gs", "az")

FAILURES_IN_A_ROW = 8
"""After so many requests that a bucket did not answer, it is left alone for ``PAUSE_S``."""

PAUSE_S = 30.0

_ENDPOINTS = {
    "s3": ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"),
    "gs": ("GOOGLE_BASE_URL",),
    "az": ("AZURE_STORAGE_ENDPOINT", "AZURE_ENDPOINT"),
}
"""Variables of the environment that name another host than the cloud's own."""

_CODE = re.compile(r"<Code>(\w+)</Code>(?:.*?<Message>([^<]{1,160}))?", re.DOTALL)
_STATUS = re.compile(r"status code: (\d{3}[^:]*)")
_REFUSED = re.compile(r"status code: 4(?!29)")
"""An answer that asking again would not change."""

_CAUSE = re.compile(r"HTTP error: ([^\n]{1,80})")
_BAD_KEY = re.compile(r'Path "([^\n]*?)"(?:: | contained)')
_NO_BUCKET = {"NoSuchBucket", "ContainerNotFound"}

_Made = TypeVar("_Made")
_Asked = ParamSpec("_Asked")


class Found(NamedTuple):
    """An object in a listing."""

    key: str
    size_bytes: int
    tag: str


class Patience(NamedTuple):
    """How long a request may take, and how often it is tried again after 429, 5xx and broken connections."""

    connect_s: float = 5
    silent_s: float = 15
    """Without a byte of an answer."""

    tries: int = 5
    tries_s: float = 30
    request_s: float = 3600


PATIENCE = Patience()


class Bucket:
    """One bucket or container. Safe from several threads.

    Raises:
        MissingExtraError: obstore is not installed.
        ObjectError: the environment does not say enough to ask it.
    """

    def __init__(self, scheme: str, name: str) -> None:
        self.scheme = scheme
        self.name = name
        self._store = _store(scheme, name)
        self._failures = 0
        self._last_s = 0.0
        self._counting = Lock()

    def listed(self, prefix: str) -> Iterator[Found]:
        """Every object below a folder, in no order.

        Raises:
            BadKeyError: one of them has a key that no path can name; others are missing then.
            ObjectError: it cannot be listed.
        """
        import obstore

        pages = iter(self._asked(lambda: obstore.list(self._store, prefix=prefix or None, chunk_size=1000)))
        while (page := self._asked(lambda: next(pages, None))) is not None:
            for meta in page:
                yield Found(meta["path"], meta["size"], meta["e_tag"] or "")

    def in_folder(self, prefix: str) -> tuple[list[Found], list[str]]:
        """The objects in a folder, and the paths of the folders in it.

        Raises:
            BadKeyError, ObjectError: as for ``listed``.
        """
        import obstore

        found = self._asked(lambda: obstore.list_with_delimiter(self._store, prefix=prefix or None))
        objects = [Found(meta["path"], meta["size"], meta["e_tag"] or "") for meta in found["objects"]]
        return objects, list(found["common_prefixes"])

    def head(self, key: str) -> Found:
        """What is known of an object.

        Raises:
            FileNotFoundError: there is none.
            ObjectError: it cannot be asked for.
        """
        import obstore

        meta = self._asked(lambda: obstore.head(self._store, key))
        return Found(key, meta["size"], meta["e_tag"] or "")

    def get(self, key: str) -> "tuple[Found, GetResult]":
        """What is known of an object, and its bytes, which are still to come: see ``chunks``.

        Raises:
            FileNotFoundError, ObjectError: as for ``head``.
        """
        import obstore

        result = self._asked(lambda: obstore.get(self._store, key))
        return Found(key, result.meta["size"], result.meta["e_tag"] or ""), result

    def chunks(self, result: "GetResult", chunk_bytes: int) -> Iterator[bytes]:
        """The bytes of an object, piece by piece.

        Raises:
            ObjectError: they stop coming.
        """
        stream = iter(result.stream(min_chunk_size=chunk_bytes))
        while (chunk := self._asked(lambda: next(stream, None))) is not None:
            yield bytes(chunk)

    def _asked(self, ask: Callable[[], _Made]) -> _Made:
        from obstore.exceptions import BaseError, InvalidPathError

        with self._counting:
            if self._failures >= FAILURES_IN_A_ROW and time.monotonic() < self._last_s + PAUSE_S:
                raise ObjectError(f"{self.scheme}://{self.name} does not answer")
        try:
            made = ask()
        except (FileNotFoundError, InvalidPathError) as error:
            self._count(answered=True)
            raise self._translated(error) from error
        except (BaseError, ValueError, OSError) as error:
            self._count(answered=_REFUSED.search(str(error)) is not None)
            raise self._translated(error) from error
        self._count(answered=True)
        return made

    def _count(self, *, answered: bool) -> None:
        with self._counting:
            self._failures = 0 if answered else self._failures + 1
            self._last_s = time.monotonic()

    def _translated(self, error: Exception) -> OSError:
        """One line of what obstore says in many; never an address, which may hold a signature."""
        from obstore.exceptions import InvalidPathError

        text = str(error)
        code = _CODE.search(text)
        if code and code[1] in _NO_BUCKET:
            return ObjectError(f"there is no bucket {self.scheme}://{self.name}")
        if isinstance(error, FileNotFoundError):
            return FileNotFoundError(2, "there is no such object")
        if isinstance(error, InvalidPathError) or _BAD_KEY.search(text):
            key = _BAD_KEY.search(text)
            return BadKeyError(ascii(key[1])[1:-1] if key else "")
        if code:
            return ObjectError(f"the storage answers {code[1]}" + (f": {code[2].strip()}" if code[2] else ""))
        if status := _STATUS.search(text):
            return ObjectError(f"the storage answers {status[1].strip()}")
        if "redirect" in text.partition("Debug source")[0].lower():
            return ObjectError("the storage sends elsewhere; does AWS_REGION name the region of the bucket?")
        cause = _CAUSE.search(text)
        return ObjectError(f"the storage does not answer ({cause[1].strip()})" if cause else first_line(error))


@cache
def bucket(scheme: str, name: str) -> Bucket:
    """A bucket or container by its name."""
    return Bucket(scheme, name)


def _store(scheme: str, name: str) -> "ObjectStore":
    try:
        from obstore.exceptions import BaseError
        from obstore.store import AzureStore, GCSStore, S3Store
    except ImportError as error:
        raise MissingExtraError("object storage", "obstore", "storage") from error
    patience = PATIENCE
    # A plain connection only to where the operator says so.
    endpoint = next((value for each in _ENDPOINTS[scheme] if (value := os.environ.get(each))), "")
    emulated = scheme == "az" and os.environ.get("AZURE_STORAGE_USE_EMULATOR", "").lower() in {"1", "true"}
    client: ClientConfig = {
        "allow_http": endpoint.startswith("http://") or emulated,
        "connect_timeout": timedelta(seconds=patience.connect_s),
        "read_timeout": timedelta(seconds=patience.silent_s),
        "timeout": timedelta(seconds=patience.request_s),
        "user_agent": "sleeve/1",
    }
    retry: RetryConfig = {"max_retries": patience.tries, "retry_timeout": timedelta(seconds=patience.tries_s)}
    try:
        if scheme == "s3":
            return S3Store(name, client_options=client, retry_config=retry)
        if scheme == "gs":
            return GCSStore(name, client_options=client, retry_config=retry)
        return AzureStore(name, client_options=client, retry_config=retry)
    except (BaseError, ValueError) as error:
        raise ObjectError(f"{scheme}://{name} cannot be asked: {first_line(error)}") from error
