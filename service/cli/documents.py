"""The JSON documents of ``--json`` that the HTTP service does not share."""

from datetime import datetime

from pydantic import BaseModel

from db.records import IndexVersionRecord


class RejectedDocument(BaseModel):
    """A file that is not in the catalogue, and why."""

    file: str
    reason: str
    detail: str


class AddDocument(BaseModel):
    """How the offered files ended."""

    added: int
    unchanged: int
    rejected: int
    rejections: list[RejectedDocument]


class LeftOutDocument(BaseModel):
    """A cover of a release group that is not in the catalogue, and why."""

    release_group: str
    artist: str
    title: str
    side: str
    reason: str


class MusicBrainzDocument(BaseModel):
    """How the release groups ended; ``covers`` is how many are new."""

    added: int
    unchanged: int
    no_art: int
    rejected: int
    covers: int
    left_out: list[LeftOutDocument]


class FilledDocument(BaseModel):
    """What an album was given, or would be; ``covers`` are sides, in a dry run those that would be looked for."""

    album_id: int
    artist: str | None
    title: str | None
    release_group: str
    genres: list[str]
    year: int | None
    covers: list[str]


class NotFilledDocument(BaseModel):
    """An album that was not given something that it lacks, and why."""

    album_id: int
    artist: str | None
    title: str | None
    reason: str


class FillDocument(BaseModel):
    """How the albums that lacked something ended."""

    dry_run: bool
    filled: int
    unchanged: int
    not_found: int
    rejected: int
    albums: list[FilledDocument]
    not_filled: list[NotFilledDocument]


class DuplicateDocument(BaseModel):
    """A cover among those of one artwork."""

    album_id: int
    cover_id: int
    title: str | None
    artist: str | None
    year: int | None
    file: str


class DuplicatesDocument(BaseModel):
    """Covers that show one artwork, a list for each; ``covers`` is how many that are."""

    groups: list[list[DuplicateDocument]]
    covers: int


class RemoveDocument(BaseModel):
    """How much was forgotten."""

    albums: int
    covers: int


class VersionDocument(BaseModel):
    """An index version."""

    name: str
    live: bool
    bundle: str
    kind: str
    count: int
    recall: float
    created_at: datetime

    @classmethod
    def of(cls, version: IndexVersionRecord) -> "VersionDocument":
        return cls(
            name=version.folder,
            live=version.live,
            bundle=version.bundle.name,
            kind=version.kind,
            count=version.count,
            recall=version.recall,
            created_at=version.created_at,
        )


class MapDocument(BaseModel):
    """The map that ``sleeve map`` drew."""

    albums: int
    bundle: str
    method: str
    file: str


class PruneDocument(BaseModel):
    """What ``sleeve index prune`` deleted."""

    folders: list[str]
    freed_bytes: int


class IndexDocument(BaseModel):
    """What ``sleeve index`` did.

    ``delta`` is how many vectors are left to be searched beside the version, ``links`` how many pairs of covers were
    found to show one artwork.
    """

    embedded: int
    rejected: int
    rejections: list[RejectedDocument]
    vectors_added: int
    vectors_removed: int
    delta: int
    links: int
    rebuilt: bool
    version: VersionDocument


class StatusDocument(BaseModel):
    """What is in the catalogue and which versions there are."""

    home: str
    database: str
    albums: int
    covers: int
    genres: dict[str, int]
    files: dict[str, int]
    rejections: dict[str, int]
    bundle: str | None
    pending: int
    versions: list[VersionDocument]


class BundleDocument(BaseModel):
    """A bundle that can be used; ``vectors`` is how many covers it has embedded in this catalogue."""

    name: str
    folder: str
    fingerprint: str
    live: bool
    dimension: int
    input_size_px: int
    vectors: int
    genres: list[str]
    metrics: dict[str, float]
    trained_on: str


class ExportDocument(BaseModel):
    """A bundle made of a model as it is; ``text_tower`` says whether it can be asked with texts."""

    name: str
    folder: str
    dimension: int
    text_tower: bool


class CatalogueExportDocument(BaseModel):
    """A table that was written of the catalogue."""

    file: str
    albums: int
    covers: int


class TagDocument(BaseModel):
    """A music file whose genre is to be another, or was made so; ``note`` says why not."""

    file: str
    before: list[str]
    after: list[str]
    probability: float | None
    note: str


class TaggedDocument(BaseModel):
    """What ``sleeve tag`` did or would do; ``journal`` undoes it."""

    written: bool
    journal: str | None
    files: list[TagDocument]


class HeadDocument(BaseModel):
    """A head fitted to the catalogue's labels; the metrics are out of fold."""

    bundle: str
    covers: int
    genres: list[str]
    left_out: list[str]
    metrics: dict[str, float]


class TrainDocument(BaseModel):
    """A bundle made by fine-tuning; the metrics are of covers held back."""

    name: str
    folder: str
    metrics: dict[str, float]


class ReportDocument(BaseModel):
    """A report that was written: its page, and what could not be told; ``seconds`` are those of each step."""

    page: str
    page_bytes: int
    figures: list[str]
    label_suspects: int
    left_out: list[str]
    seconds: dict[str, float]
