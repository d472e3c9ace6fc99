"""A model that is published as ONNX → a bundle: CLIP or SigLIP in a folder as Immich has them, or an image model alone.

Such a folder has ``visual/model.onnx``, ``visual/preprocess_cfg.json`` (how images are made ready),
``textual/model.onnx``, ``textual/tokenizer.json``, ``textual/tokenizer_config.json`` and ``config.json``, in the words
of open_clip. Both towers are run before the bundle is written.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from indexer.images.decoding import Interpolation, ResizeRule
from indexer.models.backbone import OpenVinoBackbone, load_openvino
from indexer.models.bundle import MODEL_FILE, TEXT_MODEL_FILE, Bundle, BundleDescription, Precision, write_bundle
from indexer.models.text_tower import TextTower
from indexer.models.tokenizer import TOKENIZER_FILE, TextCleaning, lowers, with_padding
from sleeve.errors import BundleError, QueryError, last_line
from sleeve.faults import first_fault

RESIZE_RULES = {"shortest": ResizeRule.CROP, "squash": ResizeRule.SQUASH, "longest": ResizeRule.PAD}
"""open_clip's names."""

MOST_MODEL_BYTES = 2**31
"""What a file of ONNX can have."""

_MOST_JSON_BYTES = 2**20
_MOST_TOKENIZER_BYTES = 64 * 2**20

Triple = tuple[float, float, float]


class Preparation(BaseModel):
    """How images are made ready for a model; ``mean`` and ``std`` are parts of 1, of red, green and blue."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    size: Annotated[int, Field(ge=1, le=4096)] | tuple[int, int]
    mean: Triple
    std: tuple[Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)], Annotated[float, Field(gt=0)]]
    resize_mode: Literal["shortest", "squash", "longest"] = "shortest"
    interpolation: str = "bicubic"

    @property
    def size_px(self) -> int:
        """The side of the square.

        Raises:
            BundleError: images are not square.
        """
        sides = {self.size} if isinstance(self.size, int) else set(self.size)
        if len(sides) > 1:
            raise BundleError(f"the model takes images of {self.size} px, and covers are square")
        return sides.pop()


class _TokenizerArguments(BaseModel):
    clean: TextCleaning | None = None


class _TextConfig(BaseModel):
    tokenizer_kwargs: _TokenizerArguments = _TokenizerArguments()


class _Config(BaseModel):
    text_cfg: _TextConfig = _TextConfig()


class _Token(BaseModel):
    content: str


class _TokenizerConfig(BaseModel):
    pad_token: str | _Token

    @property
    def padding(self) -> str:
        return self.pad_token if isinstance(self.pad_token, str) else self.pad_token.content


def add_published(path: Path, preparation: Preparation | None, folder: Path) -> Bundle:
    """Write a published model as a bundle.

    Args:
        path: a folder as above, or an image model alone.
        preparation: of an image model alone.
        folder: does not exist yet; its name becomes the bundle's.

    Raises:
        BundleError: files are missing, too large or damaged, do not fit each other, or cannot be run.
    """
    images, text = (path / "visual", path / "textual") if path.is_dir() else (path.parent, None)
    model = images / "model.onnx" if path.is_dir() else path
    if preparation is None:
        preparation = _described(images / "preprocess_cfg.json", Preparation)
    contents = {MODEL_FILE: _read(model, MOST_MODEL_BYTES)}
    cleaning = TextCleaning.WHITESPACE
    if text is not None and text.exists():
        contents |= _text_files(text)
        own = TextCleaning.LOWER if lowers(contents[TOKENIZER_FILE]) else TextCleaning.WHITESPACE
        cleaning = _described(path / "config.json", _Config).text_cfg.tokenizer_kwargs.clean or own
    description = BundleDescription(
        name=folder.name,
        dimension=_vector_length(model, preparation.size_px),
        input_size_px=preparation.size_px,
        resize=RESIZE_RULES[preparation.resize_mode],
        interpolation=interpolation_of(preparation.interpolation),
        mean=of_255(preparation.mean),
        std=of_255(preparation.std),
        precision=Precision.F32,
        text_cleaning=cleaning,
        trained_on=f"nothing of this catalogue: {path.resolve().name} as it was published",
        licence=f"that of {path.resolve().name}",
    )
    _try(description, contents, path)
    return write_bundle(folder, description, contents)


def interpolation_of(name: str) -> Interpolation:
    """What open_clip does for a name of its own, such as "random": all but one of them are bicubic when it embeds."""
    return Interpolation.BILINEAR if name == "bilinear" else Interpolation.BICUBIC


def _text_files(folder: Path) -> dict[str, bytes]:
    padding = _described(folder / "tokenizer_config.json", _TokenizerConfig).padding
    return {
        TEXT_MODEL_FILE: _read(folder / "model.onnx", MOST_MODEL_BYTES),
        TOKENIZER_FILE: with_padding(_read(folder / "tokenizer.json", _MOST_TOKENIZER_BYTES), padding),
    }


def of_255(parts: Triple) -> Triple:
    """Parts of 1 → units of 0-255, as a bundle has them."""
    red, green, blue = (255 * part for part in parts)
    return red, green, blue


def _vector_length(path: Path, side_px: int) -> int:
    """How long the vectors of an image model are, which takes one image of three float32 channels and this side.

    Raises:
        BundleError: it is another kind of model.
    """
    try:
        model = load_openvino().Core().read_model(path)
        takes, gives = model.input(), model.output(0)
        shape, made = takes.get_partial_shape(), gives.get_partial_shape()
        channels = shape[1] if len(shape) == 4 else None
    except RuntimeError as error:
        raise BundleError(f"{path} cannot be run: {last_line(error)}") from error
    if channels is None or str(channels) != "3" or takes.get_element_type().get_type_name() != "f32":
        raise BundleError(f"{path} takes {takes.get_element_type()}{shape}, not float32 (n, 3, height, width)")
    if any(side.is_static and side.get_length() != side_px for side in list(shape)[2:]):
        raise BundleError(f"{path} takes images of {shape[3]} x {shape[2]} px, not of {side_px} px")
    if len(made) != 2 or made[1].is_dynamic:
        raise BundleError(f"{path} makes {made}, not (n, d): export it with its vectors as the first output")
    return int(made[1].get_length())


def _try(description: BundleDescription, contents: Mapping[str, bytes], path: Path) -> None:
    """Run both towers of the model at a path.

    Raises:
        BundleError: one cannot be run, does not fit, or makes the same of everything.
    """
    with TemporaryDirectory() as aside:
        bundle = write_bundle(Path(aside) / "bundle", description, contents)
        try:
            images = np.random.default_rng(0).integers(0, 256, (2, *[description.input_size_px] * 2, 3), np.uint8)
            _require_two("image", list(OpenVinoBackbone(bundle, threads=1).embed(images)))
            if TEXT_MODEL_FILE in contents:
                tower = TextTower(bundle, threads=1)
                _require_two("text", [tower.embed(text)[0] for text in ("a record", "blue")])
        except (BundleError, QueryError) as error:
            raise BundleError(str(error).replace(str(bundle.folder), str(path))) from error


def _require_two(tower: str, vectors: Sequence[NDArray[np.float32]]) -> None:
    first, second = vectors
    if not (first.any() and second.any()) or np.allclose(first, second, atol=1e-6):
        raise BundleError(f"the {tower} tower makes nothing, or the same, of everything")


def _described(path: Path, kind: type[Any]) -> Any:
    try:
        return kind.model_validate_json(_read(path, _MOST_JSON_BYTES))
    except ValidationError as error:
        raise BundleError(f"{path}: {first_fault(error)}") from error


def _read(path: Path, most_bytes: int) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(most_bytes + 1)
    except OSError as error:
        raise BundleError(f"{path} cannot be read: {error.strerror}") from error
    if len(data) > most_bytes:
        raise BundleError(f"{path} is larger than {most_bytes // 2**20} MiB")
    return data
