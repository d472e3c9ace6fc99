"""A bundle without a model: vectors that were made elsewhere, and what the database keeps of where they came from."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, NoReturn

from pydantic import BaseModel, ConfigDict, Field

from indexer.models.bundle import MAX_DIMENSION, Bundle
from sleeve.errors import BundleError
from sleeve.vocabulary import Fingerprint


class VectorsManifest(BaseModel):
    """What is known of vectors that were made elsewhere.

    Attributes:
        name: that a person gave them, or the table's.
        table, column: where the first of them came from.
        made_with: the fingerprint of the bundle that made them, if the table says one; empty if not.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=200)]
    dimension: Annotated[int, Field(ge=1, le=MAX_DIMENSION)]
    table: str
    column: str
    made_with: str = ""

    @property
    def genre_dimensions(self) -> int:
        """None of their components is known to be of genres."""
        return 0

    @property
    def genres(self) -> tuple[str, ...]:
        """There is no head that knows any."""
        return ()

    @property
    def metrics(self) -> dict[str, float]:
        """Nothing was measured here."""
        return {}

    @property
    def files(self) -> Mapping[str, str]:
        """It is all in the database."""
        return {}


@dataclass(frozen=True, slots=True)
class BundleWithoutModel:
    """Vectors made elsewhere as a bundle: albums can be asked with, images and words cannot."""

    manifest: VectorsManifest

    @property
    def name(self) -> str:
        """What it is asked for by."""
        return self.manifest.name

    @property
    def address(self) -> str:
        """What ``SLEEVE_BUNDLE`` names it by, in every home of its database."""
        return self.name

    @property
    def fingerprint(self) -> Fingerprint:
        """SHA-256 over its name, dimension and maker: that of no bundle with a model."""
        deciding = self.manifest.model_dump(include={"name", "dimension", "made_with"})
        return Fingerprint(sha256(json.dumps({"without_model": deciding}, sort_keys=True).encode()).hexdigest())

    def read(self, name: str) -> NoReturn:
        """Raises ``BundleError``: it has no files."""
        raise BundleError(f"the bundle {self.name} has no {name}")

    def verify(self) -> None:
        """Nothing of it is in files."""


AnyBundle = Bundle | BundleWithoutModel


def no_model(name: str) -> str:
    """Why a bundle without a model does not do what needs one."""
    return (
        f"the vectors of the bundle {name} were made elsewhere, and no model here makes such vectors: albums can be "
        "asked with, images and words cannot; `sleeve bundles use` switches to a bundle that can"
    )
