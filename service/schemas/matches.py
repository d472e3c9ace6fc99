"""What pictures are to the catalogue, many at once."""

from pydantic import BaseModel, Field

from service.answers.records import MatchAnswer, Size
from service.schemas.genres import FailedSchema
from service.schemas.jobs import OtherFilesSchema, RejectionSchema
from service.schemas.neighbours import OUTLINE_HELP, OutlineSchema, VerdictSchema


class MatchedSchema(BaseModel):
    """What one picture is to the catalogue."""

    file: str | None
    bundle: str = Field(description="the model that made the vectors")
    index_version: str
    verdict: VerdictSchema
    outline: OutlineSchema | None = Field(description=OUTLINE_HELP)
    size_px: Size = Field(description="width and height of the upright picture")
    cover_size_px: Size | None = Field(
        description="of the cover of the verdict's `album` or `alike`; null without one, or if its file is gone"
    )

    @classmethod
    def of(cls, file: str | None, answer: MatchAnswer) -> "MatchedSchema":
        return cls(
            file=file,
            bundle=answer.bundle,
            index_version=answer.index_version,
            verdict=VerdictSchema.said(answer.verdict),
            outline=answer.outline,
            size_px=answer.size_px,
            cover_size_px=answer.cover_size_px,
        )


class MatchSchema(BaseModel):
    """The answer of ``POST /match``: a result for each image, in the order of the request."""

    results: list[MatchedSchema | FailedSchema]


class MatchRunSchema(BaseModel):
    """What ``sleeve match`` did."""

    pictures: int = Field(description="all that were offered, those rejected among them")
    verdicts: dict[str, int] = Field(description="how many pictures each verdict was said of")
    rejected: int
    rejections: list[RejectionSchema]
    others: list[OtherFilesSchema] = Field(description="what the files are that are no pictures")
    guesses: list[str] = Field(description="what was taken for granted and could be wrong")
    output: str | None = Field(description="the table that was written; null without `--output`")
    results: list[MatchedSchema] = Field(description="one for each picture; empty with `--output`")
