"""Answers about the whole catalogue as they are sent, kept while it stays as it is (ADR 47)."""

from collections.abc import Callable
from dataclasses import dataclass, field

from fastapi import Request, Response
from pydantic import BaseModel

from db import answering
from db.database import Database
from service.http.caching import Body, send_body

MOST_KEPT = 64
"""Answers: a page of 60 albums takes 20 kB, the largest that can be asked for 100 kB."""

MOST_ASKED_CHARACTERS = 500
"""Of a question that is kept: anyone can make up long ones."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """The answers of one state of the catalogue, by what was asked."""

    state: int = -1
    bodies: dict[tuple[str, bytes], Body] = field(default_factory=dict)


class KeptAnswers:
    """Answers that depend on nothing but the address asked and the state of the catalogue (see ``db.answering``).

    Those of another state are given up as a whole. Safe to use from several threads at once.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept = _Kept()

    def answer(self, request: Request, make: Callable[[], BaseModel]) -> Response:
        """The answer to a request; ``make`` makes it if it is not kept.

        Raises:
            CatalogueError: the database cannot be used.
        """
        with self._database.asking() as connection:
            state = answering.state(connection)
        kept = self._kept
        if kept.state != state:
            kept = self._kept = _Kept(state)
        asked = (request.scope["path"], request.scope["query_string"])
        body = kept.bodies.get(asked)
        if body is None:
            # If the catalogue changes meanwhile, this is an answer of the next state, and nobody will ask for this one.
            body = Body.of(make())
            if len(kept.bodies) >= MOST_KEPT:
                kept.bodies.clear()
            if len(asked[1]) <= MOST_ASKED_CHARACTERS:
                kept.bodies[asked] = body
        return send_body(request, body)
