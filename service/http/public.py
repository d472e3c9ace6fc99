"""What anyone may read: no absolute path, no address of the database, no URL with what signs it."""

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from typing import TypeVar
from urllib.parse import urlsplit, urlunsplit

from db.records import AlbumPage, AlbumRecord, LinkedAlbums
from indexer.images.storage import is_object
from indexer.jobs.running import JobState
from indexer.sources import is_server
from service.answers.find import FoundPage
from service.answers.records import ClassifyAnswer, Neighbour, SimilarAnswer, Verdict
from sleeve.errors import BundleError, CatalogueError, OutputError, SleeveError, VectorIndexError

_KEPT_PARTS = 2

_KEPT_NAMES = 20_000

_URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_PLACE = re.compile(r"(?:^|[\s('\"`,;:=])(?:/[^/\s]|~[/\\]|[A-Za-z]:[\\/]|\\\\)|://")
"""Where a text names an absolute path or a URL."""

INDEX = "the index cannot be used now"

_SUBJECTS = {
    CatalogueError: "the catalogue cannot be used now",
    VectorIndexError: INDEX,
    BundleError: "the model cannot be used now",
    OutputError: "a file cannot be written",
}

Answer = TypeVar("Answer", SimilarAnswer, ClassifyAnswer)


def public_text(text: str, subject: str) -> str:
    """A text as it is, or only its subject if it names a place on this machine or on another."""
    return f"{subject}; the service's log says why" if _PLACE.search(text) else text


def public_message(error: SleeveError) -> str:
    """What an error says, or only what it is about if it names a place."""
    subjects = (subject for kind, subject in _SUBJECTS.items() if isinstance(error, kind))
    return public_text(str(error), next(subjects, "this cannot be done"))


@lru_cache(_KEPT_NAMES)
def public_file(file: str) -> str:
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


def public_album(album: AlbumRecord) -> AlbumRecord:
    """An album whose covers have public names."""
    return replace(album, covers=tuple(replace(cover, file=public_file(cover.file)) for cover in album.covers))


def public_linked(pair: LinkedAlbums) -> LinkedAlbums:
    """A pair of albums whose covers have public names."""
    one, other = map(public_album, pair.albums)
    return replace(pair, albums=(one, other))


def public_page(page: AlbumPage) -> AlbumPage:
    """A page of albums whose covers have public names."""
    return replace(page, albums=tuple(map(public_album, page.albums)))


def public_found(page: FoundPage) -> FoundPage:
    """A page of found albums whose covers have public names."""
    return replace(page, albums=tuple(replace(found, album=public_album(found.album)) for found in page.albums))


def public_neighbours(neighbours: Iterable[Neighbour]) -> tuple[Neighbour, ...]:
    """Neighbours with public names."""
    return tuple(replace(neighbour, file=public_file(neighbour.file)) for neighbour in neighbours)


def public_verdict(verdict: Verdict) -> Verdict:
    """A verdict whose albums have public names."""
    album, alike, runner_up = (
        one and replace(one, file=public_file(one.file)) for one in (verdict.album, verdict.alike, verdict.runner_up)
    )
    return replace(verdict, album=album, alike=alike, runner_up=runner_up)


def public_answer(answer: Answer) -> Answer:
    """An answer whose neighbours and verdict have public names."""
    verdict = None if answer.verdict is None else public_verdict(answer.verdict)
    return replace(answer, neighbours=public_neighbours(answer.neighbours), verdict=verdict)


def public_job(job: JobState) -> JobState:
    """A job that names no place in what it says about its end."""
    return job.model_copy(update={"detail": public_text(job.detail, "the work on the index failed")})
