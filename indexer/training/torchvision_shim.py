"""timm and open_clip import torchvision; torchvision from PyPI may be built for CUDA while PyTorch is not.

Its compiled part does not load then, and its Python part registers fakes for two operators that nobody defined:
``RuntimeError: operator torchvision::nms does not exist``, then the same for ``qnms``. An image tower calls neither, so
their schemas are defined here, with nothing behind them. Defining them up front would abort a healthy torchvision,
which defines them itself: the import is tried first, and only that very error is answered.
"""

import re
import sys
from importlib import import_module

import torch

_MISSING = re.compile(r"operator torchvision::(q?nms) does not exist")
_SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"

_defined: list[torch.library.Library] = []
"""Kept, because an operator lives only as long as the library that defined it."""


def make_torchvision_importable() -> None:
    """Call before the first ``import timm`` or ``import open_clip``; does nothing if torchvision is well or absent.

    Raises:
        RuntimeError: torchvision cannot be imported for another reason.
    """
    while True:
        try:
            import_module("torchvision")
        except ModuleNotFoundError:
            return
        except RuntimeError as error:
            missing = _MISSING.search(str(error))
            if missing is None:
                raise
            _forget_torchvision()
            _define(missing[1])
        else:
            return


def _forget_torchvision() -> None:
    """Drop the half-imported modules, so that the next import starts afresh."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "torchvision"]:
        del sys.modules[name]


def _define(operator: str) -> None:
    library = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
    library.define(operator + _SCHEMA)  # type: ignore[no-untyped-call]
    _defined.append(library)
