"""Similar albums, and recommended ones."""

from pydantic import BaseModel, ConfigDict, Field

from service.answers.records import Neighbour, SimilarAnswer
from service.schemas.queries import Query
from service.schemas.words import EXAMPLE_HASH, FILE_HELP, HASH_HELP


class NeighbourSchema(BaseModel):
    """An album that looks like the query, by its nearest cover."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "album_id": 12,
                    "cover_id": 14,
                    "title": "Blue Train",
                    "artist": "John Coltrane",
                    "year": 1957,
                    "genres": ["jazz"],
                    "similarity": 0.81,
                    "file": "covers/jazz/blue-train.jpg",
                    "content_hash": EXAMPLE_HASH,
                    "same_artwork": False,
                    "near_duplicate": False,
                }
            ]
        }
    )

    album_id: int
    cover_id: int
    title: str | None
    artist: str | None
    year: int | None
    genres: tuple[str, ...]
    similarity: float = Field(description="cosine of the two vectors, -1 to 1; higher is nearer")
    file: str = Field(description=FILE_HELP)
    content_hash: str = Field(description=HASH_HELP)
    same_artwork: bool = Field(
        description="its cover shows the artwork of what was asked with: another pressing, a crop or a copy, confirmed "
        "by comparing their pixels. An image is compared with its nearest few albums"
    )
    near_duplicate: bool = Field(
        deprecated=True,
        description="use `same_artwork`, or `similarity` with a limit of your own. For an image: a similarity at which "
        "covers usually show one artwork; for an album: as `same_artwork`. Leaves with the next release",
    )

    @classmethod
    def of(cls, neighbour: Neighbour) -> "NeighbourSchema":
        return cls.model_validate(neighbour, from_attributes=True)


class SimilarSchema(BaseModel):
    """The answer of ``similar``: neighbours, nearest first."""

    query: Query
    bundle: str = Field(description="the model that made the vectors")
    index_version: str
    neighbours: list[NeighbourSchema]

    @classmethod
    def of(cls, query: Query, answer: SimilarAnswer) -> "SimilarSchema":
        neighbours = [NeighbourSchema.of(neighbour) for neighbour in answer.neighbours]
        return cls(query=query, bundle=answer.bundle, index_version=answer.index_version, neighbours=neighbours)


class RecommendSchema(BaseModel):
    """The answer of ``recommend``: albums in the order of their choice; similarity is to the taste as a whole."""

    query: Query
    bundle: str = Field(description="the model that made the vectors")
    index_version: str
    recommendations: list[NeighbourSchema]

    @classmethod
    def of(cls, query: Query, answer: SimilarAnswer) -> "RecommendSchema":
        chosen = [NeighbourSchema.of(neighbour) for neighbour in answer.neighbours]
        return cls(query=query, bundle=answer.bundle, index_version=answer.index_version, recommendations=chosen)


class SameArtworkSchema(BaseModel):
    """The other albums that show the same artwork, nearest first."""

    neighbours: list[NeighbourSchema]
