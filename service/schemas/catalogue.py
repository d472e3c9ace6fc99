"""What is in the catalogue, and the models that it can be searched with."""

from typing import Any

from pydantic import BaseModel, Field

from db.records import TextCounts
from indexer.home import Home
from indexer.jobs.list_bundles import BundleUse
from indexer.jobs.status import Status
from indexer.models.bundle import TEXT_MODEL_FILE
from indexer.models.without_model import BundleWithoutModel, VectorsManifest
from service.schemas.index import VersionSchema
from sleeve.vocabulary import ColumnKind, ListName


class LiveBundleSchema(BaseModel):
    """The model that answers."""

    name: str
    dimension: int
    input_size_px: int | None = Field(description="the side of the images that it sees; null without a model")
    sees_images: bool = Field(description="whether it can be asked with an image; not without a model")
    reads_text: bool = Field(description="whether it can be asked with a text")
    genres: list[str] = Field(description="the genres that its head knows")
    metrics: dict[str, float] = Field(description="as measured when it was made")


class TextsSchema(BaseModel):
    """How far reading the covers is."""

    read: int = Field(description="covers that were read")
    without_text: int = Field(description="those of them that say nothing")
    pending: int = Field(description="covers that wait to be read")

    @classmethod
    def of(cls, counts: TextCounts) -> "TextsSchema":
        return cls(read=counts.read, without_text=counts.without_text, pending=counts.pending)


class CountsSchema(BaseModel):
    """How much is in the catalogue."""

    albums: int
    without_cover: int = Field(default=0, description="albums that only lists without pictures know")
    lists: dict[ListName, int] = Field(default={}, description="albums on each list that has any")
    covers: int
    pending: int = Field(description="covers that wait to be embedded")
    texts: TextsSchema
    albums_per_genre: dict[str, int] = Field(description="the commonest genre first")
    files: dict[str, int] = Field(description="files that were offered as covers, by how they ended")
    rejections: dict[str, int] = Field(description="rejected files by reason")
    others: dict[str, int] = Field(description="files that were met and are not covers, by kind")


class StatusSchema(CountsSchema):
    """How much is in the catalogue, and what the service can do."""

    has_map: bool = Field(description="whether `sleeve map` has laid out the albums by the live index's vectors")
    has_report: bool = Field(description="whether a report of `sleeve report` is shown at `/report/report.html`")
    model: LiveBundleSchema | None = Field(description="the model that answers; null if none can be used")
    columns: dict[str, ColumnKind] = Field(description="the declared columns, which `where` may ask for")
    writes_need_key: bool = Field(description="whether changes are refused without the service's key")
    image_urls: bool = Field(description="whether queries may name the URL of an image")
    bundle: LiveBundleSchema | None = Field(
        deprecated=True, description="old name of `model`; from the next release on its name alone, as elsewhere"
    )
    genres: int = Field(
        deprecated=True, description="how many genres there are; use `albums_per_genre`. Leaves with the next release"
    )


class HomeStatusSchema(CountsSchema):
    """How much is in the catalogue, where it is kept, and its index versions."""

    home: str
    database: str
    bundle: str | None = Field(description="the bundle whose vectors are live; null before the first index")
    versions: list[VersionSchema] = Field(description="newest first")
    genres: dict[str, int] = Field(
        deprecated=True, description="old name of `albums_per_genre`; leaves with the next release"
    )

    @classmethod
    def of(cls, home: Home, status: Status) -> "HomeStatusSchema":
        counts, live = status.counts, status.live
        return cls(
            albums=counts.albums,
            without_cover=counts.without_cover,
            lists=dict(counts.lists),
            covers=counts.covers,
            pending=status.pending,
            texts=TextsSchema.of(status.texts),
            albums_per_genre=dict(counts.genres),
            home=str(home.folder),
            database=home.database_name,
            files=dict(counts.files),
            rejections=dict(counts.rejections),
            others=dict(counts.others),
            bundle=live.bundle.name if live else None,
            versions=[VersionSchema.of(version, home.versions.arguments(version)) for version in status.versions],
            genres=dict(counts.genres),
        )


class BundleSchema(BaseModel):
    """A model that can be used."""

    name: str
    fingerprint: str = Field(description="vectors of bundles with one fingerprint can be compared")
    live: bool
    dimension: int
    input_size_px: int | None = Field(description="the side of the images that it sees; null without a model")
    sees_images: bool = Field(description="whether it can be asked with an image; not without a model")
    reads_text: bool = Field(description="whether it can be asked with a text")
    vectors: int = Field(description="covers of this catalogue that it has embedded")
    genres: list[str]
    metrics: dict[str, float] = Field(description="as measured when it was made")
    trained_on: str = Field(description="empty without a model")
    licence: str = Field(description="empty without a model")

    @classmethod
    def of(cls, use: BundleUse) -> "BundleSchema":
        return cls(**_bundle_fields(use))


class HomeBundleSchema(BundleSchema):
    """A model that can be used, and its folder."""

    folder: str | None = Field(description="null without a model")

    @classmethod
    def of(cls, use: BundleUse) -> "HomeBundleSchema":
        folder = None if isinstance(use.bundle, BundleWithoutModel) else str(use.bundle.folder)
        return cls(**_bundle_fields(use), folder=folder)


def _bundle_fields(use: BundleUse) -> dict[str, Any]:
    bundle, manifest = use.bundle, use.bundle.manifest
    model = None if isinstance(manifest, VectorsManifest) else manifest
    return {
        "name": bundle.name,
        "fingerprint": bundle.fingerprint,
        "live": use.live,
        "dimension": manifest.dimension,
        "input_size_px": model and model.input_size_px,
        "sees_images": model is not None,
        "reads_text": TEXT_MODEL_FILE in manifest.files,
        "vectors": use.vectors,
        "genres": list(manifest.genres),
        "metrics": manifest.metrics,
        "trained_on": model.trained_on if model else "",
        "licence": model.licence if model else "",
    }


class BundlesSchema(BaseModel):
    """The models, those of this catalogue's home before the shipped ones."""

    bundles: list[BundleSchema]
