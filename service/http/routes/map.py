"""The HTTP route of the catalogue's map."""

from fastapi import APIRouter, Request, Response

from service import schemas
from service.http.api import API, PROBLEM
from service.http.caching import send
from service.http.dependencies import MapsDep

router = APIRouter(prefix=API, tags=["map"])


@router.get(
    "/map",
    summary="Every album's place on the map",
    response_class=Response,
    responses={
        200: {"model": schemas.MapSchema, "description": "The map"},
        304: {"description": "Not Modified"},
        404: PROBLEM,
        503: PROBLEM,
    },
)
def catalogue_map(request: Request, maps: MapsDep) -> Response:
    """Albums that look alike are near each other; the lists are parallel. 404 until `sleeve map` has run.

    Albums that were removed since then are left out; those that came since then are missing until it runs again.
    """
    body = maps.current()
    return send(
        request,
        body.content,
        body.compressed,
        etag=body.etag,
        media_type="application/json",
        cache_control="private, no-cache",
    )
