"""The HTTP service: its lifespan opens the catalogue and the search, and closes them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypedDict

from fastapi import FastAPI

from db.settings import Settings, read_settings
from indexer.decoding import DecodingLimits
from service import problems
from service.adding import Adder
from service.assembly import Catalogue, open_answering, open_catalogue
from service.body_limit import BodyLimit
from service.classify import Classifier
from service.index_routes import router as index_router
from service.live_pair import LivePair
from service.map_routes import router as map_router
from service.recommender import Recommender
from service.routes import router
from service.search import Search
from service.upkeep import Upkeep
from service.web_routes import router as web_router

_FORM_OVERHEAD_BYTES = 64 * 1024
"""What a multipart request may hold beside the image."""


class State(TypedDict):
    """What every request can reach."""

    catalogue: Catalogue
    pairs: LivePair
    search: Search
    classifier: Classifier
    recommender: Recommender
    adder: Adder
    upkeep: Upkeep


def create_app(settings: Settings | None = None) -> FastAPI:
    """The service over the catalogue of these settings (by default those of the environment)."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[State]:
        with open_catalogue(settings or read_settings()) as catalogue:
            answering = open_answering(catalogue)
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
    app.include_router(router)
    app.include_router(index_router)
    app.include_router(map_router)
    app.include_router(web_router)
    app.add_middleware(BodyLimit, max_bytes=DecodingLimits().max_bytes + _FORM_OVERHEAD_BYTES)
    problems.install(app)
    return app
