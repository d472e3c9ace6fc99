"""Genres: of a cover, of several, of the catalogue."""

from pydantic import BaseModel, Field

from service.answers.records import ClassifyAnswer
from service.schemas.neighbours import NeighbourSchema
from service.schemas.problem import Problem
from service.schemas.queries import Query


class GenreSchema(BaseModel):
    """A genre with its probability, and the two opinions it is made of."""

    genre: str
    probability: float
    vote: float | None = Field(description="share of the neighbours' votes; null if none votes")
    head: float | None = Field(description="the linear head's probability; null if it does not know the genre")


class ClassifySchema(BaseModel):
    """The answer of `classify` for one image: genres by falling probability, and the neighbours that voted."""

    file: str | None
    album_id: int | None = None
    bundle: str
    index_version: str | None = Field(description="null before the first index; then only the head predicts")
    unsure: bool = Field(description="no genre is likely enough to count as an answer")
    genres: list[GenreSchema]
    neighbours: list[NeighbourSchema]

    @classmethod
    def of(cls, query: Query, answer: ClassifyAnswer) -> "ClassifySchema":
        return cls(
            file=query.file,
            album_id=query.album_id,
            bundle=answer.bundle,
            index_version=answer.index_version,
            unsure=answer.unsure,
            genres=[GenreSchema.model_validate(opinion, from_attributes=True) for opinion in answer.genres],
            neighbours=[NeighbourSchema.of(neighbour) for neighbour in answer.neighbours],
        )


class FailedSchema(BaseModel):
    """An image or album of a batch that could not be classified, and why."""

    file: str | None
    album_id: int | None = None
    problem: Problem


class ClassifyBatchSchema(BaseModel):
    """What became of each image or album, in the order they were sent."""

    results: list[ClassifySchema | FailedSchema]


class GenreCountSchema(BaseModel):
    """How many albums are of a genre."""

    name: str
    albums: int


class GenresSchema(BaseModel):
    """The genres of the catalogue, the commonest first."""

    genres: list[GenreCountSchema]
