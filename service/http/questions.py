"""What a query asks with: images that it brings or names by a URL, albums, a text, likes and dislikes."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from anyio import CapacityLimiter, Semaphore, to_thread
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from indexer.sources.remote_image import UnreachableHostError
from service.answers.records import MAX_EXAMPLES, Examples, Upload
from service.http.protection.rate_limit import Allowance
from service.http.room import Room
from service.http.written_route import on_thread
from service.schemas import BatchQuery, CoverQuery, Liking, Query, SimilarQuery, Words
from sleeve.errors import FileRejectedError, QueryError
from sleeve.vocabulary import AlbumId, Rejection

Model = TypeVar("Model", bound=BaseModel)

Answer = TypeVar("Answer")

AT_ONCE = 4
"""Images fetched at a time; further queries wait, and hold no thread meanwhile."""

_FORM = "multipart/form-data"

IMAGE_THREADS = 8
"""Questions with images that are answered at a time; further ones wait, and hold no thread meanwhile."""


class ImageUrls:
    """Fetches the images that queries name.

    Args:
        fetch: URL → bytes, blocking; None if queries may not name URLs.
    """

    def __init__(self, fetch: Callable[[str], bytes] | None) -> None:
        self._fetch = fetch
        # Who has fetched an image and waits for room holds up the next fetch, but no thread.
        self._at_once = Semaphore(AT_ONCE)
        self._threads = CapacityLimiter(AT_ONCE)

    @asynccontextmanager
    async def image(self, url: str, room: Room) -> AsyncIterator[bytes]:
        """The bytes behind a URL, which take their room until the context ends.

        Raises:
            QueryError: queries may not name URLs here.
            FileRejectedError: see ``indexer.sources.remote_image``.
        """
        if self._fetch is None:
            raise QueryError("queries by URL are off here; set SLEEVE_IMAGE_URLS=1 for the service to turn them on")
        async with AsyncExitStack() as held:
            async with self._at_once:
                try:
                    image = await to_thread.run_sync(self._fetch, url, limiter=self._threads)
                except UnreachableHostError as error:
                    # One sentence for both: two would say which names exist inside.
                    detail = f"{error.host} is not on the public Internet, or does not answer as a web server should"
                    raise FileRejectedError(Rejection.UNREACHABLE, detail) from error
                await held.enter_async_context(room.taken(len(image)))
            yield image


@dataclass(frozen=True, slots=True)
class Question:
    """What a query asks with; what it does not name is empty."""

    images: tuple[Upload, ...] = ()
    album_ids: tuple[AlbumId, ...] = ()
    words: Words = field(default_factory=Words)
    liking: Liking = field(default_factory=Liking)

    @property
    def by_taste(self) -> bool:
        """Whether it asks with several examples, and not with one image, album or text."""
        if self.liking.like or self.liking.dislike or self.words.less:
            return True
        return len(self.images) + (self.words.text is not None) > 1

    def query(self) -> Query:
        """What an answer repeats of it."""
        names = [image.name for image in self.images]
        one_image = len(names) == 1 and not self.by_taste
        return Query(
            file=names[0] if one_image else None,
            files=[] if one_image else names,
            album_id=self.album_ids[0] if self.album_ids else None,
            text=self.words.text,
            less=self.words.less,
            like=self.liking.like,
            dislike=self.liking.dislike,
        )

    def examples(self) -> Examples:
        """As what a person likes and dislikes.

        Raises:
            QueryError: nothing is liked, or an album is liked and disliked.
        """
        return self.liking.examples(*(image.data for image in self.images), words=self.words)


@asynccontextmanager
async def question_of(
    request: Request, json: type[SimilarQuery | CoverQuery | BatchQuery], *, max_images: int
) -> AsyncIterator[Question]:
    """A form with images, or JSON. An image that the JSON names by its URL is fetched, and counts as uploaded.

    The images are in memory until the context ends; they come in when there is room for them.
    """
    kind = _kind_of_body(request)
    if kind == _FORM:
        reading = _form_question(request, json, max_images)
    elif kind == "application/json":
        reading = _json_question(request, json)
    else:
        raise HTTPException(415, 'send multipart/form-data with a field `image`, or JSON such as {"album_id": 1}')
    async with reading as question:
        yield question


@asynccontextmanager
async def images_of(request: Request, max_images: int) -> AsyncIterator[Question]:
    """As ``question_of``, a form with images and nothing else."""
    if _kind_of_body(request) != _FORM:
        raise HTTPException(415, "send multipart/form-data with a field `image` for each image")
    async with _form_question(request, BaseModel, max_images) as question:
        yield question


def _kind_of_body(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def answer(request: Request, question: Question, ask: Callable[..., Answer], *arguments: object) -> Answer:
    """Call ``ask`` on a thread. Questions with images share few threads, so that all others are answered meanwhile."""
    if not question.images:
        return await on_thread(ask, *arguments)
    image_threads: CapacityLimiter = request.state.image_threads
    async with image_threads:
        return await on_thread(ask, *arguments)


@asynccontextmanager
async def _form_question(request: Request, json: type[BaseModel], max_images: int) -> AsyncIterator[Question]:
    allowance: Allowance = request.state.allowance
    room: Room = request.state.question_room
    async with request.form(max_files=max_images, max_fields=2 * MAX_EXAMPLES + 8) as form:
        files = [file for file in form.getlist("image") if isinstance(file, UploadFile)]
        if not files or len(files) != len(form.getlist("image")):
            raise HTTPException(422, "the multipart field `image` holds no file")
        liked = {name: form.getlist(name) for name in ("like", "dislike")} if issubclass(json, Liking) else {}
        liking = _validated(Liking, liked)
        words = _validated(Words, dict(form) if issubclass(json, Words) else {})
        allowance.take_embedded(len(files) + _count(words))
        async with room.taken(sum(file.size or 0 for file in files)):
            images = tuple([Upload(file.filename, await file.read()) for file in files])
            yield Question(images, words=words, liking=liking)


@asynccontextmanager
async def _json_question(
    request: Request, json: type[SimilarQuery | CoverQuery | BatchQuery]
) -> AsyncIterator[Question]:
    allowance: Allowance = request.state.allowance
    asked = _validated(json, await request.body())
    if isinstance(asked, BatchQuery):
        allowance.take_reads(len(asked.album_ids))
        yield Question(album_ids=tuple(map(AlbumId, asked.album_ids)))
    elif asked.image_url is not None:
        allowance.take_fetch()
        image_urls: ImageUrls = request.state.image_urls
        async with image_urls.image(asked.image_url, request.state.question_room) as image:
            allowance.take_embedded(1)
            yield Question((Upload(asked.image_url, image),))
    elif asked.album_id is not None:
        allowance.take_reads(1)
        yield Question(album_ids=(AlbumId(asked.album_id),))
    else:
        assert isinstance(asked, SimilarQuery)  # the others name an album or an image
        allowance.take_embedded(_count(asked))
        yield Question(words=asked, liking=asked)


def _count(words: Words) -> int:
    """How many texts are to be embedded."""
    return sum(text is not None for text in (words.text, words.less))


def _validated(model: type[Model], data: bytes | Mapping[str, object]) -> Model:
    """JSON, or fields of a form, as what they mean; raises what becomes a 422."""
    try:
        return model.model_validate_json(data) if isinstance(data, bytes) else model.model_validate(data)
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_url=False)) from error
