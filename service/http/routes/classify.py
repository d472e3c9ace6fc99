"""The HTTP routes that tell genres: of one cover, and of a batch."""

from collections.abc import Callable
from typing import TypeVar

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from service import schemas
from service.answers.records import ClassifyAnswer
from service.http.problems import document_of
from service.http.requests import API, FILE_FIELD, FILES_FIELD, QUERY_PROBLEMS, TheClassifier, asked, body
from sleeve.errors import FileRejectedError, NotFoundError
from sleeve.vocabulary import AlbumId

Subject = TypeVar("Subject")

router = APIRouter(prefix=API, tags=["classify"])


@router.post(
    "/classify",
    summary="The genre of an image or an album",
    responses=QUERY_PROBLEMS,
    openapi_extra=body({"image": FILE_FIELD}, schemas.CoverQuery),
)
async def classify(request: Request, classifier: TheClassifier) -> schemas.ClassifySchema:
    """Send an image as the multipart field `image`, or `{"album_id": …}` or `{"image_url": "https://…"}` as JSON.

    The answer shows each genre's probability, what the neighbours' vote and the head said, and who voted.
    """
    question = await asked(request, schemas.CoverQuery, images=1)
    if isinstance(question, tuple):
        [upload], _ = question
        found = await run_in_threadpool(classifier.by_image, upload.data)
        return schemas.ClassifySchema.of(schemas.Query(file=upload.name), found)
    assert question.album_id is not None  # else there was an image: see ``CoverQuery``
    found = await run_in_threadpool(classifier.by_album, AlbumId(question.album_id))
    return schemas.ClassifySchema.of(schemas.Query(album_id=question.album_id), found)


@router.post(
    "/classify/batch",
    summary="The genres of several images or albums",
    responses=QUERY_PROBLEMS,
    openapi_extra=body({"image": FILES_FIELD}, schemas.BatchQuery),
)
async def classify_batch(request: Request, classifier: TheClassifier) -> schemas.ClassifyBatchSchema:
    """Send up to 32 images, each as a multipart field `image`, or `{"album_ids": […]}` as JSON.

    The results come in the order of the request. What cannot be classified has a `problem` in its place and fails
    nothing else.
    """
    question = await asked(request, schemas.BatchQuery, images=schemas.MAX_BATCH)

    def classified() -> list[schemas.ClassifySchema | schemas.FailedSchema]:
        if isinstance(question, tuple):
            uploads, _ = question
            return [_one(schemas.Query(file=each.name), classifier.by_image, each.data) for each in uploads]
        ids = map(AlbumId, question.album_ids)
        return [_one(schemas.Query(album_id=album_id), classifier.by_album, album_id) for album_id in ids]

    return schemas.ClassifyBatchSchema(results=await run_in_threadpool(classified))


def _one(
    query: schemas.Query, ask: Callable[[Subject], ClassifyAnswer], subject: Subject
) -> schemas.ClassifySchema | schemas.FailedSchema:
    try:
        return schemas.ClassifySchema.of(query, ask(subject))
    except (FileRejectedError, NotFoundError) as error:
        return schemas.FailedSchema(file=query.file, album_id=query.album_id, problem=document_of(error))
