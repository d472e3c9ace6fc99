"""The HTTP routes about the index: how it is, rebuilding it, and watching that."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from threading import Event
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from indexer.home import Home
from indexer.jobs.roll_back import roll_back
from indexer.jobs.running import JobPhase, JobState, last_job
from indexer.progress import Silent
from service import schemas
from service.answers.live_index import LiveIndex
from service.http.api import API, PROBLEM
from service.http.dependencies import HomeDep, LiveIndexDep, UpkeepDep
from service.http.public import INDEX, public_job, public_text
from service.http.written_route import WrittenRoute, on_thread

LOOK_EVERY_S = 0.25
"""How often watching looks for news."""

MAX_VERSION_CHARACTERS = 100

router = APIRouter(prefix=f"{API}/index", tags=["index"], route_class=WrittenRoute)


@router.get("", summary="The index that answers", responses={503: PROBLEM})
def index(home: HomeDep, live_index: LiveIndexDep) -> schemas.IndexSchema:
    """Its version, kind and bundle, how many newer vectors are searched as well, how many were removed, and its job."""
    return _state(home, live_index)


@router.get("/versions", summary="The index versions that are kept", responses={503: PROBLEM})
def versions(home: HomeDep) -> schemas.VersionsSchema:
    """Newest first, one of them live. `POST /api/v1/index/rollback` goes to the one before that."""
    return schemas.VersionsSchema.of(home.versions.kept(), home.versions.arguments)


@router.post("/rollback", summary="Go back to the version before", responses={404: PROBLEM, 409: PROBLEM, 503: PROBLEM})
def rollback(home: HomeDep, live_index: LiveIndexDep) -> schemas.IndexSchema:
    """Makes the version before the live one live; 404 if there is none. No album is lost or comes back by it.

    This worker has followed when it answers, the others follow with their next request.
    """
    roll_back(home, Silent())
    live_index.current()
    live_index.settle()
    return _state(home, live_index)


@router.post(
    "/versions/{version}/live",
    summary="Make a version live",
    responses={404: PROBLEM, 409: PROBLEM, 422: PROBLEM, 503: PROBLEM},
)
def make_live(
    version: Annotated[str, Path(max_length=MAX_VERSION_CHARACTERS)], home: HomeDep, live_index: LiveIndexDep
) -> schemas.IndexSchema:
    """Like a rollback, to any version that is kept: it also goes forward again."""
    roll_back(home, Silent(), version)
    live_index.current()
    live_index.settle()
    return _state(home, live_index)


def _state(home: Home, live_index: LiveIndex) -> schemas.IndexSchema:
    version = live_index.current().version
    record, drift = version.record, home.versions.drift(version)
    job = last_job(home)
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
        problem=None if live_index.problem is None else public_text(live_index.problem, INDEX),
        job=None if job is None else schemas.JobSchema.of(public_job(job)),
    )


@router.post(
    "/rebuild",
    status_code=202,
    summary="Embed what is pending and build the index from nothing",
    responses={409: PROBLEM, 503: PROBLEM, 507: PROBLEM},
)
def rebuild(home: HomeDep, upkeep: UpkeepDep) -> schemas.JobSchema:
    """Starts and answers at once; 409 while any process is at work on the index, 507 if the disk is full. Covers that
    wait are embedded first; none is embedded again.

    The index that answers stays until the new one has passed its gate.
    """
    upkeep.rebuild()
    job = last_job(home)
    assert job is not None
    return schemas.JobSchema.of(public_job(job))


@router.get(
    "/rebuild/events",
    summary="Watch the work on the index",
    response_class=EventSourceResponse,
)
async def events(request: Request, home: HomeDep) -> AsyncIterator[ServerSentEvent]:
    """Server-sent events: `progress` as it goes, then one named `done`, `failed` or `interrupted`, which is the last.

    The data of each is the job as JSON. If no job is running, the end of the last one is sent; `none` before the first.
    The stream ends early if the service stops.
    """
    stopping: Event = request.state.stopping
    sent: JobState | None = None
    while not stopping.is_set():
        job = await on_thread(last_job, home)
        if job is None:
            yield ServerSentEvent(event="none", raw_data="{}")
            return
        if job != sent:
            name = "progress" if job.phase is JobPhase.RUNNING else job.phase
            yield ServerSentEvent(event=name, raw_data=schemas.JobSchema.of(public_job(job)).model_dump_json())
        if job.phase is not JobPhase.RUNNING:
            return
        sent = job
        await asyncio.sleep(LOOK_EVERY_S)
