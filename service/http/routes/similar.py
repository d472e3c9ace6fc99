"""The HTTP routes that find albums: similar ones, and recommended ones."""

from fastapi import APIRouter, Request

from indexer.models.text_tower import MAX_TEXT_CHARACTERS
from service import schemas
from service.answers.records import RecommendRequest
from service.http.api import API, FILES_FIELD, PROBLEM, PROBLEMS, QUERY_PROBLEMS, body
from service.http.dependencies import FilterDep, OutlineDep, RecommenderDep, SearchDep, SimilarRequestDep
from service.http.questions import answer, question_of
from service.http.written_route import WrittenRoute

router = APIRouter(prefix=API, route_class=WrittenRoute)

_IDS = {"type": "array", "items": {"type": "integer"}}
_TEXT = {"type": "string", "minLength": 1, "maxLength": MAX_TEXT_CHARACTERS}


@router.post(
    "/similar",
    summary="Albums that look like images, albums or what a text describes",
    tags=["similar"],
    responses=QUERY_PROBLEMS,
    openapi_extra=body(
        {"image": FILES_FIELD, "like": _IDS, "dislike": _IDS, "text": _TEXT, "less": _TEXT}, schemas.SimilarQuery
    ),
)
async def similar(
    request: Request, search: SearchDep, recommender: RecommenderDep, wanted: SimilarRequestDep, outline: OutlineDep
) -> schemas.SimilarSchema:
    """Send an image as the multipart field `image`, or as JSON `{"album_id": …}`, `{"text": "foggy forest"}` or
    `{"image_url": "https://…"}`.

    Several images, or albums to `like` and `dislike`, ask for what is near the likes and away from the dislikes: the
    query is their mean plus what sets the likes apart from the dislikes. Pictures and albums go together with a `text`
    for what a cover shows, and `less` for what it should show less of; pictures and words then decide as much.

    One image is understood as a photo of a sleeve: `outline` in the answer says where the sleeve was seen, and
    `verdict` whether it is an album of the catalogue. Send the parameter `outline` to correct it.

    The answer holds each album once, nearest first (before them the album that an image shows, or whose words it
    says), without the albums of the query. A text needs a model with a text tower; without one the answer is 422.
    """
    async with question_of(request, schemas.SimilarQuery, max_images=schemas.MAX_IMAGES) as question:
        if question.by_taste:
            found = await answer(request, question, recommender.similar, question.examples(), wanted, outline)
        elif question.album_ids:
            found = await answer(request, question, search.by_album, question.album_ids[0], wanted)
        elif question.words.text is not None:
            found = await answer(request, question, search.by_text, question.words.text, wanted)
        else:
            found = await answer(request, question, search.by_image, question.images[0].data, wanted, outline)
    return schemas.SimilarSchema.of(question.query(), found)


@router.post(
    "/recommend", summary="Albums for a taste", tags=["recommend"], responses={**PROBLEMS, 400: PROBLEM, 413: PROBLEM}
)
def recommend(
    taste: schemas.RecommendQuery, allowed: FilterDep, recommender: RecommenderDep
) -> schemas.RecommendSchema:
    """Send the albums that are liked and, if you want, disliked.

    Neither they nor other pressings of them come back, and of albums with the same artwork only one does. `diversity`
    weighs how different the albums are from each other against how near they are to the taste (maximal marginal
    relevance).
    """
    request = RecommendRequest(taste.k, taste.diversity, allowed)
    found = recommender.recommend(taste.examples(), request)
    return schemas.RecommendSchema.of(schemas.Query(like=taste.like, dislike=taste.dislike), found)
