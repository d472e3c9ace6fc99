"""Consideration for the services: requests to one host are held apart, and a host that is down is left alone."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from sleeve.errors import SourceError

MAX_FAILURES_IN_A_ROW = 3


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

    def wait(self, host: str) -> None:
        """Wait until this host may be asked."""
        free_s = self._ended_s.get(host, self._began_s) + self._interval_s
        while (left_s := free_s - self._clock.monotonic_s()) > 0:
            self._clock.sleep(left_s)

    def ended(self, host: str) -> None:
        """An exchange with this host is over."""
        self._ended_s[host] = self._clock.monotonic_s()


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
