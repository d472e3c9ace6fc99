"""Which bundles there are: the shipped ones, those trained in this home, and the one that the settings name."""

from collections.abc import Iterator
from pathlib import Path

from db.errors import BundleError
from db.records import BundleRecord
from db.settings import Settings
from db.vocabulary import Fingerprint
from indexer.backbone import fingerprints_as_run
from indexer.bundle import MANIFEST_FILE, Bundle, read_bundle

SHIPPED_BUNDLES = Path(__file__).parent.parent / "indexer" / "bundles"


def bundle_named(settings: Settings, name: str) -> Bundle:
    """A bundle of this home or a shipped one by its name, else the one in the folder ``name``.

    Raises:
        BundleError: there is none, or it is damaged.
    """
    for shelf in _shelves(settings):
        if (shelf / name / MANIFEST_FILE).is_file():
            return read_bundle(shelf / name)
    folder = Path(name).expanduser()
    if not folder.is_dir():
        known = ", ".join(bundle.folder.name for bundle in bundles(settings))
        raise BundleError(f"there is no bundle {name}; there is {known}, or give a bundle's folder")
    return read_bundle(folder)


def new_folder(settings: Settings, name: str) -> Path:
    """Where a new bundle of this home is to be written.

    Raises:
        BundleError: ``name`` cannot be a folder's, or there is one already.
    """
    if not name or name.startswith(".") or "/" in name:
        raise BundleError(f"{name!r} cannot be a bundle's name: it becomes a folder's")
    folder = settings.folder / "bundles" / name
    if folder.exists():
        raise BundleError(f"{folder} exists already; give the bundle another name or remove that folder")
    return folder


def bundle_with(settings: Settings, fingerprint: Fingerprint) -> Bundle | None:
    """The bundle that made the vectors of this fingerprint, if it is still there."""
    return next((bundle for bundle in bundles(settings) if fingerprint in fingerprints_as_run(bundle)), None)


def require_bundle_with(settings: Settings, made_the_index: BundleRecord) -> Bundle:
    """The bundle that made the vectors of the live index.

    Raises:
        BundleError: it is not there any more, or another version of it has taken its place.
    """
    found = bundle_with(settings, made_the_index.fingerprint)
    if found is not None:
        return found
    name = made_the_index.name
    if settings.bundle:
        raise BundleError(
            f"the index holds vectors of another bundle, {name}, which is not there any more; "
            f"put it back, or run `sleeve index` to embed with the one that SLEEVE_BUNDLE names, {settings.bundle}"
        )
    if name in {bundle.folder.name for bundle in bundles(settings)}:
        raise BundleError(
            f"the live index was made with another version of the bundle {name}; "
            f"`sleeve bundles use {name}` embeds the catalogue with the one that is here"
        )
    raise BundleError(
        f"the bundle of the live index, {name}, is not there any more; put it back, "
        "or embed with another: `sleeve bundles` lists them, `sleeve bundles use NAME` switches"
    )


def bundles(settings: Settings) -> Iterator[Bundle]:
    """Every bundle that is whole, this home's before the shipped ones."""
    folders = [folder for shelf in _shelves(settings) if shelf.is_dir() for folder in sorted(shelf.iterdir())]
    named = [Path(settings.bundle).expanduser()] if settings.bundle else []
    for folder in [*folders, *named]:
        if (folder / MANIFEST_FILE).is_file():
            try:
                yield read_bundle(folder)
            except BundleError:
                continue


def _shelves(settings: Settings) -> tuple[Path, ...]:
    return settings.folder / "bundles", SHIPPED_BUNDLES
