"""The HTTP routes for those who run the service: health, readiness and metrics."""

from fastapi import APIRouter, Response

from service import schemas
from service.http.api import PROBLEM
from service.http.dependencies import HomeDep, LiveIndexDep, MetricsDep, UpkeepDep
from service.http.written_route import WrittenRoute
from sleeve.errors import VectorIndexError

router = APIRouter(tags=["health"], route_class=WrittenRoute)


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz", summary="Whether the service can answer", responses={503: PROBLEM})
def healthz(home: HomeDep) -> schemas.Health:
    """Answers `ok` if the database can be reached, else 503; the database is asked each time."""
    home.database.check()
    return schemas.Health(status="ok")


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", summary="Whether queries can be answered", responses={503: PROBLEM})
def readyz(upkeep: UpkeepDep, live_index: LiveIndexDep) -> schemas.Health:
    """Answers `ok` if the database can be reached, an index answers and is looked after; else 503 with the reason."""
    live_index.current()
    if not upkeep.is_running:
        raise VectorIndexError("the index is not looked after any more; restart the service")
    return schemas.Health(status="ok")


@router.get(
    "/metrics",
    summary="Metrics for Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def metrics(counted: MetricsDep, home: HomeDep, live_index: LiveIndexDep) -> Response:
    """Requests and stages with their times, the index's age, delta and tombstones, the size of the catalogue."""
    return Response(counted.exposition(home, live_index), media_type="text/plain; version=0.0.4; charset=utf-8")
