"""Queries: by a file, albums, a text, or by what a person likes and dislikes."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from indexer.models.text_tower import MAX_TEXT_CHARACTERS
from indexer.sources.remote_image import MAX_URL_CHARACTERS
from service.answers.records import MAX_EXAMPLES, MAX_RECOMMENDATIONS, Examples
from service.schemas.words import AlbumIdNumber
from sleeve.vocabulary import AlbumId

MAX_BATCH = 32
"""Images or albums in one batch."""

MAX_IMAGES = 16
"""Images in one query."""

Text = Annotated[str | None, Field(min_length=1, max_length=MAX_TEXT_CHARACTERS)]

AlbumIds = Annotated[list[AlbumIdNumber], Field(max_length=MAX_EXAMPLES)]


class Query(BaseModel):
    """What was asked: a file's name (or those of several), an album, texts, or albums liked and disliked."""

    file: str | None = None
    album_id: int | None = None
    text: str | None = None
    less: str | None = None
    files: list[str | None] = []
    like: list[int] = []
    dislike: list[int] = []


class UrlQuery(BaseModel):
    """A query that may name the URL of an image."""

    image_url: str | None = Field(
        default=None,
        min_length=1,
        max_length=MAX_URL_CHARACTERS,
        description="fetched by the service, from public addresses only; off unless SLEEVE_IMAGE_URLS=1",
    )


class CoverQuery(UrlQuery):
    """A query by an album of the catalogue, or by the URL of an image."""

    album_id: AlbumIdNumber | None = Field(default=None, examples=[1])

    @model_validator(mode="after")
    def _asks_by_one(self) -> "CoverQuery":
        if (self.album_id is None) == (self.image_url is None):
            raise ValueError("name either an album_id or an image_url")
        return self


class Words(BaseModel):
    """What covers should show, in words."""

    text: Text = Field(default=None, description="what the cover shows; needs a live bundle with a text tower")
    less: Text = Field(default=None, description="what the cover should show less of; needs the same")


class Liking(BaseModel):
    """Albums that a person likes and dislikes."""

    like: AlbumIds = Field(default=[], examples=[[1, 2]])
    dislike: AlbumIds = Field(default=[], examples=[[3]])

    def examples(self, *images: bytes, words: Words | None = None) -> Examples:
        """The examples, with images that are liked too, and words.

        Raises:
            QueryError: nothing is liked, or an album is liked and disliked.
        """
        like, dislike = (tuple(map(AlbumId, dict.fromkeys(some))) for some in (self.like, self.dislike))
        said = words or Words()
        return Examples(like, dislike, images, said.text, said.less)


class SimilarQuery(Liking, Words, UrlQuery):
    """A query by an album of the catalogue, by the URL of an image, or by a taste: albums liked and disliked, and
    words."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"album_id": 1},
                {"text": "foggy forest", "less": "people"},
                {"like": [1, 2], "dislike": [3]},
                {"like": [1], "text": "at night"},
            ],
        }
    )

    album_id: AlbumIdNumber | None = None

    @model_validator(mode="after")
    def _asks_by_one(self) -> "SimilarQuery":
        by_taste = bool(self.text or self.less or self.like or self.dislike)
        if [self.album_id is not None, self.image_url is not None, by_taste].count(True) != 1:
            raise ValueError("name either an album_id, an image_url or a text, or albums to like")
        return self


class RecommendQuery(Liking):
    """A taste, and how many albums for it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"like": [1, 2], "dislike": [3], "k": 20, "diversity": 0.3}]},
    )

    like: Annotated[list[AlbumIdNumber], Field(min_length=1, max_length=MAX_EXAMPLES)]
    k: int = Field(default=20, ge=1, le=MAX_RECOMMENDATIONS, description="how many albums")
    diversity: float = Field(
        default=0.3, ge=0, le=1, description="how different from each other: 0 by similarity alone, to 1"
    )


class BatchQuery(BaseModel):
    """Albums of the catalogue, to be classified."""

    album_ids: Annotated[list[AlbumIdNumber], Field(min_length=1, max_length=MAX_BATCH)] = Field(examples=[[1, 2]])
