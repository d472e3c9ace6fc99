"""The HTTP routes of the web app: one page for every view, and the files it loads."""

from functools import cache
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from starlette.exceptions import HTTPException

from db import albums
from indexer.report.place import remembered, shown_file
from service.http.api import API
from service.http.caching import ASK_EACH_TIME, FOR_GOOD, send
from service.http.dependencies import HomeDep
from service.http.problems import on_http_error
from service.http.web_files import FIRST_VIEW, PAGE, WebFile, WebFiles, about_album, read_web_files, web_file
from service.http.written_route import WrittenRoute
from service.schemas import MAX_ID
from sleeve.errors import SleeveError
from sleeve.vocabulary import AlbumId

READ = ["GET", "HEAD"]

REPORT_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The report is one file without scripts, whose pictures and styles are in it."""

router = APIRouter(include_in_schema=False, route_class=WrittenRoute)

_ALBUM = "album"


@router.api_route("/", methods=READ)
@router.api_route("/map", methods=READ)
@router.api_route("/catalogue", methods=READ)
@router.api_route("/index", methods=READ)
@router.api_route("/duplicates", methods=READ)
@router.api_route("/compare", methods=READ)
@router.api_route("/queue", methods=READ)
@router.api_route("/docs", methods=READ)
def page(request: Request) -> Response:
    """The page; it shows the view that its address names."""
    return _sent(request, _page(request, request.scope["path"].strip("/")), ASK_EACH_TIME)


@router.api_route("/album/{album_id}", methods=READ)
def album_page(request: Request, album_id: Annotated[int, Path(ge=1, le=MAX_ID)], home: HomeDep) -> Response:
    """The page, about one album: it names it and its cover for whoever shows a link to it."""
    try:
        with home.database.reading() as session:
            album = albums.album(session, AlbumId(album_id))
    except SleeveError:  # the page says what is wrong
        return _sent(request, _page(request, _ALBUM), ASK_EACH_TIME)
    content = about_album(_page(request, _ALBUM).content, album, request.state.root_path)
    return _sent(request, web_file(PAGE, content), ASK_EACH_TIME)


def on_not_found(request: Request, error: Exception) -> Response:
    """For a person who followed a wrong link the page, which says so; for programs a problem document."""
    wants_page = request.method in READ and "text/html" in request.headers.get("accept", "")
    if not wants_page or request.scope["path"].startswith((f"{API}/", "/static/")):
        return on_http_error(request, error)
    answer = page(request)
    answer.status_code = HTTPStatus.NOT_FOUND
    return answer


@router.api_route("/report/{name}", methods=READ)
def report(request: Request, name: str, home: HomeDep) -> Response:
    """The page of the last `sleeve report`, and its figures."""
    folder = remembered(home.report_place_file)
    data = None if folder is None else shown_file(folder, name)
    if data is None:
        raise HTTPException(404, "there is no such part of a report here; `sleeve report` writes one")
    answer = _sent(request, web_file(name, data), ASK_EACH_TIME)
    answer.headers["Content-Security-Policy"] = REPORT_POLICY
    return answer


@router.api_route("/static/{version}/{name:path}", methods=READ)
def static(request: Request, version: str, name: str) -> Response:
    """A file of the app. A page of another version gets it too, but must ask again."""
    files = _files(request.state.root_path)
    found = files.files.get(name)
    if found is None:
        raise HTTPException(404, "the web app has no such file")
    return _sent(request, found, FOR_GOOD if version == files.version else ASK_EACH_TIME)


def _page(request: Request, view: str) -> WebFile:
    pages = _files(request.state.root_path).pages
    return pages.get(view, pages[FIRST_VIEW])


@cache
def _files(root_path: str) -> WebFiles:
    return read_web_files(root_path=root_path)


def _sent(request: Request, file: WebFile, cache_control: str) -> Response:
    return send(
        request,
        file.content,
        file.compressed,
        etag=file.etag,
        media_type=file.media_type,
        cache_control=cache_control,
    )
