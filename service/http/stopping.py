"""Notices at once that the service is to stop, so that endless answers can end and no worker outlives its parent."""

import multiprocessing
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from threading import Event, Thread, current_thread, main_thread
from types import FrameType


@contextmanager
def watch_for_stop() -> Iterator[Event]:
    """An event that is set when the process is asked to stop.

    The server waits for the answers under way before it ends the lifespan, so an answer that lasts cannot wait for
    that. The server's own handlers go on to be called.
    """
    stopping = Event()
    if current_thread() is not main_thread():
        yield stopping
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def stop(number: int, frame: FrameType | None) -> None:
        stopping.set()
        handler = before[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)

    for number in before:
        signal.signal(number, stop)
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def stop_with_parent() -> None:
    """Ask this process to stop as soon as the one that started it has ended, however that did.

    Workers whose parent was killed would keep the port, and nobody would replace or stop them.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        Thread(target=_stop_after, args=(parent,), name="parent", daemon=True).start()


def _stop_after(parent: BaseProcess) -> None:
    parent.join()
    signal.raise_signal(signal.SIGTERM)
