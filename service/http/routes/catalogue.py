"""The HTTP routes about the catalogue as a whole: how much there is, its genres, its models."""

from fastapi import APIRouter

from db import albums, vectors
from db import bundles as registered
from db.errors import BundleError, VectorIndexError
from indexer.backbone import fingerprints_as_run
from indexer.bundle import TEXT_MODEL_FILE
from indexer.catalogue_map import map_file
from service import schemas
from service.bundle_shelf import bundles
from service.http.requests import API, PROBLEM, TheCatalogue, TheSearch
from service.model import Model
from service.search import Search

router = APIRouter(prefix=API, tags=["catalogue"], responses={503: PROBLEM})


@router.get("/genres", summary="The genres")
def genres(catalogue: TheCatalogue) -> schemas.GenresSchema:
    """Each with how many albums it has, the commonest first."""
    with catalogue.database.reading() as session:
        counted = albums.albums_per_genre(session)
    return schemas.GenresSchema(
        genres=[schemas.GenreCountSchema(name=name, albums=count) for name, count in counted.items()]
    )


@router.get("/status", summary="What there is, and what answers")
def status(catalogue: TheCatalogue, search: TheSearch) -> schemas.StatusSchema:
    """How many albums, covers and genres there are, how many covers wait for the model in use, and what that can do."""
    model, live = _model(search), catalogue.versions.live()
    with catalogue.database.reading() as session:
        counts = albums.counts(session)
        bundle = None if model is None else registered.find(session, model.backbone.fingerprint)
        pending = counts.covers if bundle is None else vectors.count_pending(session, bundle)
    return schemas.StatusSchema(
        albums=counts.albums,
        covers=counts.covers,
        pending=pending,
        genres=len(counts.genres),
        has_map=live is not None and map_file(catalogue.settings.folder, live.bundle.fingerprint).is_file(),
        bundle=None if model is None else _live(model, search),
        writes_need_key=catalogue.settings.api_key is not None,
        image_urls=catalogue.settings.image_urls,
    )


@router.get("/bundles", summary="The models")
def list_bundles(catalogue: TheCatalogue) -> schemas.BundlesSchema:
    """Those made in this home, then the shipped ones; one of them may be live."""
    live = catalogue.versions.live()
    with catalogue.database.reading() as session:
        counted = registered.vector_counts(session)
    return schemas.BundlesSchema(
        bundles=[
            schemas.BundleSchema(
                name=bundle.folder.name,
                live=live is not None and live.bundle.fingerprint in fingerprints_as_run(bundle),
                dimension=bundle.manifest.dimension,
                input_size_px=bundle.manifest.input_size_px,
                reads_text=TEXT_MODEL_FILE in bundle.manifest.files,
                vectors=sum(counted.get(fingerprint, 0) for fingerprint in fingerprints_as_run(bundle)),
                genres=list(bundle.manifest.genres),
                metrics=bundle.manifest.metrics,
                trained_on=bundle.manifest.trained_on,
                licence=bundle.manifest.licence,
            )
            for bundle in bundles(catalogue.settings)
        ]
    )


def _model(search: Search) -> Model | None:
    try:
        return search.pair().model
    except VectorIndexError:
        try:
            return search.model()
        except BundleError:
            return None


def _live(model: Model, search: Search) -> schemas.LiveBundleSchema:
    head = search.opinions.of(model).head
    return schemas.LiveBundleSchema(
        name=model.name,
        dimension=model.backbone.dimension,
        input_size_px=model.backbone.input_size_px,
        reads_text=model.text_tower is not None,
        genres=[] if head is None else list(head.genres),
        metrics=dict(model.metrics),
    )
