"""The allocator: memory that was freed is taken again, not mapped anew."""

import subprocess
import sys

import pytest

TAKES_AND_FREES = """
import ctypes, resource, sys
from indexer.training.freed_memory import keep_freed_memory

assert sys.argv[1] == "as it is" or keep_freed_memory()
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]
for turn in range(20):
    taken = libc.malloc(64 << 20)
    ctypes.memset(taken, 1, 64 << 20)
    libc.free(taken)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
"""


def page_faults(setting: str) -> int:
    asked = [sys.executable, "-c", TAKES_AND_FREES, setting]
    return int(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="mallopt is glibc's")
def test_freed_memory_is_taken_again_without_a_page_fault() -> None:
    before, after = page_faults("as it is"), page_faults("kept")
    assert before > 20 * (64 << 20) // 2**21
    assert after < before / 3
