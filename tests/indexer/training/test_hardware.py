"""What a run computes with: CUDA in bfloat16 where there is one, else threads that each compute alone."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from indexer.training.hardware import Hardware, find_hardware, workers_of
from indexer.training.loop import fine_tune
from indexer.training.samples import LabelledCover
from tests.indexer.training.test_loop import TINY

DEPTHWISE, PLAIN = nn.Conv2d(8, 8, 3, groups=8), nn.Conv2d(8, 8, 3)

CPU = Hardware(torch.device("cpu"), autocast=False, bf16_products=False, threads=2)


@pytest.mark.parametrize("has_bf16", [True, False])
def test_a_gpu_is_taken_if_there_is_one_and_bf16_if_it_has_it(monkeypatch: pytest.MonkeyPatch, has_bf16: bool) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda: has_bf16)
    for module in (DEPTHWISE, PLAIN):
        found = find_hardware(module)
        assert (found.device.type, found.autocast, found.bf16_products) == ("cuda", has_bf16, False)
    with workers_of(found) as workers:
        assert workers.count == 1
        assert set(workers.map(lambda _: threading.get_ident(), range(3))) == {threading.get_ident()}


@pytest.mark.parametrize("has_tiles", [True, False])
def test_depthwise_networks_multiply_in_bf16_where_the_cpu_has_tiles(
    monkeypatch: pytest.MonkeyPatch, has_tiles: bool
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"amx_bf16": has_tiles})
    found = find_hardware(DEPTHWISE)
    assert (found.device.type, found.autocast, found.bf16_products) == ("cpu", False, has_tiles)
    assert find_hardware(PLAIN).bf16_products == (has_tiles and not find_hardware(PLAIN).autocast)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"architecture": "aarch64"})
    assert not find_hardware(DEPTHWISE).bf16_products


def test_precision_holds_for_the_steps_only() -> None:
    onednn: Any = torch.backends.mkldnn

    def products() -> tuple[str, str]:
        return onednn.conv.fp32_precision, onednn.matmul.fp32_precision

    before = products()
    with replace(CPU, bf16_products=True).precision():
        assert products() == ("bf16", "bf16")
    assert products() == before
    with CPU.precision():
        assert products() == before


def test_autocast_holds_in_the_thread_that_asks_for_it() -> None:
    network, images = nn.Conv2d(3, 4, 1), torch.ones(1, 3, 4, 4)
    made = []

    def run() -> None:
        with replace(CPU, autocast=True).forward():
            made.append(network(images).dtype)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    with CPU.forward():
        made.append(network(images).dtype)
    assert made == [torch.bfloat16, torch.float32]


def test_workers_keep_the_order_share_the_cores_and_give_them_back() -> None:
    before = torch.get_num_threads()
    both = threading.Barrier(2, timeout=30)

    def meet(number: int) -> tuple[int, int, int]:
        both.wait()
        return number, threading.get_ident(), torch.get_num_threads()

    with workers_of(CPU) as workers:
        assert torch.get_num_threads() == 1
        seen = list(workers.map(meet, range(6)))
    assert [number for number, _, _ in seen] == list(range(6))
    assert len({thread for _, thread, _ in seen}) == 2
    assert {threads for _, _, threads in seen} == {1}
    assert torch.get_num_threads() == before
    with workers_of(replace(CPU, threads=24)) as workers:
        assert (workers.count, torch.get_num_threads()) == (8, 3)
    assert torch.get_num_threads() == before


def test_workers_read_few_parts_ahead() -> None:
    taken: list[int] = []

    def parts() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            yield number

    with workers_of(CPU) as workers:
        made = workers.map(lambda number: number, parts())
        assert next(made) == 0
        assert len(taken) <= 5


@pytest.mark.slow
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_run_on_a_gpu_learns_and_goes_on(covers: list[LabelledCover], tmp_path: Path) -> None:
    first = fine_tune(covers, TINY, folder=tmp_path)
    again = fine_tune(covers, TINY, folder=tmp_path, resume=True)
    assert first.network.trained.artwork.weight.is_cuda
    assert first.scores.accuracy >= 0.8
    assert again.scores == first.scores
