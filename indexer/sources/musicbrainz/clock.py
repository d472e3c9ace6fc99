"""Time as this package needs it, in one place that a test can replace."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clock:
    """What tells the time and waits.

    Attributes:
        monotonic_s: seconds that never go back; requests are paced by it.
        now_s: seconds since 1970; tells how old a kept answer is.
        sleep: waits for seconds.
    """

    monotonic_s: Callable[[], float] = time.monotonic
    now_s: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


SYSTEM = Clock()
