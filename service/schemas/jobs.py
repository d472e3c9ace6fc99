"""What came of a job: what `--json` prints for the commands that change or measure something."""

from pydantic import BaseModel, Field

from db.records import FileOutcome, RejectedFile
from service.schemas.index import VersionSchema
from sleeve.vocabulary import ListName


class RejectionSchema(BaseModel):
    """A file that is not in the catalogue, and why."""

    file: str
    reason: str
    detail: str

    @classmethod
    def of(cls, rejected: FileOutcome | RejectedFile) -> "RejectionSchema":
        return cls(file=rejected.file, reason=str(rejected.reason), detail=rejected.detail)


class OtherFilesSchema(BaseModel):
    """Files of one kind that were met and are not covers."""

    kind: str
    files: int
    hint: str = Field(description="what helps, or is meant; may be empty")


class AddSchema(BaseModel):
    """How the files ended that were met: ``files`` is the sum of ``added``, ``unchanged``, ``rejected``, ``removed``
    and ``other``.

    A picture in an archive or a music file, and a row of a table, counts as a file.
    """

    files: int
    added: int
    unchanged: int
    corrected: dict[str, int] = Field(
        description="of the unchanged, how many have another artist, album, year or genre in their source than before"
    )
    rejected: int
    removed: int = Field(description="files left out because a person removed their covers before")
    other: int = Field(description="files that are not covers, and were not meant to be")
    rejections: list[RejectionSchema]
    others: list[OtherFilesSchema] = Field(description="what the other files are, the commonest kind first")
    guesses: list[str] = Field(description="what was taken for granted and could be wrong")
    gone: int = Field(
        default=0, description="covers of the catalogue that a folder or a music server does not have any more"
    )
    listed: int = Field(default=0, description="how many of the files are rows of lists without pictures")
    unlisted: int = Field(default=0, description="rows that their lists do not have any more")
    vectors: dict[str, int] = Field(
        default={}, description="how many covers have new vectors that were made elsewhere, by the name of their bundle"
    )
    vectors_left_out: int = Field(default=0, description="vectors of albums without a cover, which nothing can hold")


class ReadRunSchema(BaseModel):
    """What ``sleeve read`` did."""

    read: int = Field(description="covers that were read")
    with_text: int = Field(description="those of them on which there is text")
    rejected: int
    rejections: list[RejectionSchema]
    elsewhere: dict[str, int] = Field(
        description="covers that wait where this host cannot see them, by folder or bucket"
    )


class DuplicateSchema(BaseModel):
    """A cover among those of one artwork."""

    album_id: int
    cover_id: int
    title: str | None
    artist: str | None
    year: int | None
    file: str


class DuplicatesSchema(BaseModel):
    """Covers that show one artwork, a list for each; ``covers`` is how many that are."""

    groups: list[list[DuplicateSchema]]
    covers: int


class RemoveSchema(BaseModel):
    """How much was forgotten; rejected files are no covers."""

    albums: int
    covers: int
    rows: int = Field(default=0, description="of lists without pictures")
    rejected: int = Field(default=0, description="files that were no covers, and are forgotten")


class DrawnMapSchema(BaseModel):
    """The map that ``sleeve map`` drew."""

    albums: int
    bundle: str
    method: str
    file: str


class PruneSchema(BaseModel):
    """What ``sleeve index prune`` deleted."""

    folders: list[str]
    freed_bytes: int


class IndexRunSchema(BaseModel):
    """What ``sleeve index`` did.

    ``delta`` is how many newer vectors are searched as well as the version, ``links`` how many pairs of covers were
    found to show one artwork.
    """

    embedded: int
    rejected: int
    still_rejected: int = Field(description="covers that an earlier run has rejected for the same reason")
    rejections: list[RejectionSchema]
    elsewhere: dict[str, int] = Field(
        description="covers that wait where this host cannot see them, by folder or bucket"
    )
    vectors_added: int
    vectors_removed: int
    delta: int
    links: int
    rebuilt: bool
    version: VersionSchema


class CatalogueExportSchema(BaseModel):
    """A file that was written of the catalogue; ``pending`` covers have no vector in it, ``unreadable`` no image."""

    file: str
    albums: int
    covers: int
    pending: int
    unreadable: list[RejectionSchema]


class ListExportSchema(BaseModel):
    """A list that was written."""

    file: str
    list: ListName
    rows: int


class TagSchema(BaseModel):
    """A music file whose genre is to be another, or was made so; ``note`` says why not."""

    file: str
    before: list[str]
    after: list[str]
    probability: float | None
    note: str


class TaggedSchema(BaseModel):
    """What ``sleeve tag`` did or would do; ``journal`` undoes it."""

    written: bool
    journal: str | None
    files: list[TagSchema]


class HeadSchema(BaseModel):
    """A head fitted to the catalogue's labels; the metrics are out of fold."""

    bundle: str
    covers: int
    genres: list[str]
    left_out: list[str]
    metrics: dict[str, float]


class TrainSchema(BaseModel):
    """A bundle made by fine-tuning; the metrics are of covers held back."""

    name: str
    folder: str
    metrics: dict[str, float]


class ReportSchema(BaseModel):
    """A report that was written: its page, what was left out, and the seconds of each step."""

    page: str
    page_bytes: int
    figures: list[str]
    label_suspects: int
    left_out: list[str]
    seconds: dict[str, float]


class BundleExportSchema(BaseModel):
    """A bundle made of a model as it is."""

    name: str
    folder: str
    dimension: int
    reads_text: bool = Field(description="whether it can be asked with a text")
    text_tower: bool = Field(deprecated=True, description="old name of `reads_text`; leaves with the next release")
