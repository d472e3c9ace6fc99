"""The HTTP service: its lifespan opens the catalogue and the search, and closes them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from threading import Event
from typing import TypedDict

from fastapi import FastAPI

from db.settings import Settings, read_settings
from indexer.remote_image import fetch_image
from service.adding import Adder
from service.assembly import Catalogue, open_answering, open_catalogue
from service.classify import Classifier
from service.http import problems, protection
from service.http.image_urls import ImageUrls
from service.http.metrics import Metrics
from service.http.routes import ROUTERS
from service.http.stopping import told_to_stop
from service.http.thumbnails import Thumbnails
from service.live_pair import LivePair
from service.logs import set_up_logs
from service.recommender import Recommender
from service.search import Search
from service.upkeep import Upkeep

THUMBNAILS_FOLDER = "thumbnails"


class State(TypedDict):
    """What every request can reach."""

    catalogue: Catalogue
    pairs: LivePair
    search: Search
    classifier: Classifier
    recommender: Recommender
    adder: Adder
    upkeep: Upkeep
    metrics: Metrics
    thumbnails: Thumbnails
    image_urls: ImageUrls
    stopping: Event


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service over the catalogue of these settings (by default those of the environment)."""
    known = settings or read_settings()
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[State]:
        with open_catalogue(known) as catalogue, told_to_stop() as stopping:
            answering = open_answering(catalogue, metrics.timed)
            upkeep = Upkeep(catalogue, answering.pairs)
            upkeep.start()
            try:
                yield State(
                    catalogue=catalogue,
                    pairs=answering.pairs,
                    search=answering.search,
                    classifier=answering.classifier,
                    recommender=answering.recommender,
                    adder=Adder(catalogue, answering.search),
                    upkeep=upkeep,
                    metrics=metrics,
                    thumbnails=Thumbnails(
                        known.folder / THUMBNAILS_FOLDER, known.thumbnails_mb * 2**20, catalogue.limits
                    ),
                    image_urls=ImageUrls(partial(fetch_image, limits=catalogue.limits) if known.image_urls else None),
                    stopping=stopping,
                )
            finally:
                upkeep.stop()
                answering.pairs.settle()

    app = FastAPI(
        title="Sleeve",
        version="1",
        summary="Albums that look like this",
        lifespan=lifespan,
        openapi_url="/api/v1/openapi.json",
        # The bundled documentation pages load scripts from other hosts.
        docs_url=None,
        redoc_url=None,
    )
    for router in ROUTERS:
        app.include_router(router)
    protection.install(app, known, metrics)
    problems.install(app)
    return app


def create_worker() -> FastAPI:
    """The service as one of several workers, which sets up its own logs."""
    settings = read_settings()
    set_up_logs(settings.log_format)
    return create_app(settings)
