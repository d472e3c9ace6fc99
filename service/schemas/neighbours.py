"""Similar albums, and recommended ones."""

from pydantic import BaseModel, ConfigDict, Field

from indexer.outline import MOST_SLEEVES
from service.answers.records import Found, Match, Neighbour, SimilarAnswer, Sleeve, Verdict
from service.schemas.file_names import FileName
from service.schemas.queries import Query
from service.schemas.words import EXAMPLE_HASH, HASH_HELP, LISTS_HELP
from sleeve.vocabulary import ListName


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
    file: FileName
    content_hash: str = Field(description=HASH_HELP)
    lists: tuple[ListName, ...] = Field(default=(), description=LISTS_HELP)
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


OutlineSchema = list[tuple[float, float]]

OUTLINE_HELP = (
    "where the sleeve is in the image: its four corners, clockwise from the cover's upper left one, x and y as parts "
    "of the upright image's width and height; null if all of the image is the cover"
)


class VerdictSchema(BaseModel):
    """Which album an image shows, and the evidence."""

    match: Match = Field(
        description="the verdict in words: `same artwork` is `found`, `another pressing or series` is `pressing`; if "
        "`absent`, `looks alike` has an album in `alike`, and `not here` has none"
    )
    answer: Found = Field(
        description="`found`: it shows that album's cover; `pressing`: its artwork, with another border, sticker or "
        "lettering, or cropped; `absent`: no album of the catalogue, as far as can be seen"
    )
    album: NeighbourSchema | None = Field(
        description="null if `absent`, or if no album with the barcode has a cover; filters do not count for it"
    )
    points: int = Field(
        description="how many points of the cover and of the image agree on where it is; 0 if they are the same "
        "picture, or `barcode` decides"
    )
    cells: float = Field(description="how many of the cover's parts that are in sight agree by their pixels, 0 to 1")
    pressings: list[int] = Field(description="the ids of other albums that show the same artwork")
    alike: NeighbourSchema | None = Field(
        description="if `absent`, the album that is as near as copies are, or whose words the image says; else null"
    )
    runner_up: NeighbourSchema | None = Field(
        description="the next album, which shows another artwork as far as is known; filters do not count for it"
    )
    barcode: str | None = Field(
        description="the 13 digits of a barcode in the image that is the album's; only looked for if no cover is "
        "recognised, and then it decides"
    )
    same_barcode: list[int] = Field(description="the ids of other albums with that barcode, with or without a cover")
    words: list[str] = Field(
        description="words read in the image that `album` or `alike` says too; an image that shows an album is read "
        "only if its pixels alone do not decide"
    )

    @classmethod
    def of(cls, verdict: Verdict | None) -> "VerdictSchema | None":
        return None if verdict is None else cls.said(verdict)

    @classmethod
    def said(cls, verdict: Verdict) -> "VerdictSchema":
        album, alike, runner_up = (
            None if one is None else NeighbourSchema.of(one)
            for one in (verdict.album, verdict.alike, verdict.runner_up)
        )
        return cls(
            match=verdict.match,
            answer=verdict.answer,
            album=album,
            points=verdict.points,
            cells=verdict.cells,
            pressings=list(verdict.pressings),
            alike=alike,
            runner_up=runner_up,
            barcode=verdict.barcode,
            same_barcode=list(verdict.same_barcode),
            words=list(verdict.words),
        )


class SleeveSchema(BaseModel):
    """A sleeve that was seen in an image."""

    verdict: VerdictSchema
    outline: OutlineSchema | None = Field(description=OUTLINE_HELP)

    @classmethod
    def of(cls, sleeve: Sleeve) -> "SleeveSchema":
        return cls(verdict=VerdictSchema.said(sleeve.verdict), outline=sleeve.outline)


SLEEVES_HELP = (
    f"what was seen in the image, row by row from the upper left: each of up to {MOST_SLEEVES} sleeves, if their edges "
    "or covers tell them apart, else one; `verdict` and `outline` are those of the first"
)


class SimilarSchema(BaseModel):
    """The answer of ``similar``: neighbours, nearest first; before them the album that an image shows or says."""

    query: Query
    bundle: str = Field(description="the model that made the vectors")
    index_version: str
    verdict: VerdictSchema | None = Field(description="null unless one image was asked with")
    outline: OutlineSchema | None = Field(description=OUTLINE_HELP)
    sleeves: list[SleeveSchema] = Field(description=f"{SLEEVES_HELP}; empty unless one image was asked with")
    neighbours: list[NeighbourSchema]

    @classmethod
    def of(cls, query: Query, answer: SimilarAnswer) -> "SimilarSchema":
        return cls(
            query=query,
            bundle=answer.bundle,
            index_version=answer.index_version,
            verdict=VerdictSchema.of(answer.verdict),
            outline=answer.outline,
            sleeves=[SleeveSchema.of(sleeve) for sleeve in answer.sleeves],
            neighbours=[NeighbourSchema.of(neighbour) for neighbour in answer.neighbours],
        )


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
