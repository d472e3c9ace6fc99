"""What came of adding albums from MusicBrainz, and of filling in what albums lack."""

from pydantic import BaseModel


class LeftOutSchema(BaseModel):
    """A cover of a release group that is not in the catalogue, and why."""

    release_group: str
    artist: str
    title: str
    side: str
    reason: str


class MusicBrainzSchema(BaseModel):
    """How the release groups ended; ``covers`` is how many are new."""

    added: int
    unchanged: int
    no_art: int
    rejected: int
    covers: int
    left_out: list[LeftOutSchema]


class FilledSchema(BaseModel):
    """What an album was given, or would be; ``covers`` are sides, in a dry run those that would be looked for.

    ``release_group`` is MusicBrainz's id of it, ``discogs`` such as ``release-1001`` or ``master-55``.
    ``artist`` and ``title`` are the album's names; ``names`` says which of the two it is given.
    """

    album_id: int
    artist: str | None
    title: str | None
    release_group: str | None = None
    discogs: str | None = None
    names: list[str]
    genres: list[str]
    year: int | None
    covers: list[str]


class NotFilledSchema(BaseModel):
    """An album that was not given something that it lacks, and why."""

    album_id: int
    artist: str | None
    title: str | None
    reason: str


class FillSchema(BaseModel):
    """How the albums that lacked something ended."""

    dry_run: bool
    filled: int
    unchanged: int
    not_found: int
    rejected: int
    albums: list[FilledSchema]
    not_filled: list[NotFilledSchema]
