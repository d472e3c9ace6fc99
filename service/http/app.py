"""The HTTP service: its lifespan opens the catalogue and the search, and closes them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from threading import Event
from typing import TypedDict

from anyio import CapacityLimiter
from fastapi import FastAPI

from indexer.home import Home, open_home
from indexer.sources.remote_image import fetch_image
from service.actions.adding import Adder
from service.answers.classify import Classifier
from service.answers.live_index import LiveIndex
from service.answers.opening import open_answers
from service.answers.recommender import Recommender
from service.answers.search import Search
from service.http import problems, protection
from service.http.kept_answers import KeptAnswers
from service.http.maps import Maps
from service.http.metrics import Metrics
from service.http.packed_json import PackedJson
from service.http.questions import IMAGE_THREADS, ImageUrls
from service.http.room import Room
from service.http.routes import ROUTES
from service.http.routes.web import on_not_found
from service.http.stopping import stop_with_parent, watch_for_stop
from service.http.thumbnails import Thumbnails
from service.logs import set_up_logs
from service.upkeep import Upkeep
from sleeve.platform import share_freed_memory
from sleeve.settings import Settings, read_settings


class State(TypedDict):
    """What every request can reach."""

    home: Home
    live_index: LiveIndex
    search: Search
    classifier: Classifier
    recommender: Recommender
    adder: Adder
    upkeep: Upkeep
    metrics: Metrics
    thumbnails: Thumbnails
    maps: Maps
    kept_answers: KeptAnswers
    image_urls: ImageUrls
    image_threads: CapacityLimiter
    question_room: Room
    upload_room: Room
    root_path: str
    stopping: Event


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service over the catalogue of these settings (by default those of the environment)."""
    known = settings or read_settings()
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[State]:
        with open_home(known) as home, watch_for_stop() as stopping:
            answers = open_answers(home, metrics.timed)
            upkeep = Upkeep(home, answers.live_index)
            upkeep.start()
            try:
                yield State(
                    home=home,
                    live_index=answers.live_index,
                    search=answers.search,
                    classifier=answers.classifier,
                    recommender=answers.recommender,
                    adder=Adder(home, answers.search),
                    upkeep=upkeep,
                    metrics=metrics,
                    thumbnails=Thumbnails(home.thumbnails_folder, known.thumbnails_mb * 2**20),
                    maps=Maps(home),
                    kept_answers=KeptAnswers(home.database),
                    image_urls=ImageUrls(fetch_image if known.image_urls else None),
                    image_threads=CapacityLimiter(IMAGE_THREADS),
                    question_room=Room(),
                    upload_room=Room(),
                    root_path=known.root_path,
                    stopping=stopping,
                )
            finally:
                upkeep.stop()
                answers.live_index.settle()

    app = FastAPI(
        title="Sleeve",
        version="1",
        summary="Albums that look like this",
        lifespan=lifespan,
        # Routers that are included match a request twice.
        routes=list(ROUTES),
        openapi_url="/api/v1/openapi.json",
        # The bundled documentation pages load scripts from other hosts.
        docs_url=None,
        redoc_url=None,
        servers=[{"url": known.root_path}] if known.root_path else None,
        # The redirect would name the host and the path that the proxy asked for.
        redirect_slashes=False,
    )
    app.add_middleware(PackedJson)
    protection.install(app, known, metrics)
    problems.install(app)
    app.add_exception_handler(HTTPStatus.NOT_FOUND, on_not_found)
    return app


def create_worker() -> FastAPI:
    """The service as one of several workers, which sets up its own logs and stops with the process that started it."""
    stop_with_parent()
    share_freed_memory()
    settings = read_settings()
    set_up_logs(settings.log_format)
    return create_app(settings)
