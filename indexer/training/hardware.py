"""What a training run computes with: a GPU if there is one, else the cores of this machine, each on its own images."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from torch import nn

from indexer.images.pending import in_order

Part = TypeVar("Part")
Made = TypeVar("Made")

_MOST_WORKERS = 8
"""With more of them a batch would fall into parts too small to compute with."""


@dataclass(frozen=True, slots=True)
class Hardware:
    """What was found here, and what pays on it.

    Args:
        autocast: the network runs in bfloat16, its parameters stay float32.
        bf16_products: float32 convolutions and matrices are multiplied as bfloat16 and summed as float32.
        threads: of PyTorch, for all that it computes at once.
    """

    device: torch.device
    autocast: bool
    bf16_products: bool
    threads: int

    @contextmanager
    def precision(self) -> Iterator[None]:
        """For the steps of a training: ``bf16_products`` hold for the whole process meanwhile."""
        onednn: Any = torch.backends.mkldnn
        operations = (onednn.conv, onednn.matmul) if self.bf16_products else ()
        before = [operation.fp32_precision for operation in operations]
        for operation in operations:
            operation.fp32_precision = "bf16"
        try:
            yield
        finally:
            for operation, precision in zip(operations, before, strict=True):
                operation.fp32_precision = precision

    def forward(self) -> AbstractContextManager[object]:
        """For what the network makes of images, in each thread that does it."""
        return torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.autocast)


def find_hardware(module: nn.Module) -> Hardware:
    """The first GPU, or the CPU with as many threads as PyTorch would use."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    autocast = bf16_pays(module, device)
    on_cpu = device.type == "cpu"
    has_tiles = bool(torch.cpu.get_capabilities().get("amx_bf16"))
    return Hardware(device, autocast, on_cpu and has_tiles and not autocast, torch.get_num_threads())


def bf16_pays(module: nn.Module, device: torch.device) -> bool:
    """Whether a training step is faster in bfloat16.

    Not with depthwise convolutions on a CPU: their backward pass took EfficientNet-Lite0 from 85 to 36 images a second.
    """
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    grouped = any(isinstance(part, nn.Conv2d) and part.groups > 1 for part in module.modules())
    return not grouped and bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


class Workers:
    """Calls functions for several parts of a batch at once, on a thread each.

    All cores on one operation wait for the slowest after each of hundreds: on a busy machine half of their time. So
    each worker computes alone. A GPU takes all parts, one after the other.

    Args:
        count: how many work at once.
    """

    def __init__(self, count: int, pool: ThreadPoolExecutor | None) -> None:
        self.count = count
        self._pool = pool

    def map(self, function: Callable[[Part], Made], parts: Iterable[Part]) -> Iterator[Made]:
        """As ``map``, in the order of the parts; a few of them are read ahead."""
        if self._pool is None:
            yield from map(function, parts)
            return
        yield from in_order(self._pool, parts, function, 2 * self.count)


@contextmanager
def workers_of(hardware: Hardware) -> Iterator[Workers]:
    """The workers of a machine; meanwhile PyTorch uses in each of them, and in this thread, its share of the cores."""
    count = 1 if hardware.device.type == "cuda" else min(hardware.threads, _MOST_WORKERS)
    if count == 1:
        yield Workers(1, None)
        return
    share = hardware.threads // count
    before = torch.get_num_threads()
    torch.set_num_threads(share)
    try:
        with ThreadPoolExecutor(count, "train", initializer=torch.set_num_threads, initargs=(share,)) as pool:
            yield Workers(count, pool)
    finally:
        torch.set_num_threads(before)
