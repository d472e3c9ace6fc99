"""What ``sleeve covers`` found and did."""

from pydantic import BaseModel, Field

from service.schemas.jobs import RejectionSchema

SIZE_HELP = "width and height; null if it cannot be used, or there is none"


class CoverProblemSchema(BaseModel):
    """What is wrong with an album's art."""

    artist: str | None
    title: str | None
    folder: str
    problem: str = Field(description="`missing`, `small`, `not square`, `damaged`, `several files` …")
    file: str = Field(description="the picture, or the folder of the album")
    size_px: tuple[int, int] | None = Field(description=SIZE_HELP)
    detail: str


class CoverChangeSchema(BaseModel):
    """A file and the picture that it gets, or, with a note, a file or album that stays as it is."""

    file: str
    source: str | None = Field(description="the picture that is taken")
    before_px: tuple[int, int] | None = Field(description=SIZE_HELP)
    size_px: tuple[int, int] | None = Field(description="of the picture that is taken")
    note: str = Field(description="why it stays as it is; empty if it does not")


class CoversSchema(BaseModel):
    """What ``sleeve covers`` found, and with ``--fix`` what it wrote or would write."""

    albums: int
    sound: int = Field(description="albums with nothing wrong")
    problems: list[CoverProblemSchema]
    rejected: list[RejectionSchema] = Field(description="tracks and folders that cannot be read")
    written: bool
    journal: str | None
    changes: list[CoverChangeSchema] = Field(description="empty without `--fix`")


class UndoneCoverSchema(BaseModel):
    """A file whose change was undone; a note says why it was not."""

    file: str
    note: str


class UndoneCoversSchema(BaseModel):
    """What ``sleeve covers --undo`` did."""

    files: list[UndoneCoverSchema]
