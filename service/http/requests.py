"""What the routes share: what a request can reach, its filters, the images it brings, the problems it can have."""

from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from db.records import CatalogueFilter
from indexer.home import Home
from service import schemas
from service.adding import Adder
from service.answers.classify import Classifier
from service.answers.live_index import LiveIndex
from service.answers.recommender import Recommender
from service.answers.records import MAX_EXAMPLES, MAX_K, SimilarRequest, Upload
from service.answers.search import Search
from service.filters import GENRE_HELP, YEARS_HELP, catalogue_filter
from service.http.image_urls import ImageUrls
from sleeve.vocabulary import AlbumId, Side

Asked = TypeVar("Asked", bound=BaseModel)

API = "/api/v1"

PROBLEM: dict[str, Any] = {"model": schemas.Problem, "content": {"application/problem+json": {}}}
PROBLEMS: dict[int | str, dict[str, Any]] = {404: PROBLEM, 422: PROBLEM, 503: PROBLEM}
QUERY_PROBLEMS = {**PROBLEMS, 400: PROBLEM, 413: PROBLEM, 415: PROBLEM}

FILE_FIELD: dict[str, Any] = {"type": "string", "format": "binary"}
FILES_FIELD: dict[str, Any] = {"type": "array", "items": FILE_FIELD}


def body(form: dict[str, Any], json: type[BaseModel]) -> dict[str, Any]:
    """What a query may send, a form or JSON, for the description of the API."""
    shape = {"type": "object", "properties": form, "required": ["image"]}
    content = {"multipart/form-data": {"schema": shape}, "application/json": {"schema": json.model_json_schema()}}
    return {"requestBody": {"required": True, "content": content}}


def _home(request: Request) -> Home:
    home: Home = request.state.home
    return home


def _live_index(request: Request) -> LiveIndex:
    live_index: LiveIndex = request.state.live_index
    return live_index


def _search(request: Request) -> Search:
    search: Search = request.state.search
    return search


def _classifier(request: Request) -> Classifier:
    classifier: Classifier = request.state.classifier
    return classifier


def _recommender(request: Request) -> Recommender:
    recommender: Recommender = request.state.recommender
    return recommender


def _adder(request: Request) -> Adder:
    adder: Adder = request.state.adder
    return adder


def _allowed(
    genre: Annotated[str | None, Query(description=f"only albums of this genre; {GENRE_HELP}")] = None,
    year: Annotated[str | None, Query(description=f"only albums of these years: {YEARS_HELP}")] = None,
    artist: Annotated[str | None, Query(description="only albums of this artist")] = None,
) -> CatalogueFilter:
    return _filter(genre, year, artist, None)


def _similar_request(
    k: Annotated[int, Query(ge=1, le=MAX_K, description="how many albums")] = 10,
    genre: Annotated[str | None, Query(description=f"only albums of this genre; {GENRE_HELP}")] = None,
    year: Annotated[str | None, Query(description=f"only albums of these years: {YEARS_HELP}")] = None,
    artist: Annotated[str | None, Query(description="only albums of this artist")] = None,
    side: Annotated[Side | None, Query(description="only front or back covers")] = None,
) -> SimilarRequest:
    return SimilarRequest(k, _filter(genre, year, artist, side))


def _filter(genre: str | None, year: str | None, artist: str | None, side: Side | None) -> CatalogueFilter:
    try:
        return catalogue_filter(genre, year, artist, side)
    except ValueError as error:
        raise HTTPException(422, str(error)) from error


def _album_id(album_id: Annotated[int, Path(ge=1, le=schemas.MAX_ID)]) -> AlbumId:
    return AlbumId(album_id)


TheHome = Annotated[Home, Depends(_home)]
TheLiveIndex = Annotated[LiveIndex, Depends(_live_index)]
TheSearch = Annotated[Search, Depends(_search)]
TheClassifier = Annotated[Classifier, Depends(_classifier)]
TheRecommender = Annotated[Recommender, Depends(_recommender)]
TheAdder = Annotated[Adder, Depends(_adder)]
Allowed = Annotated[CatalogueFilter, Depends(_allowed)]
Wanted = Annotated[SimilarRequest, Depends(_similar_request)]
TheAlbumId = Annotated[AlbumId, Depends(_album_id)]


async def asked(request: Request, json: type[Asked], *, images: int) -> tuple[list[Upload], FormData] | Asked:
    """What a query asks with: 1 to ``images`` images and the form that they came in, or what its JSON says.

    An image that the JSON names by its URL is fetched, and counts as uploaded.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return await _uploads(request, images)
    if kind == "application/json":
        question = validated(json, await request.body())
        if not isinstance(question, schemas.UrlQuery) or question.image_url is None:
            return question
        image_urls: ImageUrls = request.state.image_urls
        return [Upload(question.image_url, await image_urls.image(question.image_url))], FormData()
    raise HTTPException(415, 'send multipart/form-data with a field `image`, or JSON such as {"album_id": 1}')


def validated(model: type[Asked], data: bytes | dict[str, Sequence[object]]) -> Asked:
    """A request's JSON, or fields of its form, as what it means; raises what becomes a 422."""
    try:
        return model.model_validate_json(data) if isinstance(data, bytes) else model.model_validate(data)
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_url=False, include_context=False)) from error


async def _uploads(request: Request, images: int) -> tuple[list[Upload], FormData]:
    async with request.form(max_files=images, max_fields=2 * MAX_EXAMPLES + 8) as form:
        files = form.getlist("image")
        if not files or not all(isinstance(file, UploadFile) for file in files):
            raise HTTPException(422, "the multipart field `image` holds no file")
        read = [Upload(file.filename, await file.read()) for file in files if isinstance(file, UploadFile)]
        return read, form
