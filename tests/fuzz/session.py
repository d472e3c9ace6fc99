"""What the targets share: where they work, what they begin with, and what must not happen outside their folder."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any

import atheris

TIMEOUT_S = 10
"""For one input; libFuzzer counts a longer one as found."""

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_CHANGES = {"os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod"}
_NEVER = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "socket.connect", "socket.getaddrinfo"}


class ForbiddenError(BaseException):
    """An input made its reader reach out of the folder; nothing that catches errors takes it for one."""


class Guard:
    """Sees whatever Python opens, changes or starts while it is on (PEP 578)."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self.on = False

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.on:
            return
        changes = event in _CHANGES or (event == "open" and bool(arguments[2] & _WRITING))
        if event in _NEVER or (changes and not os.fsdecode(arguments[0]).startswith(self._folder)):
            raise ForbiddenError(f"{event} {arguments}")


def fuzz(name: str, target: Callable[[bytes, Path], None], seeds: Callable[[Path], Iterable[bytes]]) -> None:
    """Give a target ever new bytes and an empty folder; whatever it raises is found. Does not return."""
    place = Path(tempfile.gettempdir()) / "sleeve-fuzz" / name
    corpus = place / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=place))
    for seed in seeds(work):
        (corpus / sha256(seed).hexdigest()).write_bytes(seed)
    guard = Guard(work)
    sys.addaudithook(guard)

    def once(data: bytes) -> None:
        for file in work.iterdir():
            file.unlink()
        guard.on = True
        try:
            target(data, work)
        finally:
            guard.on = False

    given = sys.argv[1:]
    inputs = [] if any(not argument.startswith("-") for argument in given) else [str(corpus)]
    options = [f"-timeout={TIMEOUT_S}", f"-artifact_prefix={place}/"]
    atheris.Setup([sys.argv[0], *options, *given, *inputs], once)
    atheris.Fuzz()
