"""Genres: of a cover, of several, of the catalogue."""

from pydantic import BaseModel, Field

from service.answers.records import ClassifyAnswer, NamedGenres
from service.schemas.neighbours import (
    OUTLINE_HELP,
    SLEEVES_HELP,
    NeighbourSchema,
    OutlineSchema,
    SleeveSchema,
    VerdictSchema,
)
from service.schemas.problem import Problem
from service.schemas.queries import Query


class SpokenWordSchema(BaseModel):
    """A word that spoke for a genre."""

    word: str = Field(description="as it was read")
    line: int = Field(description="the number of its line in `text`, from 0")
    weight: float = Field(description="by how much it raised the logarithm of the genre's odds, above the mean genre")


class TextLineSchema(BaseModel):
    """A line of text on the cover."""

    text: str
    box: list[tuple[float, float]] = Field(
        description="its four corners, clockwise from where its first letter begins: x and y as parts of the picture's "
        "width and height"
    )
    confidence: float = Field(description="the mean probability of its characters")


class GenreSchema(BaseModel):
    """A genre with its probability, and the three opinions it is made of."""

    genre: str
    probability: float = Field(
        description="of the genre as the one answer; all sum to 1, so a cover of two genres gets about half for each"
    )
    vote: float | None = Field(description="share of the neighbours' votes; null if none votes")
    head: float | None = Field(description="the linear head's probability; null if it does not know the genre")
    text: float | None = Field(
        description="the text opinion's probability; null if it does not know the genre, or there is nothing to read"
    )
    words: list[SpokenWordSchema] = Field(description="the words that spoke for the genre, the loudest first")


class NamedGenreSchema(BaseModel):
    """A genre that was named, and how likely it is among those."""

    genre: str
    probability: float


class NamedGenresSchema(BaseModel):
    """The answer of `classify --zero-shot` for one image: the genres that were named, by falling probability."""

    file: str
    bundle: str
    genres: list[NamedGenreSchema]
    calibrated_on: int = Field(description="covers whose genres say how sure to be; 0 if the catalogue has too few")

    @classmethod
    def of(cls, file: str, answer: NamedGenres) -> "NamedGenresSchema":
        """One image's answer as JSON."""
        chances = answer.probabilities.items()
        named = [NamedGenreSchema(genre=genre, probability=chance) for genre, chance in chances]
        return cls(file=file, bundle=answer.bundle, genres=named, calibrated_on=answer.calibrated_on)


class ClassifySchema(BaseModel):
    """The answer of `classify` for one image: genres by falling probability, who voted, and the text on it."""

    file: str | None
    album_id: int | None = None
    bundle: str
    index_version: str | None = Field(
        description="null before the first index; then only the head and the text predict"
    )
    unsure: bool = Field(description="no genre is likely enough to count as an answer")
    verdict: VerdictSchema | None = Field(
        description="null unless an image was asked with; the genres of the album that it shows are the first ones"
    )
    outline: OutlineSchema | None = Field(description=OUTLINE_HELP)
    sleeves: list[SleeveSchema] = Field(description=f"{SLEEVES_HELP}, and so is all else; empty without an image")
    genres: list[GenreSchema]
    neighbours: list[NeighbourSchema]
    text: list[TextLineSchema] = Field(description="the lines read on the cover, from top to bottom")
    text_is_whole: bool = Field(
        default=True, description="false if reading was given up after its time, so that lines may be missing"
    )

    @classmethod
    def of(cls, query: Query, answer: ClassifyAnswer) -> "ClassifySchema":
        return cls(
            file=query.file,
            album_id=query.album_id,
            bundle=answer.bundle,
            index_version=answer.index_version,
            unsure=answer.unsure,
            verdict=VerdictSchema.of(answer.verdict),
            outline=answer.outline,
            sleeves=[SleeveSchema.of(sleeve) for sleeve in answer.sleeves],
            genres=[GenreSchema.model_validate(opinion, from_attributes=True) for opinion in answer.genres],
            neighbours=[NeighbourSchema.of(neighbour) for neighbour in answer.neighbours],
            text=[TextLineSchema.model_validate(line, from_attributes=True) for line in answer.text],
            text_is_whole=answer.text_is_whole,
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
