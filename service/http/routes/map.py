"""The HTTP routes of the catalogue's map: what is on it, and drawing it again."""

from fastapi import APIRouter, Request, Response

from indexer.files import is_locked
from service import schemas
from service.http.api import API, PROBLEM
from service.http.caching import send_body
from service.http.dependencies import HomeDep, MapsDep, UpkeepDep
from service.http.written_route import WrittenRoute

router = APIRouter(prefix=API, tags=["map"], route_class=WrittenRoute)


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
    return send_body(request, maps.current())


@router.post("/map", status_code=202, summary="Draw the map again", responses={409: PROBLEM, 503: PROBLEM})
def draw(upkeep: UpkeepDep) -> schemas.MapWorkSchema:
    """Starts and answers at once; 409 while it is being drawn. The present map stays until the new one is there."""
    upkeep.draw_map()
    return schemas.MapWorkSchema(drawing=True)


@router.get("/map/work", summary="Whether the map is being drawn", responses={503: PROBLEM})
def work(home: HomeDep) -> schemas.MapWorkSchema:
    """In whatever process."""
    return schemas.MapWorkSchema(drawing=is_locked(home.map_lock))
