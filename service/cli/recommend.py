"""``sleeve recommend``: albums for a taste."""

from typing import Annotated

import typer

from indexer.home import open_home
from service.answers.opening import open_answers
from service.answers.records import MAX_EXAMPLES, MAX_RECOMMENDATIONS, Examples, RecommendRequest
from service.cli.console import Json, answer, answer_json, settings_of
from service.cli.query import neighbours_table
from service.schemas import MAX_ID, Query, RecommendSchema
from service.schemas.filters import GENRE_HELP, YEARS_HELP, catalogue_filter
from sleeve.vocabulary import AlbumId


def recommend(
    context: typer.Context,
    like: Annotated[list[int], typer.Option(min=1, max=MAX_ID, help="Id of a liked album; repeatable.")],
    dislike: Annotated[
        list[int] | None, typer.Option(min=1, max=MAX_ID, help="Id of a disliked album; repeatable.")
    ] = None,
    k: Annotated[int, typer.Option("-k", "--count", min=1, max=MAX_RECOMMENDATIONS, help="How many albums.")] = 20,
    diversity: Annotated[
        float,
        typer.Option(
            min=0, max=1, help="How different the albums are from each other, from 0 (similarity alone) to 1."
        ),
    ] = 0.3,
    genre: Annotated[str | None, typer.Option(help=f"Only albums of this genre; {GENRE_HELP}.")] = None,
    year: Annotated[str | None, typer.Option(metavar="A:B", help=f"Only albums of these years: {YEARS_HELP}.")] = None,
    json: Json = False,
) -> None:
    """Recommend albums for a taste: near what is liked, away from what is disliked, and unlike each other.

    The albums you name and other pressings of them are left out, and each artwork appears once.

    Examples:

        sleeve recommend --like 12 --like 40

        sleeve recommend --like 12 --dislike 7 -k 10 --diversity 0.6 --genre jazz --year 1955:1969
    """
    disliked = dislike or []
    if max(len(like), len(disliked)) > MAX_EXAMPLES:
        raise typer.BadParameter(f"at most {MAX_EXAMPLES} albums can be liked, and as many disliked")
    examples = Examples(tuple(map(AlbumId, like)), tuple(map(AlbumId, disliked)))
    try:
        request = RecommendRequest(k, diversity, catalogue_filter(genre, year, None, None))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    with open_home(settings_of(context)) as home:
        found = open_answers(home).recommender.recommend(examples, request)
    document = RecommendSchema.of(Query(like=like, dislike=disliked), found)
    if json:
        answer_json(document)
    else:
        answer(neighbours_table(document.recommendations))
