"""The HTTP routes: read the request, ask, answer with the schemas."""

from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from db import albums
from db.vocabulary import AlbumId, CoverId, Side
from service import schemas
from service.assembly import Catalogue
from service.classify import Classifier
from service.filters import YEARS_HELP, catalogue_filter
from service.image_urls import ImageUrls
from service.records import MAX_K, SimilarRequest
from service.search import Search
from service.thumbnails import MAX_SIZE_PX, MIN_SIZE_PX, PictureFormat, Thumbnails, size_made

router = APIRouter()

AskedByJson = TypeVar("AskedByJson", bound=schemas.CoverQuery)

_PROBLEM: dict[str, Any] = {"model": schemas.Problem, "content": {"application/problem+json": {}}}
_PROBLEMS: dict[int | str, dict[str, Any]] = {404: _PROBLEM, 422: _PROBLEM, 503: _PROBLEM}
_QUERY_PROBLEMS = {**_PROBLEMS, 400: _PROBLEM, 413: _PROBLEM, 415: _PROBLEM}
_IMAGE = {"type": "object", "required": ["image"], "properties": {"image": {"type": "string", "format": "binary"}}}


def _body_of(query: type[schemas.CoverQuery]) -> dict[str, Any]:
    """What a query may send, for the description of the API."""
    json = {"schema": query.model_json_schema()}
    content = {"multipart/form-data": {"schema": _IMAGE}, "application/json": json}
    return {"requestBody": {"required": True, "content": content}}


def _catalogue(request: Request) -> Catalogue:
    catalogue: Catalogue = request.state.catalogue
    return catalogue


def _search(request: Request) -> Search:
    search: Search = request.state.search
    return search


def _classifier(request: Request) -> Classifier:
    classifier: Classifier = request.state.classifier
    return classifier


def _similar_request(
    k: Annotated[int, Query(ge=1, le=MAX_K, description="how many albums")] = 10,
    genre: Annotated[str | None, Query(description="only albums of this genre")] = None,
    year: Annotated[str | None, Query(description=f"only albums of these years: {YEARS_HELP}")] = None,
    artist: Annotated[str | None, Query(description="only albums of this artist")] = None,
    side: Annotated[Side | None, Query(description="only front or back covers")] = None,
) -> SimilarRequest:
    try:
        return SimilarRequest(k, catalogue_filter(genre, year, artist, side))
    except ValueError as error:
        raise HTTPException(422, str(error)) from error


@router.get("/healthz", summary="Whether the service can answer", tags=["health"], responses={503: _PROBLEM})
def healthz(catalogue: Annotated[Catalogue, Depends(_catalogue)]) -> schemas.Health:
    """Answers `ok` where the database can be reached, and 503 where it cannot; it is asked each time."""
    catalogue.database.check()
    return schemas.Health(status="ok")


@router.post(
    "/api/v1/similar",
    summary="Albums that look like an image, an album or what a text describes",
    tags=["similar"],
    responses=_QUERY_PROBLEMS,
    openapi_extra=_body_of(schemas.SimilarQuery),
)
async def similar(
    request: Request,
    search: Annotated[Search, Depends(_search)],
    wanted: Annotated[SimilarRequest, Depends(_similar_request)],
) -> schemas.SimilarSchema:
    """Send an image as the multipart field `image`, or as JSON `{"album_id": …}`, `{"text": "foggy forest"}` or
    `{"image_url": "https://…"}`.

    The answer holds one row an album, nearest first; the album that asked is left out. A text is answered where the
    model in use has a text tower, and with 422 where it has none.
    """
    asked = await _asked(request, schemas.SimilarQuery)
    if isinstance(asked, Upload):
        found = await run_in_threadpool(search.by_image, asked.data, wanted)
        return schemas.SimilarSchema.of(schemas.Query(file=asked.name), found)
    if asked.text is not None:
        found = await run_in_threadpool(search.by_text, asked.text, wanted)
    else:
        assert asked.album_id is not None  # one of them is there: see ``CoverQuery``
        found = await run_in_threadpool(search.by_album, AlbumId(asked.album_id), wanted)
    return schemas.SimilarSchema.of(schemas.Query(album_id=asked.album_id, text=asked.text), found)


@router.post(
    "/api/v1/classify",
    summary="The genre of an image or an album",
    tags=["classify"],
    responses=_QUERY_PROBLEMS,
    openapi_extra=_body_of(schemas.CoverQuery),
)
async def classify(request: Request, classifier: Annotated[Classifier, Depends(_classifier)]) -> schemas.ClassifySchema:
    """Send an image as the multipart field `image`, or `{"album_id": …}` or `{"image_url": "https://…"}` as JSON.

    The answer shows each genre's probability, what the neighbours' vote and the head said, and who voted.
    """
    asked = await _asked(request, schemas.CoverQuery)
    if isinstance(asked, Upload):
        found = await run_in_threadpool(classifier.by_image, asked.data)
        return schemas.ClassifySchema.of(schemas.Query(file=asked.name), found)
    assert asked.album_id is not None  # one of them is there: see ``CoverQuery``
    found = await run_in_threadpool(classifier.by_album, AlbumId(asked.album_id))
    return schemas.ClassifySchema.of(schemas.Query(album_id=asked.album_id), found)


@router.get("/api/v1/albums/{album_id}", summary="One album", tags=["albums"], responses=_PROBLEMS)
def album(
    album_id: Annotated[int, Path(ge=1, le=schemas.MAX_ID)], catalogue: Annotated[Catalogue, Depends(_catalogue)]
) -> schemas.AlbumSchema:
    """An album with its genres and covers."""
    with catalogue.database.reading() as session:
        return schemas.AlbumSchema.of(albums.album(session, AlbumId(album_id)))


@router.get(
    "/api/v1/covers/{cover_id}/image",
    summary="A cover as a picture",
    tags=["albums"],
    response_class=Response,
    responses={
        **_PROBLEMS,
        200: {"content": {"image/webp": {}, "image/jpeg": {}}},
        304: {"description": "Not Modified"},
    },
)
def cover_image(
    request: Request,
    cover_id: Annotated[int, Path(ge=1, le=schemas.MAX_ID)],
    catalogue: Annotated[Catalogue, Depends(_catalogue)],
    size: Annotated[
        int, Query(ge=MIN_SIZE_PX, le=MAX_SIZE_PX, description="longer side, pixels; the next size up that is made")
    ] = 384,
    format: Annotated[  # the name that the API has for it
        PictureFormat | None, Query(description="by default WebP where the client accepts it")
    ] = None,
) -> Response:
    """The cover as a picture of 96, 192, 384, 768, 1536 or 2048 pixels, and no larger than it is."""
    with catalogue.database.reading() as session:
        cover = albums.cover(session, CoverId(cover_id))
    size_px = size_made(size)
    kind = format or (PictureFormat.WEBP if "image/webp" in request.headers.get("accept", "") else PictureFormat.JPEG)
    etag = f'"{cover.content_hash[:32]}-{size_px}-{kind}"'
    headers = {"ETag": etag, "Cache-Control": "private, max-age=86400", "Vary": "Accept"}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    thumbnails: Thumbnails = request.state.thumbnails
    picture = thumbnails.picture(cover, size_px, kind)
    return Response(picture, media_type=f"image/{kind}", headers=headers)


@dataclass(frozen=True, slots=True)
class Upload:
    """An image that came with a request, under the name that its sender gave it."""

    name: str | None
    data: bytes


async def _asked(request: Request, query: type[AskedByJson]) -> Upload | AskedByJson:
    """What a query asks about: an image, uploaded or fetched from its URL, or what its JSON says."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return await _uploaded_image(request)
    if kind == "application/json":
        try:
            asked = query.model_validate_json(await request.body())
        except ValidationError as error:
            raise RequestValidationError(error.errors(include_url=False, include_context=False)) from error
        if asked.image_url is None:
            return asked
        image_urls: ImageUrls = request.state.image_urls
        return Upload(asked.image_url, await image_urls.image(asked.image_url))
    raise HTTPException(415, 'send multipart/form-data with a field `image`, or JSON such as {"album_id": 1}')


async def _uploaded_image(request: Request) -> Upload:
    async with request.form(max_files=1, max_fields=8) as form:
        image = form.get("image")
        if not isinstance(image, UploadFile):
            raise HTTPException(422, "the multipart field `image` holds no file")
        return Upload(image.filename, await image.read())
