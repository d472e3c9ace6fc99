"""Albums: one, a list of them, and what a person may change."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from db.records import (
    AlbumEdit,
    AlbumEntry,
    AlbumPage,
    AlbumRecord,
    ColumnFacet,
    Facets,
    LinkedAlbums,
    OutsideIds,
    SavedAlbum,
    TextLine,
)
from service.answers.find import FoundAlbum, FoundPage
from service.answers.records import WordMatch
from service.schemas.cursor import to_cursor
from service.schemas.file_names import FileName
from service.schemas.words import (
    EXAMPLE_HASH,
    HASH_HELP,
    LISTS_HELP,
    MAX_GENRES,
    AlbumIdNumber,
    GenreName,
    Name,
    Year,
)
from sleeve.vocabulary import AlbumId, ColumnKind, CoverId, Fact, ListName, Side, WordPlace

MAX_TOGETHER = 100
"""Albums merged, and covers split off, in one request."""

MAX_EDITED = 500
"""Albums changed or removed in one request."""


class CoverSchema(BaseModel):
    """One image of an album."""

    id: int
    side: Side
    file: FileName
    content_hash: str = Field(description=HASH_HELP)


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
    covers: list[CoverSchema] = Field(description="an album of a list without pictures may have none")
    lists: tuple[ListName, ...] = Field(default=(), description=LISTS_HELP)

    @classmethod
    def of(cls, album: AlbumRecord) -> Self:
        return cls.model_validate(album, from_attributes=True)


class EntrySchema(BaseModel):
    """A row of a list: a pressing that somebody owns, wants or sells."""

    list: ListName | None = Field(description="null if the row is of no list, or not on it any more")
    label: str | None = Field(description="several are joined by `, `")
    catalogue_number: str | None
    format: str | None
    year: int | None = Field(description="of this pressing; the album may be older")
    release_id: str | None = Field(description="of Discogs")
    media_condition: str | None
    sleeve_condition: str | None

    @classmethod
    def of(cls, entry: AlbumEntry) -> "EntrySchema":
        pressing = entry.pressing
        return cls(
            list=entry.name,
            label=pressing.label,
            catalogue_number=pressing.catalogue_number,
            format=pressing.format,
            year=pressing.year,
            release_id=pressing.release_id,
            media_condition=_condition(entry, "media"),
            sleeve_condition=_condition(entry, "sleeve"),
        )


def _condition(entry: AlbumEntry, of: str) -> str | None:
    """As an export of Discogs says it, of a collection or an inventory."""
    cells = entry.cells
    return cells.get(f"Collection {of.title()} Condition") or cells.get(f"{of}_condition") or None


class OutsideIdsSchema(BaseModel):
    """What other catalogues call an album, or a pressing of it, as tags, tables or lists say; null if none does."""

    musicbrainz_release_group: str | None
    musicbrainz_release: str | None
    discogs_master: str | None
    discogs_release: str | None


class WholeAlbumSchema(AlbumSchema):
    """An album with what lists say of it, and what it is called elsewhere."""

    entries: list[EntrySchema] = Field(description="its rows in lists, in the order in which they were added")
    marks: dict[ListName, bool] = Field(description="whether it is on a list as far as a person said so")
    outside_ids: OutsideIdsSchema

    @classmethod
    def of_whole(
        cls, album: AlbumRecord, entries: Sequence[AlbumEntry], marks: Mapping[ListName, bool], ids: OutsideIds
    ) -> "WholeAlbumSchema":
        listed = [EntrySchema.of(entry) for entry in entries]
        return cls(**AlbumSchema.of(album).model_dump(), entries=listed, marks=dict(marks), outside_ids=asdict(ids))


class AddedAlbumSchema(AlbumSchema):
    """An album to which covers were added."""

    added_covers: list[int] = Field(description="the ids of those that are new; none if it had them all")
    genres_before: list[str] | None = Field(
        description="of an album that was there and has other genres now; `PATCH` with these takes that back"
    )

    @classmethod
    def of_added(cls, album: AlbumRecord, saved: SavedAlbum) -> "AddedAlbumSchema":
        return cls(
            **AlbumSchema.of(album).model_dump(), added_covers=list(saved.added), genres_before=saved.genres_before
        )


class WordMatchSchema(BaseModel):
    """Where an album holds words that were searched for."""

    place: WordPlace = Field(
        description="the artist, the title, printed on a cover; or the words are a genre, a year, the album's number, "
        "or in the name of a file"
    )
    text: str = Field(description="the name, line, year … as it is there; empty for a file")
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
        listed = cls.of(found.album)
        listed.matches = [WordMatchSchema.of(match) for match in found.matches]
        return listed


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
        listed = [FoundAlbumSchema.of(album) for album in page.albums]
        return cls(albums=listed, next=following, total=page.total)

    @classmethod
    def of_found(cls, page: FoundPage) -> "AlbumsSchema":
        following = None if page.next is None else to_cursor(page.next)
        found = [FoundAlbumSchema.of_found(album) for album in page.albums]
        return cls(albums=found, next=following, total=page.total)


class CountedSchema(BaseModel):
    """How many albums have a name in common."""

    name: str
    albums: int


class DecadeSchema(BaseModel):
    """How many albums are of ten years."""

    year: int = Field(description="the first of them")
    albums: int


class JumpSchema(BaseModel):
    """Where a list comes to a letter or a decade."""

    name: str
    skip: int


class ColumnFacetSchema(BaseModel):
    """A declared column."""

    name: str
    kind: ColumnKind
    values: list[CountedSchema] = Field(description="the commonest; empty for numbers and dates")

    @classmethod
    def of(cls, found: ColumnFacet) -> "ColumnFacetSchema":
        values = [CountedSchema(name=value, albums=albums) for value, albums in found.values.items()]
        return cls(name=found.name, kind=found.kind, values=values)


class FacetsSchema(BaseModel):
    """What the albums of a list are, by count."""

    genres: list[CountedSchema] = Field(description="the commonest first")
    artists: list[CountedSchema] = Field(description="the commonest ones")
    decades: list[DecadeSchema]
    missing: dict[Fact, int] = Field(description="how many albums lack a title, artist, year, genre or cover")
    lists: dict[ListName, int] = Field(description="how many albums are on a list; lists without albums are left out")
    jumps: list[JumpSchema] = Field(description="empty for a list that is not sorted by a name or by year")
    columns: list[ColumnFacetSchema] = Field(description="the declared columns; empty for albums found by words")

    @classmethod
    def of(cls, found: Facets) -> "FacetsSchema":
        return cls(
            genres=[CountedSchema(name=name, albums=albums) for name, albums in found.genres.items()],
            artists=[CountedSchema(name=name, albums=albums) for name, albums in found.artists.items()],
            decades=[DecadeSchema(year=year, albums=albums) for year, albums in found.decades.items()],
            missing=dict(found.missing),
            lists=dict(found.lists),
            jumps=[JumpSchema(name=name, skip=skip) for name, skip in found.jumps.items()],
            columns=[ColumnFacetSchema.of(one) for one in found.columns],
        )


class PrintedNameSchema(BaseModel):
    """What the front of an album without a title says largest."""

    album_id: int
    lines: list[str] = Field(description="one or two, from top to bottom")


class PrintedNamesSchema(BaseModel):
    """What fronts say."""

    albums: list[PrintedNameSchema]

    @classmethod
    def of(cls, found: Mapping[AlbumId, Sequence[str]]) -> "PrintedNamesSchema":
        return cls(albums=[PrintedNameSchema(album_id=one, lines=list(lines)) for one, lines in found.items()])


class LinkedAlbumsSchema(BaseModel):
    """Two albums whose fronts were found to show the same artwork, or of which a person says whether they do."""

    albums: tuple[AlbumSchema, AlbumSchema]
    same: bool
    by_hand: bool = Field(description="a person says so")

    @classmethod
    def of(cls, pair: LinkedAlbums) -> "LinkedAlbumsSchema":
        one, other = map(AlbumSchema.of, pair.albums)
        return cls(albums=(one, other), same=pair.same, by_hand=pair.by_hand)


class LinkedPageSchema(BaseModel):
    """A piece of the list of pairs."""

    pairs: list[LinkedAlbumsSchema]
    total: int


class AlbumIdsRequest(BaseModel):
    """Some albums."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"album_ids": [7, 8]}]})

    album_ids: Annotated[list[AlbumIdNumber], Field(min_length=1, max_length=MAX_EDITED)]

    def ids(self) -> list[AlbumId]:
        """Each once."""
        return list(map(AlbumId, dict.fromkeys(self.album_ids)))


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

    lists: dict[ListName, bool | None] = Field(
        default={},
        description="whether the album is on each of these lists, whatever a table says; null leaves it to the tables",
        examples=[{"owned": True}],
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
        if "lists" in self.model_fields_set:
            found["lists"] = self.lists
        return found


class OneAlbumChange(AlbumChange):
    """What to change of one of several albums."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"album_id": 7, "genres": ["jazz"]}]})

    album_id: AlbumIdNumber


class AlbumChanges(BaseModel):
    """What to change of several albums, each named once."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"changes": [{"album_id": 7, "genres": ["jazz"]}]}]}
    )

    changes: Annotated[list[OneAlbumChange], Field(min_length=1, max_length=MAX_EDITED)]

    @model_validator(mode="after")
    def _names_each_once(self) -> "AlbumChanges":
        if len({change.album_id for change in self.changes}) < len(self.changes):
            raise ValueError("an album is named twice")
        return self

    def edits(self) -> dict[AlbumId, AlbumEdit]:
        """By album."""
        return {AlbumId(change.album_id): change.edit() for change in self.changes}


class ChangedAlbumsSchema(BaseModel):
    """Albums as they are after a change, in the order of the request."""

    albums: list[AlbumSchema]
