"""The HTTP routes: health and pictures here, every other noun in a module of its own."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from db import albums
from db.vocabulary import CoverId
from service import schemas
from service.album_routes import router as album_router
from service.catalogue_routes import router as catalogue_router
from service.classify_routes import router as classify_router
from service.requests import PROBLEM, PROBLEMS, TheCatalogue
from service.similar_routes import router as similar_router
from service.thumbnails import MAX_SIZE_PX, MIN_SIZE_PX, thumbnail

router = APIRouter()
for _routes in (similar_router, classify_router, album_router, catalogue_router):
    router.include_router(_routes, prefix="/api/v1")


@router.get("/healthz", summary="Whether the service can answer", tags=["health"], responses={503: PROBLEM})
def healthz(catalogue: TheCatalogue) -> schemas.Health:
    """Answers `ok` where the database can be reached, and 503 where it cannot; it is asked each time."""
    catalogue.database.check()
    return schemas.Health(status="ok")


@router.get(
    "/api/v1/covers/{cover_id}/image",
    summary="A cover as a picture",
    tags=["albums"],
    response_class=Response,
    responses={**PROBLEMS, 200: {"content": {"image/jpeg": {}}}, 304: {"description": "Not Modified"}},
)
def cover_image(
    request: Request,
    cover_id: Annotated[int, Path(ge=1, le=schemas.MAX_ID)],
    catalogue: TheCatalogue,
    size: Annotated[int, Query(ge=MIN_SIZE_PX, le=MAX_SIZE_PX, description="longer side, pixels")] = 512,
) -> Response:
    """The cover as JPEG, no larger than `size` and no larger than it is."""
    with catalogue.database.reading() as session:
        cover = albums.cover(session, CoverId(cover_id))
    headers = {"ETag": f'"{cover.content_hash[:32]}-{size}"', "Cache-Control": "private, max-age=86400"}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    picture = thumbnail(cover.path, size, catalogue.limits)
    return Response(picture, media_type="image/jpeg", headers=headers)
