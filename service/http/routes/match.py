"""The HTTP route that matches a batch of images with the catalogue."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from service import schemas
from service.answers.records import Upload
from service.http.api import API, FILES_FIELD, QUERY_PROBLEMS, form
from service.http.dependencies import OnList, SearchDep
from service.http.problems import document_of
from service.http.questions import answer, images_of
from service.http.written_route import WrittenRoute
from sleeve.errors import FileRejectedError

router = APIRouter(prefix=API, tags=["similar"], route_class=WrittenRoute)


@router.post(
    "/match",
    summary="What each of several images is to the catalogue",
    responses=QUERY_PROBLEMS,
    openapi_extra=form({"image": FILES_FIELD}),
)
async def match(
    request: Request,
    search: SearchDep,
    scans: Annotated[
        bool, Query(description="all of each image is a cover, as in another catalogue; this is quicker")
    ] = False,
    on_list: OnList = None,
) -> schemas.MatchSchema:
    """Send up to 32 images, each as a multipart field `image`: photos of sleeves, or covers of another catalogue.

    The results come in the order of the request, each with its verdict, the evidence and the runner-up. An image that
    cannot be used has a `problem` in its place and fails nothing else.

    With `list`, only albums on that list count as in the catalogue. With `scans`, an image is compared only with covers
    that stand out among its neighbours, and it is not read.
    """

    def matched(image: Upload) -> schemas.MatchedSchema | schemas.FailedSchema:
        try:
            found = search.match(image.data, is_scan=scans, on_list=on_list)
        except FileRejectedError as error:
            return schemas.FailedSchema(file=image.name, album_id=None, problem=document_of(error))
        return schemas.MatchedSchema.of(image.name, found)

    async with images_of(request, schemas.MAX_BATCH) as question:
        results = await answer(request, question, lambda: list(map(matched, question.images)))
    return schemas.MatchSchema(results=results)
