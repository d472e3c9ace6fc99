"""Albums: one, a list of them, and what a person may change."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from db.records import AlbumEdit, AlbumPage, AlbumRecord, CoverRecord, TextLine
from service.answers.find import FoundAlbum, FoundPage
from service.answers.records import WordMatch
from service.schemas.cursor import to_cursor
from service.schemas.words import EXAMPLE_HASH, FILE_HELP, HASH_HELP, MAX_GENRES, AlbumIdNumber, GenreName, Name, Year
from sleeve.vocabulary import AlbumId, CoverId, Side, WordPlace

MAX_TOGETHER = 100
"""Albums merged, and covers split off, in one request."""


class CoverSchema(BaseModel):
    """One image of an album."""

    id: int
    side: Side
    file: str = Field(description=FILE_HELP)
    content_hash: str = Field(description=HASH_HELP)

    @classmethod
    def of(cls, cover: CoverRecord) -> "CoverSchema":
        return cls.model_validate(cover, from_attributes=True)


class AlbumSchema(BaseModel):
    """An album with its genres and covers."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": 12,
                    "title": "Blue Train",
                    "artist": "John Coltrane",
                    "year": 1957,
                    "genres": ["jazz"],
                    "covers": [
                        {
                            "id": 14,
                            "side": "front",
                            "file": "covers/jazz/blue-train.jpg",
                            "content_hash": EXAMPLE_HASH,
                        }
                    ],
                }
            ]
        }
    )

    id: int
    title: str | None
    artist: str | None
    year: int | None
    genres: tuple[str, ...] = Field(description="the main one first, in the order of the source")
    covers: list[CoverSchema]

    @classmethod
    def of(cls, album: AlbumRecord) -> "AlbumSchema":
        return cls(
            id=album.id,
            title=album.title,
            artist=album.artist,
            year=album.year,
            genres=album.genres,
            covers=[CoverSchema.of(cover) for cover in album.covers],
        )


class WordMatchSchema(BaseModel):
    """Where an album holds words that were searched for."""

    place: WordPlace = Field(description="the artist, the title, or printed on a cover")
    text: str = Field(description="the name, or the line, as it is written there")
    cover_id: int | None = Field(description="of a line on a cover")
    box: tuple[tuple[float, float], ...] | None = Field(
        description="the line's four corners on the cover, as parts of its width and height"
    )

    @classmethod
    def of(cls, match: WordMatch) -> "WordMatchSchema":
        return cls.model_validate(match, from_attributes=True)


class FoundAlbumSchema(AlbumSchema):
    """An album of a list; if that was searched for words, with where they are."""

    matches: list[WordMatchSchema] = []

    @classmethod
    def of_found(cls, found: FoundAlbum) -> "FoundAlbumSchema":
        matches = [WordMatchSchema.of(match) for match in found.matches]
        return cls(**AlbumSchema.of(found.album).model_dump(), matches=matches)


class TextLineSchema(BaseModel):
    """A line of text on a cover."""

    text: str
    box: tuple[tuple[float, float], ...] = Field(
        description="its four corners on the cover, as parts of its width and height"
    )
    confidence: float = Field(description="how likely its characters are on average, 0 to 1")


class CoverTextSchema(BaseModel):
    """What a cover says."""

    cover_id: int
    lines: list[TextLineSchema] | None = Field(description="from top to bottom; null if nobody has read it yet")


class AlbumTextSchema(BaseModel):
    """What the covers of an album say."""

    covers: list[CoverTextSchema]

    @classmethod
    def of(cls, album: AlbumRecord, said: Mapping[CoverId, Sequence[TextLine]]) -> "AlbumTextSchema":
        return cls.model_validate(
            {"covers": [{"cover_id": cover.id, "lines": said.get(cover.id)} for cover in album.covers]},
            from_attributes=True,
        )


class AlbumsSchema(BaseModel):
    """A page of a list of albums."""

    albums: list[FoundAlbumSchema]
    next: str | None = Field(description="send it as `cursor` for the next page; null at the end of the list")
    total: int = Field(description="albums in the whole list")

    @classmethod
    def of(cls, page: AlbumPage) -> "AlbumsSchema":
        following = None if page.next is None else to_cursor(page.next)
        listed = [FoundAlbumSchema.of_found(FoundAlbum(album, ())) for album in page.albums]
        return cls(albums=listed, next=following, total=page.total)

    @classmethod
    def of_found(cls, page: FoundPage) -> "AlbumsSchema":
        following = None if page.next is None else to_cursor(page.next)
        found = [FoundAlbumSchema.of_found(album) for album in page.albums]
        return cls(albums=found, next=following, total=page.total)


class MergeRequest(BaseModel):
    """Albums to be made one with another."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"album_ids": [7]}]})

    album_ids: Annotated[list[AlbumIdNumber], Field(min_length=1, max_length=MAX_TOGETHER)]

    def ids(self) -> list[AlbumId]:
        """Each once."""
        return list(map(AlbumId, dict.fromkeys(self.album_ids)))


class SplitRequest(BaseModel):
    """Covers of one album that are to be an album of their own."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"cover_ids": [12]}]})

    cover_ids: Annotated[list[AlbumIdNumber], Field(min_length=1, max_length=MAX_TOGETHER)]

    def ids(self) -> list[CoverId]:
        """Each once."""
        return list(map(CoverId, dict.fromkeys(self.cover_ids)))


class AlbumChange(BaseModel):
    """What to change of an album; what is not named stays."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"genres": ["jazz"]}, {"title": "Blue Train", "year": 1957}]},
    )

    title: Name | None = None
    artist: Name | None = None
    year: Year | None = None
    genres: Annotated[list[GenreName], Field(max_length=MAX_GENRES)] = Field(
        default=[],
        description="these and no others; an empty list takes all away until the album's file is added again",
    )

    def edit(self) -> AlbumEdit:
        """What is named, as ``edit_album`` takes it; an empty title or artist is none."""
        found = AlbumEdit()
        if "title" in self.model_fields_set:
            found["title"] = self.title or None
        if "artist" in self.model_fields_set:
            found["artist"] = self.artist or None
        if "year" in self.model_fields_set:
            found["year"] = self.year
        if "genres" in self.model_fields_set:
            found["genres"] = self.genres
        return found
