"""The HTTP route of covers as pictures."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from db import albums
from service import schemas
from service.http.api import API, PROBLEMS
from service.http.caching import client_has
from service.http.dependencies import HomeDep, ThumbnailsDep
from service.http.thumbnails import MAX_SIZE_PX, MIN_SIZE_PX, PictureFormat, size_made
from sleeve.vocabulary import CoverId

router = APIRouter(prefix=f"{API}/covers", tags=["albums"])


@router.head("/{cover_id}/image", include_in_schema=False)
@router.get(
    "/{cover_id}/image",
    summary="A cover as a picture",
    response_class=Response,
    responses={
        **PROBLEMS,
        200: {"content": {"image/webp": {}, "image/jpeg": {}}},
        304: {"description": "Not Modified"},
    },
)
def cover_image(
    request: Request,
    cover_id: Annotated[int, Path(ge=1, le=schemas.MAX_ID)],
    home: HomeDep,
    thumbnails: ThumbnailsDep,
    size: Annotated[
        int, Query(ge=MIN_SIZE_PX, le=MAX_SIZE_PX, description="longer side, pixels; the next size up that is made")
    ] = 384,
    format: Annotated[  # the name that the API has for it
        PictureFormat | None, Query(description="by default WebP if the client accepts it")
    ] = None,
) -> Response:
    """The cover as a picture of 96, 192, 384, 768, 1536 or 2048 pixels, and no larger than it is."""
    with home.database.reading() as session:
        cover = albums.cover(session, CoverId(cover_id))
    size_px = size_made(size)
    kind = format or (PictureFormat.WEBP if "image/webp" in request.headers.get("accept", "") else PictureFormat.JPEG)
    etag = f'"{cover.content_hash[:32]}-{size_px}-{kind}"'
    headers = {"ETag": etag, "Cache-Control": "private, max-age=86400", "Vary": "Accept"}
    if client_has(request, etag):
        return Response(status_code=304, headers=headers)
    picture = thumbnails.picture(cover, size_px, kind)
    return Response(picture, media_type=f"image/{kind}", headers=headers)
