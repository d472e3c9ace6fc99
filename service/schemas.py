"""The JSON of answers, the same from the command line and over HTTP."""

from datetime import datetime

from pydantic import BaseModel, Field, model_validator

from db.records import AlbumRecord, CoverRecord
from db.vocabulary import Side
from indexer.index_job import JobPhase, JobState
from indexer.text_tower import MAX_TEXT_CHARACTERS
from indexer.vector_index import IndexKind
from service.records import ClassifyAnswer, Neighbour, SimilarAnswer

MAX_ID = 2**63 - 1
"""The largest id that the database can hold."""


class Query(BaseModel):
    """What was asked: a file's name, an album or a text."""

    file: str | None = None
    album_id: int | None = None
    text: str | None = None


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


class GenreSchema(BaseModel):
    """A genre with its probability, and the two opinions it is made of."""

    genre: str
    probability: float
    vote: float | None = Field(description="share of the neighbours' voices; null where nobody votes")
    head: float | None = Field(description="the linear head's probability; null for a genre that it does not know")


class ClassifySchema(BaseModel):
    """The answer of `classify` for one image: genres by falling probability, and the neighbours that voted."""

    file: str | None
    album_id: int | None = None
    bundle: str
    index_version: str | None = Field(description="null while there is no index; then the head alone has spoken")
    unsure: bool = Field(description="nothing is likely enough to be an answer")
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

    album_id: int = Field(ge=1, le=MAX_ID, examples=[1])


class SimilarQuery(BaseModel):
    """A query by an album of the catalogue, or by a text; by one of them."""

    album_id: int | None = Field(default=None, ge=1, le=MAX_ID, examples=[1])
    text: str | None = Field(
        default=None,
        min_length=1,
        max_length=MAX_TEXT_CHARACTERS,
        description="what the cover shows; answered where the live bundle has a text tower",
    )

    @model_validator(mode="after")
    def _asks_by_one(self) -> "SimilarQuery":
        if (self.album_id is None) == (self.text is None):
            raise ValueError("name either an album_id or a text")
        return self


class JobSchema(BaseModel):
    """The work on the index that is under way, or that ended last, wherever it runs."""

    phase: JobPhase
    task: str
    done: int
    total: int
    detail: str = Field(description="why it failed, where it did")
    started_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, job: JobState) -> "JobSchema":
        return cls.model_validate(job, from_attributes=True)


class IndexSchema(BaseModel):
    """The index that answers, and how far the catalogue has moved away from it."""

    version: str
    kind: IndexKind
    bundle: str
    count: int = Field(description="vectors when it was built")
    recall: float = Field(description="measured when it was built")
    created_at: datetime
    age_s: float
    delta: int = Field(description="vectors that are newer, searched beside it")
    tombstones: int = Field(description="vectors in it that were removed, passed over")
    problem: str | None = Field(description="why a newer version, or the files of this one, cannot be used")
    job: JobSchema | None


class MapSchema(BaseModel):
    """The catalogue's map: parallel lists, a place an album."""

    bundle: str
    method: str
    created_at: datetime
    genres: list[str]
    albums: list[int]
    covers: list[int] = Field(description="the cover that stands for the album")
    x: list[float] = Field(description="from -1 to 1")
    y: list[float] = Field(description="from -1 to 1")
    genre: list[int] = Field(description="the album's first genre as a place in `genres`, -1 where it has none")


class Health(BaseModel):
    """Whether the service can answer."""

    status: str = Field(examples=["ok"])


class Problem(BaseModel):
    """An error, after RFC 9457 (problem details)."""

    type: str = Field(default="about:blank", examples=["about:blank"])
    title: str = Field(examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["there is no album 7"])
