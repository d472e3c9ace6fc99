"""The names of covers: what anyone may read holds no folder of this machine, and no URL with what signs it."""

import re
from functools import lru_cache
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from typing import Annotated
from urllib.parse import urlsplit, urlunsplit

from pydantic import Field, PlainSerializer, SerializationInfo

from indexer.images.storage import is_object
from indexer.sources import is_server

WHOLE_NAMES = {"whole_names": True}
"""The context in which JSON is written for the owner of the catalogue; all other JSON has public names."""

_KEPT_PARTS = 2

_KEPT_NAMES = 20_000

_URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


@lru_cache(_KEPT_NAMES)
def public_name(file: str) -> str:
    """The name of a cover: the last two parts of an absolute path, a URL without user and query, of a music server's
    album only its id, all else as it is."""
    if is_server(file):
        return f"subsonic album {file.rpartition('=')[2]}"
    if is_object(file):
        return "/".join(file.split("/")[3:][-_KEPT_PARTS:])
    if _URL.match(file):
        return _public_url(file)
    path: PurePath = PurePosixPath(file)
    if PureWindowsPath(file).drive or file.startswith("\\"):
        path = PureWindowsPath(file)
    if not path.is_absolute() and not path.anchor and not file.startswith("~"):
        return file
    return "/".join(path.parts[1:][-_KEPT_PARTS:])


def _public_url(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return url.partition("?")[0].rpartition("/")[2]
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))


def _as_written(file: str, info: SerializationInfo) -> str:
    return file if info.context == WHOLE_NAMES else public_name(file)


FileName = Annotated[
    str,
    PlainSerializer(_as_written, return_type=str, when_used="json"),
    Field(
        description="the cover's file as it was added; over HTTP only the last two parts of an absolute path, and a "
        "URL without a query"
    ),
]
