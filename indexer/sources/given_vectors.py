"""Vectors that a table holds: its covers get them in the transaction that registers them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from db import bundles, vectors
from db.records import InspectedFile
from indexer.models.without_model import AnyBundle, BundleWithoutModel
from indexer.sources.parquet_vectors import TableVectors
from sleeve.errors import SourceError


@dataclass(frozen=True, slots=True)
class GivenVectors:
    """Gives covers their vectors of a bundle without a model, which the database knows from the first of them on."""

    bundle: BundleWithoutModel

    def give(self, session: Any, decided: Sequence[InspectedFile]) -> Counter[str]:
        """Give covers that were registered in this transaction what their table has for them.

        Returns:
            How many have another vector than before, by the name of the bundle.
        """
        given = {str(item.cover_file.path): item.cover_file.vector for item in decided}
        made = {path: vector for path, vector in given.items() if vector is not None}
        if not made:
            return Counter()
        manifest = self.bundle.manifest
        record = bundles.register(
            session,
            self.bundle.fingerprint,
            name=manifest.name,
            dimension=manifest.dimension,
            manifest=manifest.model_dump(mode="json"),
            has_model=False,
        )
        return Counter({manifest.name: vectors.put(session, record, made)})


def given_vectors(table: TableVectors, known: Iterable[AnyBundle]) -> GivenVectors:
    """The vectors of a table as those of a bundle without a model: one that is known by its name, else a new one.

    Raises:
        SourceError: what has this name cannot hold these vectors too.
    """
    new = table.manifest
    bundle = next((bundle for bundle in known if bundle.name == new.name), None)
    if bundle is None:
        return GivenVectors(BundleWithoutModel(new))
    fault = _fault(table, bundle)
    if fault or not isinstance(bundle, BundleWithoutModel):
        raise SourceError(f"{fault}; --vector NAME={new.column} gives those of {new.table} another name")
    return GivenVectors(bundle)


def _fault(table: TableVectors, bundle: AnyBundle) -> str:
    """Why the vectors of a table cannot be those of a bundle of the same name; empty if they can."""
    new, name = table.manifest, bundle.name
    if not isinstance(bundle, BundleWithoutModel):
        return f"there is a bundle {name} with a model"
    old = bundle.manifest
    if old.dimension != new.dimension:
        return f"the vectors of the bundle {name} have {old.dimension:,} numbers, not {new.dimension:,}"
    if old.made_with != new.made_with:
        return f"the vectors of the bundle {name} were made with another bundle"
    if not table.is_named and (old.table, old.column) != (new.table, new.column):
        return f"the bundle {name} has the vectors of `{old.column}` in {old.table}"
    return ""
