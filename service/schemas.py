"""The JSON of answers, the same from the command line and over HTTP."""

from pydantic import BaseModel, Field

from db.records import AlbumRecord, CoverRecord
from db.vocabulary import Side
from service.records import Neighbour, SimilarAnswer


class Query(BaseModel):
    """What was asked: a file's name or an album."""

    file: str | None = None
    album_id: int | None = None


class NeighbourSchema(BaseModel):
    """An album that looks like the query, by its nearest cover."""

    album_id: int
    cover_id: int
    title: str | None
    artist: str | None
    year: int | None
    genres: tuple[str, ...]
    similarity: float = Field(description="cosine of the two vectors, -1 to 1; higher is nearer")
    file: str = Field(description="the cover's path as it was added")

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


class CoverSchema(BaseModel):
    """One image of an album."""

    id: int
    side: Side
    file: str

    @classmethod
    def of(cls, cover: CoverRecord) -> "CoverSchema":
        return cls.model_validate(cover, from_attributes=True)


class AlbumSchema(BaseModel):
    """An album with its genres and covers."""

    id: int
    title: str | None
    artist: str | None
    year: int | None
    genres: tuple[str, ...]
    covers: list[CoverSchema]

    @classmethod
    def of(cls, album: AlbumRecord) -> "AlbumSchema":
        return cls(
            id=album.id,
            title=album.title,
            artist=album.artist,
            year=album.year,
            genres=album.genres,
            covers=[CoverSchema.of(cover) for cover in album.covers],
        )


class AlbumQuery(BaseModel):
    """A query by an album of the catalogue."""

    album_id: int = Field(gt=0, examples=[1])


class Health(BaseModel):
    """Whether the service runs."""

    status: str = Field(examples=["ok"])


class Problem(BaseModel):
    """An error, after RFC 9457 (problem details)."""

    type: str = Field(default="about:blank", examples=["about:blank"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["there is no album 7"])
