"""The barcodes in an image."""

from collections.abc import Iterable, Mapping

from pydantic import BaseModel, Field

from db.records import AlbumRecord
from service.schemas.albums import AlbumSchema


class BarcodeSchema(BaseModel):
    """A barcode that was read, and whose it is."""

    barcode: str = Field(description="its 13 digits; a UPC-A begins with a zero")
    albums: list[AlbumSchema] = Field(description="those with it, with or without a cover; none if it is nobody's")


class BarcodesSchema(BaseModel):
    """The answer of ``POST /barcodes``."""

    barcodes: list[BarcodeSchema]

    @classmethod
    def of(cls, found: Mapping[str, Iterable[AlbumRecord]]) -> "BarcodesSchema":
        return cls(
            barcodes=[
                BarcodeSchema(barcode=barcode, albums=[AlbumSchema.of(album) for album in albums])
                for barcode, albums in found.items()
            ]
        )
