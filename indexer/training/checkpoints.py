"""A training run on disk, so that a killed one goes on as if it had not been."""

import pickle
import zipfile
from pathlib import Path
from typing import Any

import torch

from indexer.files import replacing
from sleeve.errors import TrainingError

CHECKPOINT_FILE = "checkpoint.pt"


def save_checkpoint(folder: Path, state: dict[str, Any]) -> None:
    """Replace the folder's checkpoint in one step: a kill leaves the old one or the new one.

    Args:
        state: tensors, state dictionaries, numbers and strings.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with replacing(folder / CHECKPOINT_FILE) as fresh:
        torch.save(state, fresh)


def load_checkpoint(folder: Path) -> dict[str, Any] | None:
    """The folder's checkpoint, or None if there is none yet.

    Raises:
        TrainingError: it is damaged or no checkpoint of Sleeve's.
    """
    path = folder / CHECKPOINT_FILE
    if not path.exists():
        return None
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (
        RuntimeError,
        EOFError,
        OSError,
        ValueError,
        LookupError,
        pickle.UnpicklingError,
        zipfile.BadZipFile,
    ) as error:
        raise TrainingError(f"{path} is damaged: delete it and train from the start") from error
    if not isinstance(state, dict) or "run" not in state:
        raise TrainingError(f"{path} is not a checkpoint of Sleeve's: delete it and train from the start")
    return state
