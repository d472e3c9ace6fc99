"""The HTTP routes of covers as pictures: an address that names the content, and one that leads to it."""

import logging
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response

from db import albums
from db.records import CoverRecord
from service import schemas
from service.http.api import API, PROBLEMS
from service.http.caching import KEPT_BY_ONE, client_has
from service.http.dependencies import HomeDep, ThumbnailsDep
from service.http.thumbnails import MAX_SIZE_PX, MIN_SIZE_PX, Picture, PictureFormat, Thumbnails, size_made
from service.http.written_route import WrittenRoute
from sleeve.errors import FileRejectedError, NotFoundError
from sleeve.vocabulary import ContentHash, CoverId

router = APIRouter(prefix=API, tags=["albums"], route_class=WrittenRoute)

MOST_COPIES = 16
"""Covers with the same bytes whose files are tried, if the first ones are gone."""

_log = logging.getLogger(__name__)

Size = Annotated[
    int, Query(ge=MIN_SIZE_PX, le=MAX_SIZE_PX, description="longer side, pixels; the next size up that is made")
]
Format = Annotated[PictureFormat | None, Query(description="by default WebP if the client accepts it")]


@router.head("/images/{content_hash}", include_in_schema=False)
@router.get(
    "/images/{content_hash}",
    summary="A cover as a picture",
    response_class=Response,
    responses={
        **PROBLEMS,
        200: {"content": {"image/webp": {}, "image/jpeg": {}}},
        304: {"description": "Not Modified"},
    },
)
def image(
    request: Request,
    content_hash: Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="of a cover")],
    home: HomeDep,
    thumbnails: ThumbnailsDep,
    size: Size = 384,
    format: Format = None,
) -> Response:
    """The cover as a picture of 96, 192, 384, 768, 1536 or 2048 pixels, and no larger than it is.

    The address names the content, so that the answer can be kept for ever.
    """
    with home.database.asking() as connection:
        copies = albums.covers_of_content(connection, ContentHash(content_hash), MOST_COPIES)
    if not copies:
        raise NotFoundError("there is no cover with this content")
    size_px = size_made(size)
    kind = format or (PictureFormat.WEBP if "image/webp" in request.headers.get("accept", "") else PictureFormat.JPEG)
    etag = f'"{content_hash[:32]}-{size_px}-{kind}"'
    headers = {"ETag": etag, "Cache-Control": KEPT_BY_ONE, "Vary": "Accept"}
    if client_has(request, etag):
        return Response(status_code=304, headers=headers)
    picture = _first_readable(thumbnails, copies, size_px, kind)
    if not picture.is_of_content:  # the file was replaced, and not added again yet
        headers = {"Cache-Control": "no-store"}
    return Response(picture.data, media_type=f"image/{kind}", headers=headers)


@router.head("/covers/{cover_id}/image", include_in_schema=False)
@router.get(
    "/covers/{cover_id}/image",
    summary="Where a cover's picture is",
    status_code=307,
    response_class=Response,
    responses={**PROBLEMS, 307: {"description": "To `/images/{content_hash}`, with the same parameters"}},
)
def cover_image(
    cover_id: Annotated[int, Path(ge=1, le=schemas.MAX_ID)], home: HomeDep, size: Size = 384, format: Format = None
) -> Response:
    """Leads to the picture of the cover's present content."""
    with home.database.reading() as session:
        cover = albums.cover(session, CoverId(cover_id))
    parameters = urlencode({"size": size, **({"format": str(format)} if format else {})})
    # Relative, so that it holds below any path.
    place = f"../../images/{cover.content_hash}?{parameters}"
    return Response(status_code=307, headers={"Location": place, "Cache-Control": "no-cache"})


def _first_readable(thumbnails: Thumbnails, copies: list[CoverRecord], size_px: int, kind: PictureFormat) -> Picture:
    """The picture of the first copy whose file is there."""
    for cover in copies[:-1]:
        try:
            return thumbnails.picture(cover, size_px, kind)
        except FileRejectedError as error:
            _log.debug("%s: %s; trying a copy", cover.file, error)
    return thumbnails.picture(copies[-1], size_px, kind)
