"""The HTTP routes about albums: list, show, add, change, remove, and what shows the same artwork."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Query, Request, Response, UploadFile
from pydantic import BaseModel

from db import album_list, albums, entries, facets, statements, texts
from db.records import AlbumPage
from indexer.home import Home
from indexer.jobs.remove import remove
from indexer.progress import Silent
from service import schemas
from service.actions.adding import GivenAlbum
from service.actions.editing import edit_album, edit_albums
from service.actions.overruling import decide_albums_artwork, merge_albums, split_album, undo_merge, undo_split
from service.answers.find import facets_of_found, find
from service.answers.printed_names import printed_names
from service.answers.records import Upload
from service.http.api import API, PROBLEM, PROBLEMS
from service.http.dependencies import (
    AdderDep,
    AlbumIdDep,
    AllowanceDep,
    CoverIdDep,
    HomeDep,
    KeptAnswersDep,
    ListFilterDep,
    OtherAlbumIdDep,
    SearchDep,
)
from service.http.room import Room
from service.http.written_route import WrittenRoute, on_thread, written
from service.schemas.cursor import MAX_CURSOR_CHARACTERS, from_cursor
from sleeve.errors import NotFoundError
from sleeve.vocabulary import AlbumId, AlbumOrder, CoverId

MAX_PAGE = 200
"""Albums on one page of a list."""

MAX_SKIP = 10_000_000

Words = Annotated[
    str,
    Query(
        max_length=schemas.MAX_WORDS_CHARACTERS,
        description="up to 8 words: in a name or on a cover, a genre, a year, an album's number or a file's name",
    ),
    schemas.OneLine,
    schemas.FewWords,
]

ByHand = Annotated[bool, Query(description="false to take back what a person said, for an undo")]

router = APIRouter(prefix=f"{API}/albums", tags=["albums"], route_class=WrittenRoute)


def _as_kept(model: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """What the description of a route says of an answer that clients may keep."""
    return {200: {"model": model}, 304: {"description": "Not Modified"}}


@router.get(
    "", summary="The albums, a page at a time", responses={**_as_kept(schemas.AlbumsSchema), 422: PROBLEM, 503: PROBLEM}
)
def list_albums(
    request: Request,
    home: HomeDep,
    kept: KeptAnswersDep,
    allowance: AllowanceDep,
    allowed: ListFilterDep,
    q: Words = "",
    sort: Annotated[
        AlbumOrder | None, Query(description="best match first if words are given, else newest first, by default")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE, description="albums on a page")] = 48,
    cursor: Annotated[
        str | None, Query(max_length=MAX_CURSOR_CHARACTERS, description="`next` of the page before, of the same list")
    ] = None,
    skip: Annotated[int, Query(ge=0, le=MAX_SKIP, description="albums to leave out before the first one")] = 0,
    id: Annotated[
        list[schemas.AlbumIdNumber],
        Query(
            max_length=MAX_PAGE,
            description="these albums in this order, whatever else is asked; those gone are left out",
        ),
    ] = [],  # noqa: B006
) -> Response:
    """Send `next` back as `cursor` until it is null; keep the other parameters. `skip` goes to a place in the list
    instead, which is another one if albums come or go meanwhile.

    Albums that are added or removed meanwhile neither repeat nor hide others. Words may be misspelled. They are looked
    for in artists, titles and the text on covers; the 100 albums that fit best are listed, each with where the words
    are.
    """
    if id:
        with home.database.reading() as session:
            found_by_id = albums.of_ids(session, list(map(AlbumId, id)))
        named = tuple(found_by_id[AlbumId(each)] for each in dict.fromkeys(id) if each in found_by_id)
        return written(schemas.AlbumsSchema.of(AlbumPage(named, None, len(named))))
    order = sort or (AlbumOrder.MATCH if q.strip() else AlbumOrder.NEWEST)
    after = None if cursor is None else from_cursor(cursor, order)
    if q.strip():
        allowance.take_found()
        found = find(home.database, q, allowed, order, after=after, limit=limit, skip=skip)
        return written(schemas.AlbumsSchema.of_found(found))

    def page() -> schemas.AlbumsSchema:
        with home.database.reading() as session:
            return schemas.AlbumsSchema.of(
                album_list.page(session, allowed, order, after=after, limit=limit, skip=skip)
            )

    return kept.answer(request, page)


@router.get(
    "/facets",
    summary="What the albums of a list are, by count",
    responses={**_as_kept(schemas.FacetsSchema), 422: PROBLEM, 503: PROBLEM},
)
def list_facets(
    request: Request,
    home: HomeDep,
    kept: KeptAnswersDep,
    allowance: AllowanceDep,
    allowed: ListFilterDep,
    q: Words = "",
    sort: Annotated[AlbumOrder | None, Query(description="of the list that the jumps are for")] = None,
) -> Response:
    """Genres, artists, decades and what is missing, each counted without the filter on itself; with words, of the
    albums found. `jumps` say at which place (`skip`) the list comes to a letter or a decade."""
    # Counting goes through all albums.
    allowance.take_found()
    if q.strip():
        return written(schemas.FacetsSchema.of(facets_of_found(find(home.database, q, allowed))))

    def counted() -> schemas.FacetsSchema:
        with home.database.reading() as session:
            return schemas.FacetsSchema.of(facets.of_list(session, allowed, sort or AlbumOrder.NEWEST))

    return kept.answer(request, counted)


@router.get("/printed", summary="What covers say of albums without a title", responses={422: PROBLEM, 503: PROBLEM})
def printed(
    home: HomeDep, id: Annotated[list[schemas.AlbumIdNumber], Query(min_length=1, max_length=MAX_PAGE)]
) -> schemas.PrintedNamesSchema:
    """The one or two largest lines on the front of each, to show instead of a name: as they were read, maybe with
    mistakes. Albums that have a title, or whose front says nothing, are left out."""
    found = printed_names(home.database, [AlbumId(each) for each in dict.fromkeys(id)])
    return schemas.PrintedNamesSchema.of(found)


@router.patch("", summary="Change albums", responses={**PROBLEMS, 400: PROBLEM, 413: PROBLEM})
def change_albums(request: schemas.AlbumChanges, home: HomeDep) -> schemas.ChangedAlbumsSchema:
    """All of the changes are made, or none; each as with `PATCH /albums/{album_id}`."""
    edited = edit_albums(home, request.edits())
    return schemas.ChangedAlbumsSchema(albums=[schemas.AlbumSchema.of(album) for album in edited])


@router.post("/remove", status_code=204, summary="Remove albums", responses={**PROBLEMS, 400: PROBLEM, 413: PROBLEM})
def delete_albums(request: schemas.AlbumIdsRequest, home: HomeDep) -> None:
    """All of them, or none if one does not exist; each as with `DELETE /albums/{album_id}`."""
    remove(home, Silent(), request.ids())


@router.post(
    "",
    status_code=201,
    response_model=schemas.AddedAlbumSchema,
    summary="Add an album with its cover",
    responses={
        **dict.fromkeys((400, 413, 422, 503), PROBLEM),
        200: {"model": schemas.AddedAlbumSchema, "description": "The album was there with all of it; nothing changed"},
    },
)
async def create_album(
    request: Request,
    adder: AdderDep,
    allowance: AllowanceDep,
    image: Annotated[UploadFile, File(description="the front")],
    back: Annotated[UploadFile | None, File(description="the back")] = None,
    title: Annotated[schemas.Name, Form(examples=["Blue Train"])] = "",
    artist: Annotated[schemas.Name, Form(examples=["John Coltrane"])] = "",
    year: Annotated[schemas.Year | None, Form(examples=[1957])] = None,
    genre: Annotated[list[schemas.GenreName], Form(max_length=schemas.MAX_GENRES, examples=[["jazz"]])] = [],  # noqa: B006
) -> Response:
    """The images are kept in the catalogue's home, and the next search finds the album.

    An album of the same artist, title and year gets the covers that it lacks; without names, an album with the same
    image does. If nothing is new, the answer is 200. Genres given here count as those given with `PATCH`.
    """
    allowance.take_embedded(1 if back is None else 2)
    room: Room = request.state.upload_room
    async with room.taken(sum(file.size or 0 for file in (image, back) if file is not None)):
        front = Upload(image.filename, await image.read())
        reverse = None if back is None else Upload(back.filename, await back.read())
        given = GivenAlbum(title or None, artist or None, year, tuple(genre))
        album, saved = await on_thread(adder.add, given, front, reverse)
    answer = written(schemas.AddedAlbumSchema.of_added(album, saved), 201 if saved.created else 200)
    answer.headers["Location"] = f"{request.state.root_path}{API}/albums/{album.id}"
    return answer


@router.get("/{album_id}", summary="One album", responses=PROBLEMS)
def album(album_id: AlbumIdDep, home: HomeDep) -> schemas.WholeAlbumSchema:
    """An album with its genres, its covers, what lists say of it, and its ids at MusicBrainz and Discogs."""
    with home.database.reading() as session:
        found = albums.album(session, album_id)
        listed, marks = entries.of_album(session, album_id), entries.marked_by_hand(session, album_id)
        ids = statements.ids_of_album(session, album_id)
        return schemas.WholeAlbumSchema.of_whole(found, listed, marks, ids)


@router.patch("/{album_id}", summary="Change an album", responses={**PROBLEMS, 400: PROBLEM, 413: PROBLEM})
def change_album(album_id: AlbumIdDep, change: schemas.AlbumChange, home: HomeDep) -> schemas.AlbumSchema:
    """Send what is to change; a title, artist or year of null takes it away.

    Genres given here replace those of every source, count in the next vote, and stay when the album's file is added
    again.
    """
    return schemas.AlbumSchema.of(edit_album(home, album_id, change.edit()))


@router.post("/{album_id}/merge", summary="Make albums one", responses={**PROBLEMS, 400: PROBLEM, 413: PROBLEM})
def merge(album_id: AlbumIdDep, request: schemas.MergeRequest, home: HomeDep) -> schemas.AlbumSchema:
    """The other albums' covers become this album's. It stays so, whatever the sources say when they are added again;
    `/albums/{id of another}/merge/undo` takes it back."""
    return schemas.AlbumSchema.of(merge_albums(home, album_id, request.ids()))


@router.post(
    "/{album_id}/split",
    status_code=201,
    summary="Make some covers an album of their own",
    responses={**PROBLEMS, 400: PROBLEM, 413: PROBLEM},
)
def split(album_id: AlbumIdDep, request: schemas.SplitRequest, home: HomeDep) -> schemas.AlbumSchema:
    """The answer is the new album. It stays so, whatever the sources say when they are added again. Covers that had
    come from another album have its names and genres again, and its id if they are all that it had.
    `/albums/{id}/split/undo` takes it back."""
    _check_covers(home, album_id, request.ids())
    return schemas.AlbumSchema.of(split_album(home, request.ids()))


@router.post("/{album_id}/merge/undo", summary="Take back that an album was made one with another", responses=PROBLEMS)
def undo_a_merge(album_id: AlbumIdDep, home: HomeDep) -> schemas.AlbumSchema:
    """The album that was gone is there again under its own id, with the covers, names and genres that it had."""
    return schemas.AlbumSchema.of(undo_merge(home, album_id))


@router.post(
    "/{album_id}/split/undo", summary="Take back that an album was made of another one's covers", responses=PROBLEMS
)
def undo_a_split(album_id: AlbumIdDep, home: HomeDep) -> schemas.AlbumSchema:
    """The answer is the album that its covers are of again."""
    return schemas.AlbumSchema.of(undo_split(home, album_id))


@router.delete("/{album_id}/covers/{cover_id}", status_code=204, summary="Remove one cover", responses=PROBLEMS)
def delete_cover(album_id: AlbumIdDep, cover_id: CoverIdDep, home: HomeDep) -> None:
    """An album without any other cover goes too. A file of your own stays where it is, and is left out when it is added
    again; `sleeve add --again` brings it back."""
    _check_covers(home, album_id, [cover_id])
    remove(home, Silent(), cover_ids=[cover_id])


def _check_covers(home: Home, album_id: AlbumId, cover_ids: Sequence[CoverId]) -> None:
    with home.database.reading() as session:
        of_album = {cover.id for cover in albums.album(session, album_id).covers}
    for cover_id in cover_ids:
        if cover_id not in of_album:
            raise NotFoundError(f"album {album_id} has no cover {cover_id}")


@router.delete(
    "/{album_id}/same-artwork/{other_id}", status_code=204, summary="Not the same artwork", responses=PROBLEMS
)
def not_same_artwork(album_id: AlbumIdDep, other_id: OtherAlbumIdDep, home: HomeDep, by_hand: ByHand = True) -> None:
    """The two albums count as different artworks from then on, also when they are compared again. With `by_hand=false`
    they are not linked, and may be when they are compared again."""
    decide_albums_artwork(home, album_id, other_id, same=False, by_hand=by_hand)


@router.put("/{album_id}/same-artwork/{other_id}", status_code=204, summary="The same artwork", responses=PROBLEMS)
def is_same_artwork(album_id: AlbumIdDep, other_id: OtherAlbumIdDep, home: HomeDep, by_hand: ByHand = True) -> None:
    """The two albums count as one artwork from then on, also if it was said before that they do not. With
    `by_hand=false` they are linked as if their pixels had said so."""
    decide_albums_artwork(home, album_id, other_id, same=True, by_hand=by_hand)


@router.delete("/{album_id}", status_code=204, summary="Remove an album", responses=PROBLEMS)
def delete_album(album_id: AlbumIdDep, home: HomeDep) -> None:
    """It is in no answer from then on. Uploaded covers are deleted; files of your own stay where they are, and are left
    out when they are added again; `sleeve add --again` brings them back."""
    remove(home, Silent(), [album_id])


@router.get("/{album_id}/text", summary="What its covers say", responses=PROBLEMS)
def text(album_id: AlbumIdDep, home: HomeDep) -> schemas.AlbumTextSchema:
    """The lines of text on each cover, as they were read: suggestions of a title and an artist, not facts."""
    with home.database.reading() as session:
        found = albums.album(session, album_id)
        return schemas.AlbumTextSchema.of(found, texts.of_covers(session, [cover.id for cover in found.covers]))


@router.get("/{album_id}/same-artwork", summary="Albums with the same artwork", responses=PROBLEMS)
def same_artwork(album_id: AlbumIdDep, search: SearchDep) -> schemas.SameArtworkSchema:
    """Other pressings, crops and copies, nearest first: albums with a front whose pixels were found to show the same
    artwork when it was indexed or uploaded."""
    found = search.same_artwork(album_id)
    return schemas.SameArtworkSchema(neighbours=[schemas.NeighbourSchema.of(neighbour) for neighbour in found])


@router.get("/{album_id}/near-duplicates", summary="Old name", responses=PROBLEMS, deprecated=True)
def near_duplicates(album_id: AlbumIdDep, search: SearchDep) -> schemas.SameArtworkSchema:
    """The old name of `/albums/{album_id}/same-artwork`; it leaves with the next release."""
    return same_artwork(album_id, search)
