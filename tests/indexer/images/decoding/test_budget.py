"""Pixels in work at once: bounded over all threads, first come first."""

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from indexer.images.decoding.budget import PixelBudget


def test_never_more_than_the_budget_is_in_work_and_all_of_it_comes_back() -> None:
    budget = PixelBudget(100)
    lock, in_work, most = threading.Lock(), 0, 0

    def decode(pixels: int) -> None:
        nonlocal in_work, most
        with budget.reserve(pixels):
            with lock:
                in_work += pixels
                most = max(most, in_work)
            time.sleep(0.001)
            with lock:
                in_work -= pixels

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(decode, [60, 10, 40, 100, 1, 99, 30, 30, 30, 30] * 10))
    assert 60 < most <= 100
    with budget.reserve(100):
        pass


def test_a_picture_beyond_the_budget_is_decoded_alone_and_an_error_gives_its_share_back() -> None:
    budget = PixelBudget(100)
    with pytest.raises(ValueError, match="damaged"), budget.reserve(10_000):
        raise ValueError("damaged")
    with budget.reserve(50), budget.reserve(50):
        pass


def test_a_large_picture_gets_its_turn_among_many_small_ones() -> None:
    budget = PixelBudget(100)
    order: list[str] = []
    first = budget.reserve(60)
    first.__enter__()
    large = threading.Thread(target=lambda: _take(budget, 80, "large", order))
    large.start()
    time.sleep(0.05)
    small = threading.Thread(target=lambda: _take(budget, 10, "small", order))
    small.start()
    time.sleep(0.05)
    assert order == [], "the small one waits behind the large one"
    first.__exit__(None, None, None)
    large.join(5)
    small.join(5)
    assert order == ["large", "small"]


def _take(budget: PixelBudget, pixels: int, name: str, order: list[str]) -> None:
    with budget.reserve(pixels):
        order.append(name)


_EIGHT_AT_ONCE = """
import resource, sys
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from PIL import Image
from indexer.images.decoding import QUERY_LIMITS, decode
picture = BytesIO()
Image.new("I;16", (6000, 6000), 1234).save(picture, "PNG")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with ThreadPoolExecutor(8) as pool:
    for image in pool.map(lambda _: decode(picture.getvalue(), QUERY_LIMITS, reduce_to_px=256).size, range(8)):
        assert image == (1500, 1500)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read as Linux reports it")
def test_eight_large_pictures_at_once_take_the_memory_of_one_or_two() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _EIGHT_AT_ONCE],
        cwd=Path(__file__).parents[4],
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) < 800, "MiB; 400 with the budget, several times as much without it"
