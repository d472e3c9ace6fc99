"""Every error of the service as one RFC 9457 problem document; the one place that maps errors to HTTP."""

import errno
import logging
from dataclasses import replace
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from service.http.public import public_message
from service.schemas import Problem
from sleeve.errors import (
    BundleError,
    BusyError,
    CatalogueError,
    FileRejectedError,
    NotFoundError,
    OutputError,
    QueryError,
    SleeveError,
    VectorIndexError,
)
from sleeve.faults import fault_of
from sleeve.vocabulary import AlbumId, Rejection

_STATUS = {
    FileRejectedError: HTTPStatus.UNPROCESSABLE_ENTITY,
    QueryError: HTTPStatus.UNPROCESSABLE_ENTITY,
    BusyError: HTTPStatus.CONFLICT,
    VectorIndexError: HTTPStatus.SERVICE_UNAVAILABLE,
    BundleError: HTTPStatus.SERVICE_UNAVAILABLE,
    CatalogueError: HTTPStatus.SERVICE_UNAVAILABLE,
    OutputError: HTTPStatus.INSUFFICIENT_STORAGE,
}

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

MAX_ECHOED_CHARACTERS = 100
"""As much of a name that a request made up is repeated."""

RETRY_AFTER_S = 5
"""When a client may ask again that the database could not answer."""

_log = logging.getLogger(__name__)


def install(app: FastAPI) -> None:
    """Make the app answer every error with a problem document; ``protection.unexpected`` does so for bugs."""
    app.add_exception_handler(SleeveError, _on_sleeve_error)
    app.add_exception_handler(HTTPException, on_http_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(ClientDisconnect, _on_gone)
    app.add_exception_handler(OSError, _on_system_error)


def problem(status: int, detail: str) -> JSONResponse:
    """A problem document as a response."""
    return _response(_document(status, detail))


def _response(document: Problem) -> JSONResponse:
    headers = {"Retry-After": str(RETRY_AFTER_S)} if document.status == HTTPStatus.SERVICE_UNAVAILABLE else None
    return JSONResponse(
        document.model_dump(exclude_none=True),
        status_code=document.status,
        headers=headers,
        media_type="application/problem+json",
    )


def document_of(error: SleeveError) -> Problem:
    """The problem document of an error."""
    message = public_message(error)
    if message != str(error):
        _log.warning("%s", error)
    if isinstance(error, FileRejectedError) and error.reason is Rejection.TOO_MANY_BYTES:
        return _document(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message)
    if isinstance(error, NotFoundError):
        return _document(HTTPStatus.NOT_FOUND, message, error.merged_into)
    for kind, status in _STATUS.items():
        if isinstance(error, kind):
            return _document(status, message)
    _log.error("unexpected %s: %s", type(error).__name__, error)
    return _document(HTTPStatus.INTERNAL_SERVER_ERROR, "the service failed; its log says why")


def _document(status: int, detail: str, merged_into: AlbumId | None = None) -> Problem:
    return Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, merged_into=merged_into)


def _on_sleeve_error(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, SleeveError)
    return _response(document_of(error))


def on_http_error(_request: Request, error: Exception) -> JSONResponse:
    """The problem document of what a route, or the lack of one, raised."""
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, OSError):  # FastAPI calls whatever fails while a form is received a wrong form
        return _on_system_error(_request, error.__cause__)
    response = problem(error.status_code, str(error.detail))
    response.headers.update(error.headers or {})
    return response


def _on_invalid_request(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    fault = fault_of(error.errors()[0])
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(replace(fault, field=fault.field[:MAX_ECHOED_CHARACTERS])))


def _on_system_error(_request: Request, error: Exception) -> JSONResponse:
    """A form is received into the temporary folder, which may be full."""
    assert isinstance(error, OSError)
    if error.errno not in _FULL:
        raise error
    _log.error("the request cannot be received: %s", error)
    return problem(HTTPStatus.INSUFFICIENT_STORAGE, "the service has no room to receive this; try again later")


def _on_gone(_request: Request, _error: Exception) -> JSONResponse:
    """The client went away while sending, so nobody reads this."""
    return problem(HTTPStatus.BAD_REQUEST, "the request ended before its body did")
