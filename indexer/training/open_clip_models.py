"""open_clip models by name, from a file or the hub."""

from pathlib import Path
from pickle import UnpicklingError
from typing import Any

from indexer.training.torchvision_shim import make_torchvision_importable
from sleeve.errors import TrainingError, first_line

OPEN_CLIP = "open_clip:"
"""What a name of open_clip's begins with if other names are allowed too."""


def load_open_clip(name: str) -> Any:
    """An ``open_clip.CLIP`` or another of its models, on the CPU in ``eval`` mode.

    Args:
        name: ``MODEL/TAG`` (fetched from the hub, if it is not in its cache) or ``MODEL/FILE``.

    Raises:
        TrainingError: there is no such model, or its weights cannot be downloaded.
    """
    model_name, _, pretrained = name.partition("/")
    make_torchvision_importable()
    import open_clip

    if model_name not in open_clip.list_models():
        raise TrainingError(f"open_clip has no {model_name}; open_clip.list_models() names those it has")
    if not pretrained:
        raise TrainingError(f"name the weights too: {OPEN_CLIP}{model_name}/TAG or {OPEN_CLIP}{model_name}/FILE")
    try:
        return open_clip.create_model(model_name, pretrained=pretrained).eval()
    except (RuntimeError, OSError, KeyError, EOFError, ValueError, UnpicklingError) as error:
        if Path(pretrained).is_file():
            raise TrainingError(f"{pretrained} does not hold weights of {model_name}: {first_line(error)}") from error
        raise TrainingError(
            f"the weights {pretrained} of {model_name} cannot be downloaded ({first_line(error)}); "
            f"fetch the file on a machine that reaches the hub and pass {OPEN_CLIP}{model_name}/FILE"
        ) from error
