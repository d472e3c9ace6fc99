"""A model bundle: a folder that holds all that turns pixels into vectors, and says what it is.

``manifest.json`` describes the model and names every file with its SHA-256; ``model.onnx`` makes the vectors; other
files (a head, a text opinion, their calibration, a text tower) may come with it. A bundle never changes once written: a
retrained head is a new bundle, whose vectors are the same because its fingerprint is.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from indexer.files import new_folder
from indexer.images.decoding import Interpolation, ResizeRule
from indexer.models.external_data import has_external_data
from indexer.models.tokenizer import MERGES_FILE, TOKENIZER_FILE, TextCleaning
from sleeve.errors import BundleError
from sleeve.faults import first_fault
from sleeve.vocabulary import Fingerprint

MODEL_FILE = "model.onnx"
"""Input ``images``: (n, 3, s, s) float32, (pixel - mean) / std. Output ``vectors``: (n, d) float32, any length."""

MANIFEST_FILE = "manifest.json"

HEAD_FILE = "head.npz"
CALIBRATION_FILE = "calibration.json"
"""What a bundle that knows genres also holds."""

TEXT_OPINION_FILE = "text_opinion.npz"
"""What one that knows genres by the words on covers holds as well; it decides no vector."""

TEXT_MODEL_FILE = "text.onnx"
"""First input: (n, places) integers, the numbers of tokens; a second one may say which of them are not padding. First
output: (n, d) float32, in the space of the images' vectors. Neither it nor its tokenizer (``TOKENIZER_FILE``, or
``MERGES_FILE`` in bundles of before) decides a cover's vector."""

MAX_DIMENSION = 65_536

_MAX_MANIFEST_BYTES = 2**20

FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Channel = Annotated[float, Field(ge=0, le=255)]
Deviation = Annotated[float, Field(gt=0, le=255)]


class Precision(StrEnum):
    """The arithmetic that the vectors are made with."""

    F32 = "f32"
    BF16 = "bf16"


class BundleDescription(BaseModel):
    """What a bundle's maker says about it; ``mean`` and ``std`` are in units of 0-255, in the order red, green, blue.

    The last ``genre_dimensions`` components of a vector are its genre part, of the same length in every vector; 0 if
    it has none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    name: Annotated[str, Field(min_length=1, max_length=200)]
    dimension: Annotated[int, Field(ge=1, le=MAX_DIMENSION)]
    genre_dimensions: Annotated[int, Field(ge=0)] = 0
    input_size_px: Annotated[int, Field(ge=1, le=4_096)]
    resize: ResizeRule
    interpolation: Interpolation = Interpolation.BICUBIC
    mean: tuple[Channel, Channel, Channel]
    std: tuple[Deviation, Deviation, Deviation]
    precision: Precision
    text_cleaning: TextCleaning = TextCleaning.LOWER
    genres: tuple[str, ...] = ()
    metrics: dict[str, float] = {}
    trained_on: str
    licence: str

    @field_validator("genres")
    @classmethod
    def _genres_differ(cls, genres: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(genres)) < len(genres):
            raise ValueError("a genre is named twice")
        return genres

    @model_validator(mode="after")
    def _parts_fit(self) -> "BundleDescription":
        if self.genre_dimensions >= self.dimension:
            raise ValueError("the genre part leaves nothing of the vector")
        return self


class BundleManifest(BundleDescription):
    """``manifest.json``: the description, and the SHA-256 of every file by its name."""

    format: Literal["sleeve-bundle-1"] = "sleeve-bundle-1"
    files: dict[FileName, Digest]

    @field_validator("files")
    @classmethod
    def _has_a_model(cls, files: dict[str, str]) -> dict[str, str]:
        if MODEL_FILE not in files:
            raise ValueError(f"{MODEL_FILE} is not among them")
        if MANIFEST_FILE in files:
            raise ValueError(f"{MANIFEST_FILE} cannot vouch for itself")
        if (TEXT_MODEL_FILE in files) != (TOKENIZER_FILE in files or MERGES_FILE in files):
            raise ValueError(f"a text tower is {TEXT_MODEL_FILE} and {TOKENIZER_FILE}, one is missing")
        return files


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle as its manifest describes it. Its files are proved by their SHA-256 when they are used, not before."""

    folder: Path
    manifest: BundleManifest

    @property
    def name(self) -> str:
        """What it is asked for by."""
        return self.folder.name

    @property
    def address(self) -> str:
        """What ``SLEEVE_BUNDLE`` names it by, in this home and others."""
        return str(self.folder)

    @property
    def fingerprint(self) -> Fingerprint:
        """SHA-256 over exactly what decides a vector, so not over the name, the metrics or the head."""
        deciding = self.manifest.model_dump(
            mode="json", include={"dimension", "input_size_px", "resize", "mean", "std", "precision"}
        )
        if self.manifest.interpolation is not Interpolation.BICUBIC:  # all bundles of before were bicubic
            deciding["interpolation"] = self.manifest.interpolation
        deciding[MODEL_FILE] = self.manifest.files[MODEL_FILE]
        return Fingerprint(sha256(json.dumps(deciding, sort_keys=True, separators=(",", ":")).encode()).hexdigest())

    def read(self, name: str) -> bytes:
        """The bytes of one of its files, proved by their SHA-256.

        Raises:
            BundleError: the bundle has no such file, or it is missing or damaged.
        """
        if name not in self.manifest.files:
            raise BundleError(f"{self.folder}: the bundle has no {name}")
        return _verified(self.folder, name, self.manifest.files[name])

    def model_path(self, name: str) -> Path:
        """The path of one of its models, which was proved as ``read`` does it and needs no other file.

        Raises:
            BundleError: as of ``read``, or the model keeps numbers in other files, which its SHA-256 does not cover.
        """
        try:
            needs_others = has_external_data(self.read(name))
        except ValueError as error:
            raise BundleError(f"{self.folder / name} cannot be run: it is not an ONNX model") from error
        if needs_others:
            raise BundleError(f"{self.folder / name} keeps its weights in another file; export it as one file")
        return self.folder / name

    def verify(self) -> None:
        """Prove every file.

        Raises:
            BundleError: one is missing or damaged.
        """
        for name in self.manifest.files:
            self.read(name)


def read_bundle(folder: Path) -> Bundle:
    """Read what a bundle says about itself; of its files only the manifest is read.

    Raises:
        BundleError: the folder or its manifest is missing, or the manifest is damaged.
    """
    try:
        with (folder / MANIFEST_FILE).open("rb") as file:
            text = file.read(_MAX_MANIFEST_BYTES + 1)
    except OSError as error:
        raise BundleError(f"{folder} is not a model bundle: {MANIFEST_FILE}: {error.strerror}") from error
    if len(text) > _MAX_MANIFEST_BYTES:
        raise BundleError(f"{folder / MANIFEST_FILE} is larger than 1 MiB")
    try:
        manifest = BundleManifest.model_validate_json(text)
    except ValidationError as error:
        raise BundleError(f"{folder / MANIFEST_FILE}: {first_fault(error)}") from error
    return Bundle(folder, manifest)


def write_bundle(folder: Path, description: BundleDescription, contents: Mapping[str, bytes]) -> Bundle:
    """Write a new bundle, whole or not at all: a reader never sees half of it, not even after a crash.

    Args:
        folder: does not exist yet; a bundle is replaced by writing another one.
        contents: the bytes of each file by its name; one is ``model.onnx``.

    Raises:
        BundleError: the folder exists, a name or the description will not do, or the disk refuses.
    """
    digests = {name: sha256(data).hexdigest() for name, data in contents.items()}
    try:
        manifest = BundleManifest(**description.model_dump(include=set(BundleDescription.model_fields)), files=digests)
    except ValidationError as error:
        raise BundleError(f"{folder}: {first_fault(error)}") from error
    if folder.exists():
        raise BundleError(f"{folder} exists already; write the bundle elsewhere or remove that folder")
    text = manifest.model_dump_json(indent=2) + "\n"
    try:
        with new_folder(folder) as fresh:
            for name, data in {**contents, MANIFEST_FILE: text.encode()}.items():
                (fresh / name).write_bytes(data)
    except OSError as error:
        raise BundleError(f"{folder} cannot be written: {error.strerror}") from error
    return Bundle(folder, manifest)


def _verified(folder: Path, name: str, digest: str) -> bytes:
    path = folder / name
    if path.resolve().parent != folder.resolve():
        raise BundleError(f"{folder}: {name} is a link that leads out of the bundle")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BundleError(f"{folder}: {name} cannot be read: {error.strerror}") from error
    if sha256(data).hexdigest() != digest:
        raise BundleError(f"{folder}: {name} is damaged: its SHA-256 is not that in {MANIFEST_FILE}")
    return data
