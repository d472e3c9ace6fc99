"""The catalogue's map."""

from datetime import datetime

from pydantic import BaseModel, Field


class MapSchema(BaseModel):
    """The catalogue's map: parallel lists with one entry for each album."""

    bundle: str
    method: str
    created_at: datetime
    genres: list[str]
    album_steps: list[int] = Field(
        description="the id of each album, in ascending order, less the one before: sums of them are the ids. So they "
        "take next to nothing when they are compressed"
    )
    cover_steps: list[int] = Field(description="the same of the id of the cover that represents each album")
    x: list[float] = Field(description="from -1 to 1")
    y: list[float] = Field(description="from -1 to 1")
    year: list[int] = Field(description="0 if it is not known")
    predicted: list[int] | None = Field(
        description="the genre that was likeliest when the map was drawn, as an index into `genres`, -1 if that was "
        "unsure; null if the map was drawn without"
    )
    motif: list[int] | None = Field(
        description="what the cover shows, as an index into `motifs`; null if the live bundle reads no text"
    )
    motifs: list[str]
    missing: int = Field(description="albums of the catalogue that are not on the map")
    genre: list[int] = Field(description="the album's main genre as an index into `genres`, -1 if it has none")


class MapWorkSchema(BaseModel):
    """Whether the map is being drawn."""

    drawing: bool
