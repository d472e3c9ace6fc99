"""Consideration for the services: requests to one host are held apart, and a host that is down is left alone."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sleeve.errors import SourceError

MAX_FAILURES_IN_A_ROW = 3

WINDOW_S = 60.0
"""Discogs counts the requests of the last minute, and says in the headers of each answer how many it permits and how
many of them are left."""

_PERMITTED, _LEFT = "x-discogs-ratelimit", "x-discogs-ratelimit-remaining"
_MAX_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Clock:
    """The time and how to wait, as this package needs them; a test can replace them.

    Attributes:
        monotonic_s: seconds that never go back; requests are paced by it.
        now_s: seconds since 1970; shows how old a kept answer is.
        sleep: waits for seconds.
    """

    monotonic_s: Callable[[], float] = time.monotonic
    now_s: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


SYSTEM = Clock()


class Pace:
    """Holds requests apart, each host on its own.

    The gap is measured from the end of one exchange to the beginning of the next, so that no delay on the way can
    bring two together. A host's first request waits as well: the run before may have asked a moment ago.
    """

    def __init__(self, interval_s: float, clock: Clock) -> None:
        self._interval_s = interval_s
        self._clock = clock
        self._began_s = clock.monotonic_s()
        self._ended_s: dict[str, float] = {}
        self._slower_s: dict[str, float] = {}

    def wait(self, host: str) -> None:
        """Wait until this host may be asked."""
        free_s = self._ended_s.get(host, self._began_s) + max(self._interval_s, self._slower_s.get(host, 0.0))
        while (left_s := free_s - self._clock.monotonic_s()) > 0:
            self._clock.sleep(left_s)

    def ended(self, host: str) -> None:
        """An exchange with this host is over."""
        self._ended_s[host] = self._clock.monotonic_s()

    def heed(self, host: str, headers: Mapping[str, str]) -> None:
        """Ask a host no faster than its answer permits; a minute is the longest that it can hold up a request."""
        permitted, left = (_count(headers.get(name)) for name in (_PERMITTED, _LEFT))
        if left == 0:
            self._slower_s[host] = WINDOW_S
        elif permitted is not None:
            self._slower_s[host] = WINDOW_S / max(1, permitted)


def _count(text: str | None) -> int | None:
    said = (text or "").strip()
    return int(said) if said.isascii() and said.isdigit() and len(said) <= _MAX_DIGITS else None


class Failures:
    """Lets a run go on after a failure, but not after several in a row: the host is down."""

    def __init__(self) -> None:
        self._in_a_row = 0

    def succeeded(self) -> None:
        """The service has answered."""
        self._in_a_row = 0

    def failed(self, error: SourceError) -> None:
        """The service has not answered.

        Raises:
            SourceError: ``error``, if it is the last one in a row that is let pass.
        """
        self._in_a_row += 1
        if self._in_a_row == MAX_FAILURES_IN_A_ROW:
            raise error
