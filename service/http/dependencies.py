"""What the routes are given: what the lifespan built, which albums are allowed, the album that the path names.

All are coroutines, though they wait for nothing: FastAPI sends every plain function through a thread of its own.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request
from starlette.exceptions import HTTPException

from db.records import CatalogueFilter
from indexer.home import Home
from service.actions.adding import Adder
from service.answers.classify import Classifier
from service.answers.live_index import LiveIndex
from service.answers.recommender import Recommender
from service.answers.records import MAX_K, Outline, SimilarRequest
from service.answers.search import Search
from service.http.kept_answers import KeptAnswers
from service.http.maps import Maps
from service.http.metrics import Metrics
from service.http.protection.rate_limit import Allowance
from service.http.thumbnails import Thumbnails
from service.schemas import MAX_ID
from service.schemas.corners import OUTLINE_HELP, parse_outline
from service.schemas.filters import GENRE_HELP, MAX_CONDITIONS, WHERE_HELP, YEARS_HELP, catalogue_filter
from service.upkeep import Upkeep
from sleeve.vocabulary import AlbumId, CoverId, Fact, ListName, Side


def _built(name: str) -> Any:
    """A dependency on what the lifespan (see ``service.http.app.State``) or a middleware put under this name."""

    async def find(request: Request) -> Any:
        return getattr(request.state, name)

    return Depends(find)


OnList = Annotated[ListName | None, Query(alias="list", description="only albums on this list")]
Where = Annotated[
    list[str],
    Query(max_length=MAX_CONDITIONS, description=f"only albums with a cover of which this is said: {WHERE_HELP}"),
]


async def _allowed(
    genre: Annotated[str | None, Query(description=f"only albums of this genre; {GENRE_HELP}")] = None,
    year: Annotated[str | None, Query(description=f"only albums of these years: {YEARS_HELP}")] = None,
    artist: Annotated[str | None, Query(description="only albums of this artist")] = None,
    on_list: OnList = None,
    where: Where = [],  # noqa: B006
) -> CatalogueFilter:
    return _filter(genre, year, artist, None, on_list, where)


async def _listed(
    allowed: Annotated[CatalogueFilter, Depends(_allowed)],
    missing: Annotated[Fact | None, Query(description="only albums that lack this")] = None,
) -> CatalogueFilter:
    return replace(allowed, missing=missing)


async def _similar_request(
    k: Annotated[int, Query(ge=1, le=MAX_K, description="how many albums")] = 10,
    genre: Annotated[str | None, Query(description=f"only albums of this genre; {GENRE_HELP}")] = None,
    year: Annotated[str | None, Query(description=f"only albums of these years: {YEARS_HELP}")] = None,
    artist: Annotated[str | None, Query(description="only albums of this artist")] = None,
    side: Annotated[Side | None, Query(description="only front or back covers")] = None,
    on_list: OnList = None,
    min_similarity: Annotated[float, Query(ge=-1, le=1, description="only albums at least so similar")] = -1,
    per_artist: Annotated[int | None, Query(ge=1, le=MAX_K, description="the most albums of one artist")] = None,
    where: Where = [],  # noqa: B006
) -> SimilarRequest:
    return SimilarRequest(k, _filter(genre, year, artist, side, on_list, where), min_similarity, per_artist)


def _filter(
    genre: str | None,
    year: str | None,
    artist: str | None,
    side: Side | None,
    on_list: ListName | None,
    where: Sequence[str],
) -> CatalogueFilter:
    try:
        return catalogue_filter(genre, year, artist, side, on_list, where)
    except ValueError as error:
        raise HTTPException(422, str(error)) from error


async def _outline(
    outline: Annotated[str | None, Query(max_length=200, description=OUTLINE_HELP)] = None,
) -> Outline | None:
    try:
        return None if outline is None else parse_outline(outline)
    except ValueError as error:
        raise HTTPException(422, str(error)) from error


async def _album_id(album_id: Annotated[int, Path(ge=1, le=MAX_ID)]) -> AlbumId:
    return AlbumId(album_id)


async def _other_album_id(other_id: Annotated[int, Path(ge=1, le=MAX_ID)]) -> AlbumId:
    return AlbumId(other_id)


async def _cover_id(cover_id: Annotated[int, Path(ge=1, le=MAX_ID)]) -> CoverId:
    return CoverId(cover_id)


HomeDep = Annotated[Home, _built("home")]
LiveIndexDep = Annotated[LiveIndex, _built("live_index")]
SearchDep = Annotated[Search, _built("search")]
ClassifierDep = Annotated[Classifier, _built("classifier")]
RecommenderDep = Annotated[Recommender, _built("recommender")]
AdderDep = Annotated[Adder, _built("adder")]
UpkeepDep = Annotated[Upkeep, _built("upkeep")]
AllowanceDep = Annotated[Allowance, _built("allowance")]
KeptAnswersDep = Annotated[KeptAnswers, _built("kept_answers")]
MapsDep = Annotated[Maps, _built("maps")]
MetricsDep = Annotated[Metrics, _built("metrics")]
ThumbnailsDep = Annotated[Thumbnails, _built("thumbnails")]

FilterDep = Annotated[CatalogueFilter, Depends(_allowed)]
ListFilterDep = Annotated[CatalogueFilter, Depends(_listed)]
SimilarRequestDep = Annotated[SimilarRequest, Depends(_similar_request)]
OutlineDep = Annotated[Outline | None, Depends(_outline)]
AlbumIdDep = Annotated[AlbumId, Depends(_album_id)]
OtherAlbumIdDep = Annotated[AlbumId, Depends(_other_album_id)]
CoverIdDep = Annotated[CoverId, Depends(_cover_id)]
