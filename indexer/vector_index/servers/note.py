"""What the table of an index version says about itself."""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, NonNegativeInt, PositiveInt, ValidationError

from indexer.vector_index.hits import IndexKind
from sleeve.errors import VectorIndexError
from sleeve.vocabulary import Fingerprint

FORMAT: Final = "sleeve-index-server-1"


class TableNote(BaseModel):
    """What a table holds. Without ``is_whole`` it is being filled, or was given up.

    Attributes:
        kind: how the index finds neighbours.
        dimension: components of a vector.
        count: vectors, those aside included.
        aside: vectors of crowds (``indexer.vector_index.crowds``) that are in a table of their own.
        newest_id: the highest id; 0 if there are no vectors.
        width: candidates that a search of the graph keeps.
        fingerprint: of the bundle the vectors come from.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["sleeve-index-server-1"] = FORMAT
    kind: IndexKind
    dimension: PositiveInt
    fingerprint: Fingerprint
    is_whole: bool = False
    count: NonNegativeInt = 0
    aside: NonNegativeInt = 0
    newest_id: NonNegativeInt = 0
    width: PositiveInt = 64

    @classmethod
    def read(cls, text: str) -> "TableNote":
        """Read a note.

        Raises:
            VectorIndexError: it is none of Sleeve's.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise VectorIndexError("its note is not one of Sleeve's") from error
