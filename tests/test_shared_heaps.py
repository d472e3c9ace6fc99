"""The threads of a service share few heaps, so that one can use what another has freed."""

import subprocess
import sys
from pathlib import Path

import pytest

COUNT = """
import ctypes, sys, threading
from sleeve.platform import share_freed_memory
libc = ctypes.CDLL(None)
for name in ("malloc", "fopen"):
    getattr(libc, name).restype = ctypes.c_void_p
if sys.argv[1] == "shared":
    share_freed_memory()
all_there = threading.Barrier(12)
def allocate():
    all_there.wait(30)
    libc.malloc(ctypes.c_size_t(10_000))
    all_there.wait(30)
threads = [threading.Thread(target=allocate) for _ in range(12)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
file = libc.fopen(sys.argv[2].encode(), b"w")
libc.malloc_info(0, ctypes.c_void_p(file))
libc.fclose(ctypes.c_void_p(file))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's heaps")
def test_threads_share_two_heaps(tmp_path: Path) -> None:
    heaps = {}
    for how in ("shared", "own"):
        listed = tmp_path / how
        subprocess.run(
            [sys.executable, "-c", COUNT, how, str(listed)], check=True, timeout=60, cwd=Path(__file__).parents[1]
        )
        heaps[how] = listed.read_text().count("<heap nr=")
    assert heaps["shared"] <= 2 < heaps["own"]
