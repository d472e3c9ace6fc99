"""The file that says what an index's other files are."""

import hashlib
import json
from typing import Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, NonNegativeInt, PositiveInt, ValidationError

from indexer.vector_index.hits import IndexKind
from sleeve.errors import VectorIndexError
from sleeve.faults import first_fault
from sleeve.vocabulary import Fingerprint

FORMAT: Final = "sleeve-index-2"


class FileRecord(BaseModel):
    """Size of one file, and the SHA-256 (hex) of the SHA-256 digests (32 bytes each) of its pieces of 1 MiB in turn."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size_bytes: NonNegativeInt
    sha256_of_pieces: str


class IndexManifest(BaseModel):
    """What an index folder holds.

    Attributes:
        kind: how the index finds neighbours.
        dimension: components of a vector.
        count: live vectors.
        tombstones: removed vectors still inside.
        factory: the engine's notation for the make-up.
        arguments: what trades speed for recall, by name; the width of searches is taken from here.
        fingerprint: of the bundle the vectors come from.
        recall: as measured before writing; None when it was not.
        files: size and hash of each other file, by name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["sleeve-index-2"] = FORMAT
    kind: IndexKind
    dimension: PositiveInt
    count: NonNegativeInt
    tombstones: NonNegativeInt
    factory: str
    arguments: dict[str, int]
    fingerprint: Fingerprint
    recall: float | None = Field(ge=0, le=1)
    created_at: AwareDatetime
    files: dict[str, FileRecord]

    def to_json(self) -> str:
        """Return the page as JSON, sealed with the SHA-256 of its own content."""
        content = self.model_dump(mode="json")
        return json.dumps({**content, "seal": _seal(content)}, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "IndexManifest":
        """Read the page.

        Raises:
            VectorIndexError: not JSON, another format, or content that is damaged.
        """
        try:
            content = json.loads(text)
        except ValueError as error:
            raise VectorIndexError("the manifest is not JSON") from error
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            raise VectorIndexError(f"the manifest is not of format {FORMAT}")
        seal = content.pop("seal", None)
        if seal != _seal(content):
            raise VectorIndexError("the manifest was changed after it was written")
        try:
            return cls.model_validate(content)
        except ValidationError as error:
            fault = first_fault(error)
            raise VectorIndexError(f"the manifest's {fault.field} is wrong: {fault.message}") from error


def _seal(content: dict[str, object]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
