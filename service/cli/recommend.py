"""``sleeve recommend``: albums for a taste."""

from typing import Annotated

import typer

from indexer.home import open_home
from service.answers.known_genre import check_genre
from service.answers.opening import open_answers
from service.answers.records import MAX_EXAMPLES, MAX_RECOMMENDATIONS, Examples, RecommendRequest
from service.cli.conditions import Where
from service.cli.console import Json, an_id, answer, answer_json, settings_of
from service.cli.query import LEAST_NEEDED, neighbours_table
from service.schemas import Query, RecommendSchema
from service.schemas.filters import GENRE_HELP, YEARS_HELP, catalogue_filter
from sleeve.vocabulary import AlbumId, ListName


def recommend(
    context: typer.Context,
    like: Annotated[
        list[int] | None, typer.Option(parser=an_id, metavar="ID", help="Id of a liked album; repeatable.")
    ] = None,
    dislike: Annotated[
        list[int] | None, typer.Option(parser=an_id, metavar="ID", help="Id of a disliked album; repeatable.")
    ] = None,
    k: Annotated[
        int, typer.Option("-k", "--count", min=1, max=MAX_RECOMMENDATIONS, metavar="N", help="How many albums.")
    ] = 20,
    diversity: Annotated[
        float,
        typer.Option(
            min=0,
            max=1,
            metavar="X",
            help="How different the albums are from each other, from 0 (similarity alone) to 1.",
        ),
    ] = 0.3,
    genre: Annotated[str | None, typer.Option(help=f"Only albums of this genre; {GENRE_HELP}.")] = None,
    year: Annotated[str | None, typer.Option(metavar="A:B", help=f"Only albums of these years: {YEARS_HELP}.")] = None,
    on_list: Annotated[ListName | None, typer.Option("--list", help="Only albums on this list.")] = None,
    where: Where = None,
    json: Json = False,
) -> None:
    """Recommend albums for a taste: near what is liked, away from what is disliked, and unlike each other.

    The albums you name and other pressings of them are left out, and each artwork appears once.

    Examples:

        sleeve recommend --like 12 --like 40
        sleeve recommend --like 12 --dislike 7 -k 10 --diversity 0.6 --genre jazz --year 1955:1969
    """
    liked, disliked = like or [], dislike or []
    if not liked:
        raise typer.BadParameter("name at least one album to like (--like ID); `sleeve find WORDS` shows their ids")
    if max(len(liked), len(disliked)) > MAX_EXAMPLES:
        raise typer.BadParameter(f"at most {MAX_EXAMPLES} albums can be liked, and as many disliked")
    examples = Examples(tuple(map(AlbumId, liked)), tuple(map(AlbumId, disliked)))
    try:
        request = RecommendRequest(k, diversity, catalogue_filter(genre, year, None, None, on_list, where or ()))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    with open_home(settings_of(context)) as home:
        check_genre(home.database, request.allowed)
        found = open_answers(home, on_demand=True).recommender.recommend(examples, request)
    document = RecommendSchema.of(Query(like=liked, dislike=disliked), found)
    if json:
        answer_json(document)
    else:
        answer(neighbours_table(document.recommendations), without=LEAST_NEEDED)
