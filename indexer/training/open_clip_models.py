"""open_clip models by name, from a file, a folder or the hub, with the preprocessing that their weights need."""

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from pickle import UnpicklingError
from typing import Any
from zipfile import BadZipFile, ZipFile

from indexer.training.torchvision_shim import make_torchvision_importable
from sleeve.errors import TrainingError, first_line, one_line

OPEN_CLIP = "open_clip:"
"""What a name of open_clip's begins with if other names are allowed too."""

_LOCAL, _HUB = "local-dir:", "hf-hub:"
_CONFIG = "open_clip_config.json"
_WEIGHTS = (".pt", ".pth", ".bin", ".ckpt", ".safetensors")
_TAGS_SHOWN = 6

_FAULTS = (RuntimeError, OSError, KeyError, EOFError, ValueError, AssertionError, TypeError, UnpicklingError)
"""What open_clip, PyTorch and the hub raise if weights cannot be had or are of another model."""


@dataclass(frozen=True, slots=True)
class OpenClipModel:
    """A model of open_clip's, on the CPU in ``eval`` mode.

    Attributes:
        network: an ``open_clip.CLIP`` or another of its models; ``network.visual.preprocess_cfg`` says how its images
            are made ready.
        name: what ``open_clip.get_tokenizer`` takes.
        source: the model and its weights, for a person; names no folder.
    """

    network: Any
    name: str
    source: str

    @property
    def side_px(self) -> int:
        """The side of its images.

        Raises:
            TrainingError: they are not square.
        """
        size = self.network.visual.image_size
        height, width = (size, size) if isinstance(size, int) else size
        if height != width:
            raise TrainingError(f"{self.source} takes images of {width} x {height} px, and covers are square")
        return width


@dataclass(frozen=True, slots=True)
class _Made:
    """How weights were made: what a file of them does not say.

    Attributes:
        preprocess: mean, deviation, resize mode and the like, by open_clip's names.
        quick_gelu: whether they were trained with QuickGELU, the approximation in OpenAI's first CLIP models.
    """

    preprocess: Mapping[str, Any]
    quick_gelu: bool


def load_open_clip(name: str) -> OpenClipModel:
    """Load a model of open_clip's.

    The weights of one architecture can need different preprocessing, or another activation, and a file does not say
    which. They come from ``open_clip_config.json`` next to the file, or else from the tags that open_clip publishes for
    the model; if those differ, the name has to say which tag the file belongs to.

    Args:
        name: ``MODEL/TAG`` and ``hf-hub:ORGANISATION/REPOSITORY`` (fetched, if they are not in the hub's cache),
            ``MODEL/FILE``, ``MODEL/TAG=FILE``, or ``local-dir:FOLDER`` with weights and ``open_clip_config.json``.

    Raises:
        TrainingError: there is no such model, its weights cannot be had or are of another model, or nothing says how
            they were made.
    """
    make_torchvision_importable()
    if name.startswith(_LOCAL):
        return _from_folder(name)
    if name.startswith(_HUB):
        return _from_hub(name)
    return _by_model(*name.partition("/")[::2])


def _from_folder(name: str) -> OpenClipModel:
    folder = Path(name.removeprefix(_LOCAL)).expanduser()
    if not (folder / _CONFIG).is_file():
        raise TrainingError(f"{folder} has no {_CONFIG}: name a folder with one, or {OPEN_CLIP}MODEL/TAG=FILE")
    name = f"{_LOCAL}{folder}"
    try:
        _require_text_library(name)
        return OpenClipModel(_create(name), name, f"open_clip's model in {folder.name}")
    except _FAULTS as error:
        raise TrainingError(f"{folder} does not hold a model of open_clip's: {one_line(error)}") from error


def _from_hub(name: str) -> OpenClipModel:
    try:
        _require_text_library(name)
        return OpenClipModel(_create(name), name, f"open_clip's {name}")
    except _FAULTS as error:
        raise TrainingError(
            f"{name} cannot be downloaded ({one_line(error)}); "
            f"download it on a machine that reaches the hub and pass {OPEN_CLIP}{_LOCAL}FOLDER"
        ) from error


def _by_model(model: str, weights: str) -> OpenClipModel:
    import open_clip
    from open_clip.pretrained import is_pretrained_cfg

    if model not in open_clip.list_models():
        raise TrainingError(f"open_clip has no {model}; open_clip.list_models() names those it has")
    if not weights:
        raise TrainingError(f"name the weights too: {OPEN_CLIP}{model}/TAG, or {OPEN_CLIP}{model}/TAG=FILE")
    _require_text_library(model)
    tag, is_file_of_tag, file_of_tag = weights.partition("=")
    if not is_pretrained_cfg(model, tag):
        file = Path(weights).expanduser()
        return _from_file(model, file, _as_beside(file) or _as_all_tags(model))
    made = _as_tagged(model, tag)
    if is_file_of_tag:
        return _from_file(model, Path(file_of_tag).expanduser(), made)
    try:
        return OpenClipModel(_create(model, tag, made), model, f"open_clip's {model} with the weights {tag}")
    except _FAULTS as error:
        raise TrainingError(
            f"the weights {tag} of {model} cannot be downloaded ({one_line(error)}); "
            f"fetch the file on a machine that reaches the hub and pass {OPEN_CLIP}{model}/{tag}=FILE"
        ) from error


def _from_file(model: str, file: Path, made: _Made | None) -> OpenClipModel:
    if not file.is_file():
        is_tag = file.suffix.lower() not in _WEIGHTS and len(file.parts) == 1
        raise TrainingError(f"{file}: no such file" + (f", and no tag of {model}: {_tags_of(model)}" if is_tag else ""))
    if made is None:
        raise TrainingError(
            f"weights of {model} differ in how they were made, and {file.name} does not say how; name the tag that it "
            f"was made like: {OPEN_CLIP}{model}/TAG={file.name} (tags: {_tags_of(model)})"
        )
    if _is_torchscript(file):
        raise TrainingError(
            f"{file} is a TorchScript archive, which holds a program; save its weights alone, by "
            f"torch.save(torch.jit.load('{file.name}').state_dict(), 'weights.pt')"
        )
    try:
        return OpenClipModel(
            _create(model, str(file), made), model, f"open_clip's {model} with the weights {file.name}"
        )
    except _FAULTS as error:
        raise TrainingError(f"{file} does not hold weights of {model}: {one_line(error)}") from error


def _as_tagged(model: str, tag: str) -> _Made:
    from open_clip.pretrained import get_pretrained_cfg

    published = get_pretrained_cfg(model, tag)
    return _Made(_preprocessing(published), bool(published.get("quick_gelu")))


def _as_all_tags(model: str) -> _Made | None:
    """How all published weights of a model were made; None if they were not all made alike."""
    import open_clip

    made = [_as_tagged(model, tag) for tag in open_clip.list_pretrained_tags_by_model(model)]
    if not made:
        return _Made({}, quick_gelu=False)
    # If tags differ in nothing but how pixels are interpolated, the first one decides.
    return made[0] if len({str((_but_interpolation(one.preprocess), one.quick_gelu)) for one in made}) == 1 else None


def _but_interpolation(preprocess: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in preprocess.items() if name != "interpolation"}


def _as_beside(file: Path) -> _Made | None:
    """What the configuration in a file's own folder says; None if there is none."""
    config = file.with_name(_CONFIG)
    if not config.is_file():
        return None
    try:
        said = json.loads(config.read_bytes())
        return _Made(_preprocessing(said.get("preprocess_cfg") or {}), bool(said["model_cfg"].get("quick_gelu")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise TrainingError(f"{config} does not describe a model of open_clip's: {first_line(error)}") from error


def _preprocessing(said: Mapping[str, Any]) -> dict[str, Any]:
    from open_clip.transform import PreprocessCfg, merge_preprocess_dict

    # The size is the model's own.
    return {
        name: value for name, value in merge_preprocess_dict(asdict(PreprocessCfg()), said).items() if name != "size"
    }


def _create(model: str, pretrained: str | None = None, made: _Made | None = None) -> Any:
    import open_clip

    forced = {"force_quick_gelu": made.quick_gelu, "force_preprocess_cfg": made.preprocess} if made else {}
    with _quiet_logs():
        return open_clip.create_model(model, pretrained=pretrained, require_pretrained=True, **forced).eval()


def _require_text_library(model: str) -> None:
    import open_clip

    with _quiet_logs():
        config = open_clip.get_model_config(model) or {}
    if "hf_model_name" in config.get("text_cfg", {}) and find_spec("transformers") is None:
        raise TrainingError(f"{model} has a text tower of Hugging Face's, which needs the package transformers")


def _tags_of(model: str) -> str:
    import open_clip

    tags = open_clip.list_pretrained_tags_by_model(model)
    return ", ".join(tags[:_TAGS_SHOWN]) + (", …" if len(tags) > _TAGS_SHOWN else "") if tags else "it has none"


def _is_torchscript(file: Path) -> bool:
    try:
        with ZipFile(file) as archive:
            return any(name.endswith("/constants.pkl") for name in archive.namelist())
    except (BadZipFile, OSError, ValueError):
        return False


@contextmanager
def _quiet_logs() -> Iterator[None]:
    """Without what open_clip logs before it raises an error that says the same."""
    before = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        yield
    finally:
        logging.disable(before)
