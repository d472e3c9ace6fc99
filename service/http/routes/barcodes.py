"""The HTTP route that reads barcodes."""

from fastapi import APIRouter, Request

from db import albums, statements
from db.records import AlbumRecord
from service import schemas
from service.answers.query_text import QueryReader
from service.http.api import API, FILE_FIELD, QUERY_PROBLEMS, form
from service.http.dependencies import HomeDep
from service.http.questions import answer, images_of
from service.http.written_route import WrittenRoute

router = APIRouter(prefix=API, tags=["similar"], route_class=WrittenRoute)

MOST_ALBUMS = 20
"""Albums named for one barcode."""


@router.post(
    "/barcodes",
    summary="The barcodes in an image, and whose they are",
    responses=QUERY_PROBLEMS,
    openapi_extra=form({"image": FILE_FIELD}),
)
async def barcodes(request: Request, home: HomeDep) -> schemas.BarcodesSchema:
    """Send an image as the multipart field `image`; grey is enough, and large is better: of a bar it needs two pixels.

    `similar`, `classify` and `match` look for a barcode themselves if no cover is recognised. This is for who sends
    them a small image, and then a large one if it is needed; nothing else is looked for in it.
    """
    reader = QueryReader(home.reader)

    def read(data: bytes) -> dict[str, list[AlbumRecord]]:
        found = reader.barcodes(data)
        with home.database.reading() as session:
            with_it = {code: statements.albums_with_barcode(session, code)[:MOST_ALBUMS] for code in found}
            known = albums.of_ids(session, [one for ids in with_it.values() for one in ids])
        return {code: [known[one] for one in ids if one in known] for code, ids in with_it.items()}

    async with images_of(request, 1) as question:
        return schemas.BarcodesSchema.of(await answer(request, question, read, question.images[0].data))
