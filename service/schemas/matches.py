"""What pictures are to the catalogue, many at once."""

from pydantic import BaseModel, Field

from indexer.jobs.match import KEPT_REJECTIONS
from service.answers.records import MatchAnswer, Size, Sleeve
from service.schemas.genres import FailedSchema
from service.schemas.jobs import OtherFilesSchema, RejectionSchema
from service.schemas.neighbours import OUTLINE_HELP, SLEEVES_HELP, OutlineSchema, SleeveSchema, VerdictSchema

_COVER_SIZE_HELP = "of the cover of the verdict's `album` or `alike`; null without one, or if its file is gone"


class MatchedSleeveSchema(SleeveSchema):
    """A sleeve that was seen in a picture."""

    cover_size_px: Size | None = Field(description=_COVER_SIZE_HELP)

    @classmethod
    def of(cls, sleeve: Sleeve) -> "MatchedSleeveSchema":
        seen = SleeveSchema.of(sleeve)
        return cls(verdict=seen.verdict, outline=seen.outline, cover_size_px=sleeve.cover_size_px)


class MatchedSchema(BaseModel):
    """What one picture is to the catalogue."""

    file: str | None
    bundle: str = Field(description="the model that made the vectors")
    index_version: str
    verdict: VerdictSchema
    outline: OutlineSchema | None = Field(description=OUTLINE_HELP)
    size_px: Size = Field(description="width and height of the upright picture")
    cover_size_px: Size | None = Field(description=_COVER_SIZE_HELP)
    sleeves: list[MatchedSleeveSchema] = Field(description=f"{SLEEVES_HELP}, and so is `cover_size_px`")

    @classmethod
    def of(cls, file: str | None, answer: MatchAnswer) -> "MatchedSchema":
        sleeves = [MatchedSleeveSchema.of(sleeve) for sleeve in answer.sleeves]
        first = sleeves[0]
        return cls(
            file=file,
            bundle=answer.bundle,
            index_version=answer.index_version,
            verdict=first.verdict,
            outline=first.outline,
            size_px=answer.size_px,
            cover_size_px=first.cover_size_px,
            sleeves=sleeves,
        )


class MatchSchema(BaseModel):
    """The answer of ``POST /match``: a result for each image, in the order of the request."""

    results: list[MatchedSchema | FailedSchema]


class MatchRunSchema(BaseModel):
    """What ``sleeve match`` did."""

    pictures: int = Field(description="all that were offered, those rejected among them")
    sleeves: int = Field(description="seen in them")
    verdicts: dict[str, int] = Field(description="how many sleeves each verdict was said of")
    rejected: int
    rejections: list[RejectionSchema] = Field(description=f"the first {KEPT_REJECTIONS:,} of them")
    others: list[OtherFilesSchema] = Field(description="what the files are that are no pictures")
    guesses: list[str] = Field(description="what was taken for granted and could be wrong")
    output: str | None = Field(description="the table that was written; null without `--output`")
    results: list[MatchedSchema] = Field(description="one for each picture; empty with `--output`")
