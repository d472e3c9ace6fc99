"""Never more often than a host permits."""

from indexer.sources.musicbrainz.clock import Clock


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
