"""The bytes of images in memory are bounded; who finds no room in time is told when to come again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest
from fastapi.testclient import TestClient
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from service.http import app
from service.http.room import Room
from sleeve.settings import Settings
from tests.indexer.images.decoding.pictures import encode, plain


def test_never_more_than_there_is_room_for_first_come_first_served() -> None:
    inside, most, order = 0, 0, []

    async def come(room: Room, size_bytes: int) -> None:
        nonlocal inside, most
        async with room.taken(size_bytes):
            order.append(size_bytes)
            inside += min(size_bytes, 10)
            most = max(most, inside)
            await anyio.sleep(0.001)
            inside -= min(size_bytes, 10)

    sizes = [3, 4, 999, 2, 10, 1, 1, 0, 7]

    async def ask() -> None:
        room = Room(10)
        async with anyio.create_task_group() as group:
            for size_bytes in sizes:
                group.start_soon(come, room, size_bytes)
                await anyio.lowlevel.checkpoint()
        async with room.taken(10):
            pass

    anyio.run(ask)
    assert order == sizes
    assert most == 10


def test_who_finds_no_room_in_time_gets_503_and_takes_none() -> None:
    async def ask() -> None:
        room = Room(10, within_s=0.01)
        async with room.taken(8):
            with pytest.raises(HTTPException) as refused:
                async with room.taken(3):
                    pass
            async with room.taken(2):
                pass
        assert refused.value.status_code == 503
        assert refused.value.headers == {"Retry-After": "5"}
        with pytest.raises(ValueError, match="fails"):
            async with room.taken(10):
                raise ValueError("fails")
        async with room.taken(10):
            pass

    anyio.run(ask)


def test_every_route_with_images_asks_for_their_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    class Noting(Room):
        @asynccontextmanager
        async def taken(self, size_bytes: int) -> AsyncIterator[None]:
            asked.append(size_bytes)
            async with super().taken(size_bytes):
                yield

    monkeypatch.setattr(app, "Room", Noting)
    images = [encode(plain(size=(size, size)), "BMP") for size in (20, 30)]
    files = [("image", image) for image in images]
    both = sum(map(len, images))
    with TestClient(app.create_app(Settings(home=tmp_path / "home")), base_url="http://localhost") as client:
        assert client.post("/api/v1/classify", files=files[:1]).status_code == 200
        assert client.post("/api/v1/classify/batch", files=files).status_code == 200
        assert client.post("/api/v1/albums", files=[files[0], ("back", images[1])]).status_code == 201
        assert client.post("/api/v1/similar", files=files).status_code == 200
    assert asked == [len(images[0]), both, both, both]


def test_a_file_on_its_way_is_in_memory_only_if_it_is_small(tmp_path: Path) -> None:
    async def whether_in_memory(scope: Scope, receive: Receive, send: Send) -> None:
        async with Request(scope, receive).form() as form:
            file = form["image"]
            assert isinstance(file, UploadFile)
            await PlainTextResponse(str(file._in_memory))(scope, receive, send)

    app.create_app(Settings(home=tmp_path / "home"))
    client = TestClient(whether_in_memory)
    said = [client.post("/", files={"image": bytes(size)}).text for size in (16_000, 17_000)]
    assert said == ["True", "False"]
