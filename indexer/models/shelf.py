"""The bundles that can be used: those of a home, the shipped ones, the one that a setting names, and those without a
model, which the database has."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from db.records import BundleRecord
from indexer.models.backbone import fingerprints_as_run
from indexer.models.bundle import MANIFEST_FILE, read_bundle
from indexer.models.without_model import AnyBundle, BundleWithoutModel
from sleeve.errors import BundleError
from sleeve.settings import expanded
from sleeve.vocabulary import Fingerprint

SHIPPED_BUNDLES = Path(__file__).parent / "bundles"

DEFAULT_BUNDLE = "sleeve-lite0"
"""The shipped bundle that a catalogue begins with."""

FROZEN_BUNDLE = "efficientnet-lite0-imagenet"
"""The shipped bundle that was never fine-tuned, to compare with."""


class BundleShelf:
    """Every bundle that a home can use; iterating gives those that can be read, the home's own first.

    Args:
        own: the folder of the home's own bundles.
        chosen: the bundle that ``SLEEVE_BUNDLE`` names, by name or folder; empty for none.
        without_model: those of the database.
    """

    def __init__(
        self, own: Path, chosen: str, without_model: Callable[[], Iterable[BundleWithoutModel]] = lambda: ()
    ) -> None:
        self._own = own
        self._chosen = chosen
        self._without_model = without_model

    def __iter__(self) -> Iterator[AnyBundle]:
        shelves = (self._own, SHIPPED_BUNDLES)
        folders = [folder for shelf in shelves if shelf.is_dir() for folder in sorted(shelf.iterdir())]
        if self._chosen:
            folders.append(expanded(Path(self._chosen)))
        for folder in folders:
            if (folder / MANIFEST_FILE).is_file():
                try:
                    yield read_bundle(folder)
                except BundleError:
                    continue
        yield from self._without_model()

    def named(self, name: str) -> AnyBundle:
        """A bundle of this home, a shipped one or one without a model by its name, else the one in the folder ``name``.

        Raises:
            BundleError: there is none, or it is damaged.
        """
        for shelf in (self._own, SHIPPED_BUNDLES):
            if (shelf / name / MANIFEST_FILE).is_file():
                return read_bundle(shelf / name)
        given = next((bundle for bundle in self._without_model() if bundle.name == name), None)
        if given is not None:
            return given
        folder = expanded(Path(name))
        if not folder.is_dir():
            known = ", ".join(bundle.name for bundle in self)
            raise BundleError(f"there is no bundle {name}; there is {known}, or give a bundle's folder")
        return read_bundle(folder)

    def of(self, fingerprint: Fingerprint) -> AnyBundle | None:
        """The bundle that made the vectors of this fingerprint, if it is still there."""
        return next((bundle for bundle in self if fingerprint in fingerprints_as_run(bundle)), None)

    def require(self, record: BundleRecord) -> AnyBundle:
        """The bundle of the vectors of an index.

        Raises:
            BundleError: it is not there any more, or another version of it has taken its place.
        """
        found = self.of(record.fingerprint)
        if found is not None:
            return found
        name = record.name
        if self._chosen:
            raise BundleError(
                f"the index holds vectors of another bundle, {name}, which is not there any more; "
                f"put it back, or run `sleeve index` to embed with the one that SLEEVE_BUNDLE names, {self._chosen}"
            )
        if name in {bundle.name for bundle in self}:
            raise BundleError(
                f"the live index was made with another version of the bundle {name}; "
                f"`sleeve bundles use {name}` embeds the catalogue with the one that is here"
            )
        raise BundleError(
            f"the bundle of the live index, {name}, is not there any more; put it back, "
            "or embed with another: `sleeve bundles` lists them, `sleeve bundles use NAME` switches"
        )

    def new_folder(self, name: str) -> Path:
        """Where a new bundle of this home is to be written.

        Raises:
            BundleError: ``name`` cannot be a folder's, or a bundle of this home has it.
        """
        if not name or name.startswith(".") or "/" in name or "\\" in name:
            raise BundleError(f"{name!r} cannot be a bundle's name: it becomes a folder's")
        folder = self._own / name
        if folder.exists():
            raise BundleError(f"{folder} exists already; give the bundle another name or remove that folder")
        if any(bundle.name == name for bundle in self._without_model()):
            raise BundleError(f"the bundle {name}, of vectors made elsewhere, exists already; choose another name")
        return folder
