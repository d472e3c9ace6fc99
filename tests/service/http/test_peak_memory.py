"""The memory of the worst burst that is allowed: small files of the most pixels, all at once, to be read as well."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from PIL import Image

from tests.forked import SLEEVE
from tests.indexer.images.decoding.pictures import encode

MOST_BYTES = 3 * 2**29
SIDE_PX = 6324
"""40 million pixels, the most of a query."""

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")]


def _worst() -> list[bytes]:
    """Small files of the most pixels, of the kinds that take the most memory to decode."""
    palette = Image.new("P", (SIDE_PX, SIDE_PX))
    palette.putpalette(list(range(256)) * 3)
    size = (SIDE_PX, SIDE_PX)
    files = [
        encode(palette, "PNG", transparency=bytes(256)),
        encode(Image.new("F", size, 0.5), "TIFF", compression="tiff_adobe_deflate"),
        encode(Image.new("CMYK", size), "JPEG", progressive=True),
    ]
    assert all(len(file) < 2**20 for file in files)
    return files


def test_the_worst_burst_stays_below_its_bound(tmp_path: Path) -> None:
    files = _worst()
    environment = {"SLEEVE_HOME": str(tmp_path / "home"), "PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(sys.path)}
    command = [str(SLEEVE), "serve", "--port", "0"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as service:
        try:
            assert service.stderr is not None
            address = service.stderr.readline().split()[2]

            def ask(number: int) -> int:
                image = {"image": ("a", files[number % len(files)])}
                return httpx.post(f"{address}/api/v1/classify", files=image, timeout=600).status_code

            with ThreadPoolExecutor(8) as pool:
                assert set(pool.map(ask, range(8))) == {200}
            status = Path(f"/proc/{service.pid}/status").read_text().splitlines()
            [peak] = [int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM")]
            assert 0.4 * 2**30 < peak < MOST_BYTES
        finally:
            service.terminate()
