"""The HTTP routes about the catalogue as a whole: how much there is, its genres, its models."""

from fastapi import APIRouter

from db import albums, own_columns, texts, vectors
from db import bundles as registered
from indexer.jobs.list_bundles import list_bundles as bundle_uses
from indexer.progress import Silent
from indexer.report.place import remembered
from service import schemas
from service.answers.model import Model, NoBackbone
from service.answers.search import Search
from service.http.api import API, PROBLEM
from service.http.dependencies import HomeDep, SearchDep
from service.http.written_route import WrittenRoute
from sleeve.errors import BundleError, VectorIndexError

router = APIRouter(prefix=API, tags=["catalogue"], responses={503: PROBLEM}, route_class=WrittenRoute)


@router.get("/genres", summary="The genres")
def genres(home: HomeDep) -> schemas.GenresSchema:
    """Each with how many albums it has, the commonest first."""
    with home.database.reading() as session:
        counted = albums.albums_per_genre(session)
    return schemas.GenresSchema(
        genres=[schemas.GenreCountSchema(name=name, albums=count) for name, count in counted.items()]
    )


@router.get("/status", summary="What there is, and what answers")
def status(home: HomeDep, search: SearchDep) -> schemas.StatusSchema:
    """How many albums, covers and genres there are, how many covers wait for the model in use, and what that can do."""
    model, live = _model(search), home.live()
    with home.database.reading() as session:
        counts, read, columns = albums.counts(session), texts.counts(session), own_columns.kinds(session)
        bundle = None if model is None else registered.find(session, model.backbone.fingerprint)
        pending = counts.covers if bundle is None else vectors.count_pending(session, bundle)
    answering = None if model is None else _live(model, search)
    return schemas.StatusSchema(
        albums=counts.albums,
        without_cover=counts.without_cover,
        lists=dict(counts.lists),
        covers=counts.covers,
        pending=pending,
        texts=schemas.TextsSchema.of(read),
        albums_per_genre=dict(counts.genres),
        files=dict(counts.files),
        rejections=dict(counts.rejections),
        others=dict(counts.others),
        genres=len(counts.genres),
        has_map=live is not None and home.map_file(live.bundle.fingerprint).is_file(),
        has_report=remembered(home.report_place_file) is not None,
        model=answering,
        bundle=answering,
        columns=columns,
        writes_need_key=home.settings.api_key is not None,
        image_urls=home.settings.image_urls,
    )


@router.get("/bundles", summary="The models")
def list_bundles(home: HomeDep) -> schemas.BundlesSchema:
    """Those made in this home, then the shipped ones; one of them may be live."""
    return schemas.BundlesSchema(bundles=[schemas.BundleSchema.of(use) for use in bundle_uses(home, Silent())])


def _model(search: Search) -> Model | None:
    try:
        return search.snapshot().model
    except VectorIndexError:
        try:
            return search.model()
        except BundleError:
            return None


def _live(model: Model, search: Search) -> schemas.LiveBundleSchema:
    head = search.genre_classifiers.of(model).head
    size_px = None if isinstance(model.backbone, NoBackbone) else model.backbone.input_size_px
    return schemas.LiveBundleSchema(
        name=model.name,
        dimension=model.backbone.dimension,
        input_size_px=size_px,
        sees_images=size_px is not None,
        reads_text=model.text_tower is not None,
        genres=[] if head is None else list(head.genres),
        metrics=dict(model.metrics),
    )
