"""What errors and jobs say to anyone: no absolute path, no address of the database, no URL with what signs it."""

import re

from indexer.jobs.running import JobState
from sleeve.errors import BundleError, CatalogueError, OutputError, SleeveError, VectorIndexError

_PLACE = re.compile(r"(?:^|[\s('\"`,;:=])(?:/[^/\s]|~[/\\]|[A-Za-z]:[\\/]|\\\\)|://")
"""Where a text names an absolute path or a URL."""

INDEX = "the index cannot be used now"

_SUBJECTS = {
    CatalogueError: "the catalogue cannot be used now",
    VectorIndexError: INDEX,
    BundleError: "the model cannot be used now",
    OutputError: "a file cannot be written",
}


def public_text(text: str, subject: str) -> str:
    """A text as it is, or only its subject if it names a place on this machine or on another."""
    return f"{subject}; the service's log says why" if _PLACE.search(text) else text


def public_message(error: SleeveError) -> str:
    """What an error says, or only what it is about if it names a place."""
    subjects = (subject for kind, subject in _SUBJECTS.items() if isinstance(error, kind))
    return public_text(str(error), next(subjects, "this cannot be done"))


def public_job(job: JobState) -> JobState:
    """A job that names no place in what it says about its end."""
    return job.model_copy(update={"detail": public_text(job.detail, "the work on the index failed")})
