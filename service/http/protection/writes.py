"""Which requests change something: the one rule that the key, the limits and the guard against other sites go by."""

from starlette.types import Scope

QUESTIONS = frozenset(
    {"/api/v1/similar", "/api/v1/classify", "/api/v1/classify/batch", "/api/v1/recommend"},
)
"""POST here only asks. Everything else beside GET, HEAD and OPTIONS counts as a change, also on routes to come."""

_READING = frozenset({"GET", "HEAD", "OPTIONS"})


def changes_something(scope: Scope) -> bool:
    """Whether an HTTP request may change the catalogue or its index."""
    if scope["method"] in _READING:
        return False
    return scope["method"] != "POST" or scope["path"] not in QUESTIONS
