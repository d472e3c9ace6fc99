"""The HTTP routes for those who run the service: readiness and metrics."""

from typing import Any

from fastapi import APIRouter, Request, Response

from service import schemas
from service.assembly import Catalogue
from service.live_pair import LivePair
from service.metrics import Metrics

router = APIRouter(tags=["health"])

_PROBLEM: dict[str, Any] = {"model": schemas.Problem, "content": {"application/problem+json": {}}}


@router.get("/readyz", summary="Whether queries can be answered", responses={503: _PROBLEM})
def readyz(request: Request) -> schemas.Health:
    """Answers `ok` where the database can be reached and an index answers, and 503 with the reason where not."""
    pairs: LivePair = request.state.pairs
    pairs.current()
    return schemas.Health(status="ok")


@router.get(
    "/metrics",
    summary="Metrics for Prometheus",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def metrics(request: Request) -> Response:
    """Requests and stages with their times, the index's age, delta and tombstones, the size of the catalogue."""
    catalogue: Catalogue = request.state.catalogue
    pairs: LivePair = request.state.pairs
    counted: Metrics = request.state.metrics
    return Response(counted.exposition(catalogue, pairs), media_type="text/plain; version=0.0.4; charset=utf-8")
