"""What the descriptions of the routes share: their prefix, the problems they can have, the bodies they take."""

from typing import Any

from pydantic import BaseModel

from service import schemas

API = "/api/v1"

PROBLEM: dict[str, Any] = {"model": schemas.Problem, "content": {"application/problem+json": {}}}
PROBLEMS: dict[int | str, dict[str, Any]] = {404: PROBLEM, 422: PROBLEM, 503: PROBLEM}
QUERY_PROBLEMS = {**PROBLEMS, 400: PROBLEM, 413: PROBLEM, 415: PROBLEM}

FILE_FIELD: dict[str, Any] = {"type": "string", "format": "binary"}
FILES_FIELD: dict[str, Any] = {"type": "array", "items": FILE_FIELD}


def body(fields: dict[str, Any], json: type[BaseModel]) -> dict[str, Any]:
    """What a query may send, a form or JSON, for the description of the API."""
    found = form(fields)
    found["requestBody"]["content"]["application/json"] = {"schema": json.model_json_schema()}
    return found


def form(fields: dict[str, Any]) -> dict[str, Any]:
    """What a query may send as a form, for the description of the API."""
    shape = {"type": "object", "properties": fields, "required": ["image"]}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": shape}}}}
