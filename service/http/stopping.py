"""Notices at once that the service is asked to stop, so that endless answers can end."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, current_thread, main_thread
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
