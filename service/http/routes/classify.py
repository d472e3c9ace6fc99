"""The HTTP routes that classify: one cover, or a batch."""

from collections.abc import Callable
from typing import TypeVar

from fastapi import APIRouter, Request

from service import schemas
from service.answers.records import ClassifyAnswer
from service.http.api import API, FILE_FIELD, FILES_FIELD, QUERY_PROBLEMS, body
from service.http.dependencies import ClassifierDep, OutlineDep
from service.http.problems import document_of
from service.http.questions import answer, question_of
from service.http.written_route import WrittenRoute
from sleeve.errors import FileRejectedError, NotFoundError

Subject = TypeVar("Subject")

router = APIRouter(prefix=API, tags=["classify"], route_class=WrittenRoute)


@router.post(
    "/classify",
    summary="The genre of an image or an album",
    responses=QUERY_PROBLEMS,
    openapi_extra=body({"image": FILE_FIELD}, schemas.CoverQuery),
)
async def classify(request: Request, classifier: ClassifierDep, outline: OutlineDep) -> schemas.ClassifySchema:
    """Send an image as the multipart field `image`, or `{"album_id": …}` or `{"image_url": "https://…"}` as JSON.

    The answer shows each genre's probability, what the neighbours' vote, the head and the text on the cover said, who
    voted, and which words spoke for a genre. If the image shows an album of the catalogue (`verdict`), that album's own
    genres come first. `outline` says, and may be sent to say, where the sleeve is in the image.
    """
    async with question_of(request, schemas.CoverQuery, max_images=1) as question:
        if question.images:
            found = await answer(request, question, classifier.by_image, question.images[0].data, outline)
        else:
            found = await answer(request, question, classifier.by_album, question.album_ids[0])
    return schemas.ClassifySchema.of(question.query(), found)


@router.post(
    "/classify/batch",
    summary="The genres of several images or albums",
    responses=QUERY_PROBLEMS,
    openapi_extra=body({"image": FILES_FIELD}, schemas.BatchQuery),
)
async def classify_batch(request: Request, classifier: ClassifierDep) -> schemas.ClassifyBatchSchema:
    """Send up to 32 images, each as a multipart field `image`, or `{"album_ids": […]}` as JSON.

    The results come in the order of the request. What cannot be classified has a `problem` in its place and fails
    nothing else.
    """
    async with question_of(request, schemas.BatchQuery, max_images=schemas.MAX_BATCH) as question:

        def classify_each() -> list[schemas.ClassifySchema | schemas.FailedSchema]:
            by_image = [_one(schemas.Query(file=each.name), classifier.by_image, each.data) for each in question.images]
            by_album = [_one(schemas.Query(album_id=each), classifier.by_album, each) for each in question.album_ids]
            return by_image or by_album

        return schemas.ClassifyBatchSchema(results=await answer(request, question, classify_each))


def _one(
    query: schemas.Query, ask: Callable[[Subject], ClassifyAnswer], subject: Subject
) -> schemas.ClassifySchema | schemas.FailedSchema:
    try:
        return schemas.ClassifySchema.of(query, ask(subject))
    except (FileRejectedError, NotFoundError) as error:
        return schemas.FailedSchema(file=query.file, album_id=query.album_id, problem=document_of(error))
