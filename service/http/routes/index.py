"""The HTTP routes about the index: how it is, rebuilding it, and watching that."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from db import index_versions
from indexer.index_job import JobPhase, JobState, last_job
from service import schemas
from service.assembly import Catalogue
from service.http.requests import API, PROBLEM, TheCatalogue, ThePairs
from service.live_pair import LivePair
from service.rollback import roll_back
from service.upkeep import Upkeep

LOOK_EVERY_S = 0.25
"""How often watching looks for news."""

router = APIRouter(prefix=f"{API}/index", tags=["index"])


def _home(request: Request) -> Path:
    catalogue: Catalogue = request.state.catalogue
    return catalogue.settings.folder


def _upkeep(request: Request) -> Upkeep:
    upkeep: Upkeep = request.state.upkeep
    return upkeep


@router.get("", summary="The index that answers", responses={503: PROBLEM})
def index(catalogue: TheCatalogue, pairs: ThePairs) -> schemas.IndexSchema:
    """Its version, kind and bundle, what is searched beside it, what in it was removed, and the work on it."""
    return _state(catalogue, pairs)


@router.get("/versions", summary="The index versions that are kept", responses={503: PROBLEM})
def versions(catalogue: TheCatalogue) -> schemas.VersionsSchema:
    """Newest first, one of them live. `POST /api/v1/index/rollback` goes to the one before that."""
    with catalogue.database.reading() as session:
        kept = index_versions.versions(session)
    return schemas.VersionsSchema(versions=[schemas.VersionSchema.of(version) for version in kept])


@router.post("/rollback", summary="Go back to the version before", responses={404: PROBLEM, 409: PROBLEM, 503: PROBLEM})
def rollback(catalogue: TheCatalogue, pairs: ThePairs) -> schemas.IndexSchema:
    """Makes the version before the live one live; 404 where there is none. No album is lost or comes back by it.

    This worker has followed when it answers, the others follow with their next request.
    """
    roll_back(catalogue)
    pairs.current()
    pairs.settle()
    return _state(catalogue, pairs)


def _state(catalogue: Catalogue, pairs: LivePair) -> schemas.IndexSchema:
    version = pairs.current().version
    record, drift = version.record, catalogue.versions.drift(version)
    job = last_job(catalogue.settings.folder)
    return schemas.IndexSchema(
        version=record.folder,
        kind=version.index.kind,
        bundle=record.bundle.name,
        count=record.count,
        recall=record.recall,
        created_at=record.created_at,
        age_s=(datetime.now(UTC) - record.created_at).total_seconds(),
        delta=drift.delta,
        tombstones=drift.tombstones,
        problem=pairs.problem,
        job=None if job is None else schemas.JobSchema.of(job),
    )


@router.post(
    "/rebuild", status_code=202, summary="Build the index from nothing", responses={409: PROBLEM, 503: PROBLEM}
)
def rebuild(home: Annotated[Path, Depends(_home)], upkeep: Annotated[Upkeep, Depends(_upkeep)]) -> schemas.JobSchema:
    """Starts and answers at once; 409 while any process is at work on the index. Nothing is embedded again.

    The index that answers stays until the new one has passed its gate.
    """
    upkeep.rebuild()
    job = last_job(home)
    assert job is not None
    return schemas.JobSchema.of(job)


@router.get(
    "/rebuild/events",
    summary="Watch the work on the index",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}}},
)
async def events(request: Request, home: Annotated[Path, Depends(_home)]) -> StreamingResponse:
    """Server-sent events: `progress` as it goes, then one named `done`, `failed` or `interrupted`, which is the last.

    The data of each is the job as JSON. Without work under way the last one's end is told; `none` before the first.
    The stream ends early where the service stops.
    """
    told = _told(home, request.state.stopping)
    return StreamingResponse(told, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


async def _told(home: Path, stopping: Event) -> AsyncIterator[str]:
    told: JobState | None = None
    while not stopping.is_set():
        job = await run_in_threadpool(last_job, home)
        if job is None:
            yield "event: none\ndata: {}\n\n"
            return
        if job != told:
            name = "progress" if job.phase is JobPhase.RUNNING else job.phase
            yield f"event: {name}\ndata: {schemas.JobSchema.of(job).model_dump_json()}\n\n"
        if job.phase is not JobPhase.RUNNING:
            return
        told = job
        await asyncio.sleep(LOOK_EVERY_S)
