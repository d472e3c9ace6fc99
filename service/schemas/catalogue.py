"""What is in the catalogue, and the models that it can be searched with."""

from pydantic import BaseModel, Field


class LiveBundleSchema(BaseModel):
    """The model that answers."""

    name: str
    dimension: int
    input_size_px: int
    reads_text: bool = Field(description="whether it can be asked with a text")
    genres: list[str] = Field(description="the genres that its head knows")
    metrics: dict[str, float] = Field(description="as measured when it was made")


class StatusSchema(BaseModel):
    """How much there is of everything, and what answers."""

    albums: int
    covers: int
    pending: int = Field(description="covers that wait to be embedded")
    genres: int
    has_map: bool = Field(description="whether `sleeve map` has laid out the albums by the live index's vectors")
    bundle: LiveBundleSchema | None = Field(description="null where no model can be used")
    writes_need_key: bool = Field(description="whether changes are refused without the service's key")
    image_urls: bool = Field(description="whether queries may name the URL of an image")


class BundleSchema(BaseModel):
    """A model that can be used."""

    name: str
    live: bool
    dimension: int
    input_size_px: int
    reads_text: bool
    vectors: int = Field(description="covers that it has embedded")
    genres: list[str]
    metrics: dict[str, float]
    trained_on: str
    licence: str


class BundlesSchema(BaseModel):
    """The models, those of this catalogue's home before the shipped ones."""

    bundles: list[BundleSchema]
