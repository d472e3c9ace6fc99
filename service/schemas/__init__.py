"""The JSON of requests and answers, one module a noun; answers are the same from the command line and over HTTP."""

from service.schemas.albums import AlbumChange, AlbumSchema, AlbumsSchema, CoverSchema
from service.schemas.catalogue import BundleSchema, BundlesSchema, LiveBundleSchema, StatusSchema
from service.schemas.genres import (
    ClassifyBatchSchema,
    ClassifySchema,
    FailedSchema,
    GenreCountSchema,
    GenreSchema,
    GenresSchema,
)
from service.schemas.index import IndexSchema, JobSchema, VersionSchema, VersionsSchema
from service.schemas.map import MapSchema
from service.schemas.neighbours import NeighbourSchema, RecommendSchema, SameArtworkSchema, SimilarSchema
from service.schemas.problem import Health, Problem
from service.schemas.queries import (
    MAX_BATCH,
    MAX_IMAGES,
    BatchQuery,
    CoverQuery,
    Liking,
    Query,
    RecommendQuery,
    SimilarQuery,
    UrlQuery,
)
from service.schemas.words import (
    MAX_GENRES,
    MAX_ID,
    MAX_WORDS_CHARACTERS,
    AlbumIdNumber,
    GenreName,
    Name,
    OneLine,
    Year,
)

__all__ = [
    "MAX_BATCH",
    "MAX_GENRES",
    "MAX_ID",
    "MAX_IMAGES",
    "MAX_WORDS_CHARACTERS",
    "AlbumChange",
    "AlbumIdNumber",
    "AlbumSchema",
    "AlbumsSchema",
    "BatchQuery",
    "BundleSchema",
    "BundlesSchema",
    "ClassifyBatchSchema",
    "ClassifySchema",
    "CoverQuery",
    "CoverSchema",
    "FailedSchema",
    "GenreCountSchema",
    "GenreName",
    "GenreSchema",
    "GenresSchema",
    "Health",
    "IndexSchema",
    "JobSchema",
    "Liking",
    "LiveBundleSchema",
    "MapSchema",
    "Name",
    "NeighbourSchema",
    "OneLine",
    "Problem",
    "Query",
    "RecommendQuery",
    "RecommendSchema",
    "SameArtworkSchema",
    "SimilarQuery",
    "SimilarSchema",
    "StatusSchema",
    "UrlQuery",
    "VersionSchema",
    "VersionsSchema",
    "Year",
]
