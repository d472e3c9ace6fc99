"""The catalogue's map."""

from datetime import datetime

from pydantic import BaseModel, Field


class MapSchema(BaseModel):
    """The catalogue's map: parallel lists with one entry for each album."""

    bundle: str
    method: str
    created_at: datetime
    genres: list[str]
    albums: list[int]
    covers: list[int] = Field(description="the cover that represents each album")
    x: list[float] = Field(description="from -1 to 1")
    y: list[float] = Field(description="from -1 to 1")
    genre: list[int] = Field(description="the album's main genre as an index into `genres`, -1 if it has none")
