"""A client that keeps the rules of the services that it asks.

One request to a host in a second, each with a name; it waits when asked to, requests nothing twice while the first
answer is fresh, and after that only whether it has changed. The rules are at
musicbrainz.org/doc/MusicBrainz_API/Rate_Limiting, musicbrainz.org/doc/Cover_Art_Archive/API and discogs.com/developers.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from pydantic import SecretStr

from indexer.sources.remote_image import (
    MAX_REDIRECTS,
    PUBLIC,
    REDIRECTS,
    Answer,
    Reach,
    exchange,
    redirected,
    target_of,
)
from indexer.sources.web_services.answer_cache import AnswerCache, CachedAnswer
from indexer.sources.web_services.pace import SYSTEM, Clock, Pace
from sleeve.errors import FileRejectedError, SettingsError, SourceError
from sleeve.vocabulary import Rejection

INTERVAL_S = 1.0
"""Between two requests to one host."""

ANSWER_TIME_S = 60.0
"""For one answer, from the first look at the URL to the last byte; the archive's mirrors are slow."""

MAX_TRIES = 5
FIRST_WAIT_S = 2.0
"""Before the second try; it doubles with each further one, unless the answer says how long."""

MAX_WAIT_S = 300.0
"""A host that asks for more is left alone, and the run ends."""

MAX_JSON_BYTES = 16 * 2**20

FRESH_S = 86_400.0
"""Answers younger than this are not asked for again."""

MOVED_FRESH_S = 3_600.0
"""The same for a redirect: the archive moves its items between mirrors."""

_KNOWS_US_NOT = 401

_KEPT = frozenset({200, 404, 410}) | REDIRECTS
"""Statuses that say what is there, and not of who asks or how."""

_LATER = frozenset({408, 429, 500, 502, 503, 504})
_TRY_AGAIN = frozenset({Rejection.UNREACHABLE, Rejection.TRUNCATED})


@dataclass(frozen=True, slots=True)
class Access:
    """What lets us in at one service, and is sent to no other.

    Attributes:
        base: what the URLs of the service begin with.
        scheme: how the header begins that has the token.
        setting: where the person has set the token.
    """

    base: str
    scheme: str
    token: SecretStr
    setting: str


@dataclass(frozen=True, slots=True)
class Manners:
    """How a client behaves.

    Attributes:
        user_agent: says who asks, and if the service wants to know, how to reach them.
        reach: which hosts may be asked.
        interval_s: between two requests to one host.
    """

    user_agent: str
    reach: Reach = PUBLIC
    clock: Clock = SYSTEM
    interval_s: float = INTERVAL_S
    answer_time_s: float = ANSWER_TIME_S
    access: Access | None = None


class Client:
    """Asks one thing at a time; not for several threads."""

    def __init__(self, cache: AnswerCache, manners: Manners) -> None:
        self._cache = cache
        self._manners = manners
        self._clock = manners.clock
        self._pace = Pace(manners.interval_s, manners.clock)

    def get(self, url: str, max_bytes: int) -> Answer:
        """The answer to a URL, redirects followed: of status 200, or one that says that nothing is there (4xx).

        Raises:
            SourceError: the host does not answer, or is too busy, however often it is asked.
            SettingsError: the host does not accept the token.
            FileRejectedError: FORBIDDEN_URL or TOO_MANY_BYTES.
        """
        reach = self._manners.reach
        target = target_of(url, reach.ports)
        for _ in range(MAX_REDIRECTS + 1):
            answer = self._one(target.url, target.host, max_bytes)
            if answer.status not in REDIRECTS or "location" not in answer.headers:
                return answer
            target = redirected(target, answer.headers["location"], reach.ports)
        raise FileRejectedError(Rejection.FORBIDDEN_URL, f"more than {MAX_REDIRECTS} redirects")

    def json(self, url: str) -> Mapping[str, Any] | None:
        """The JSON object behind a URL; None if the service has nothing there (404).

        Raises:
            SourceError: no such object is answered.
        """
        for tried in range(1, MAX_TRIES + 1):
            try:
                answer = self.get(url, MAX_JSON_BYTES)
            except FileRejectedError as error:
                raise SourceError(f"{url}: {error}") from error
            if answer.status == 404:
                return None
            if answer.status != 200:
                raise SourceError(f"{url} cannot be asked: the answer is {answer.status}{self._reason_of(answer)}")
            found = _json_object(answer.body)
            if found is not None:
                return found
            self._cache.forget(url)
            if tried < MAX_TRIES:
                self._clock.sleep(FIRST_WAIT_S * 2 ** (tried - 1))
        raise SourceError(f"{url} answers with broken JSON; run the same command later to go on")

    def forget(self, url: str) -> None:
        """Keep the answer to this URL no longer, nor what it leads to; it is in the catalogue."""
        for _ in range(MAX_REDIRECTS + 1):
            kept = self._cache.get(url)
            self._cache.forget(url)
            if kept is None or kept.answer.status not in REDIRECTS or "location" not in kept.answer.headers:
                return
            url = redirected(target_of(url, None), kept.answer.headers["location"], None).url

    def _one(self, url: str, host: str, max_bytes: int) -> Answer:
        kept = self._cache.get(url)
        if kept is not None and self._clock.now_s() - kept.at_s < _fresh_s(kept.answer):
            return kept.answer
        answer = self._ask(url, host, max_bytes, kept.conditions if kept else {})
        if kept is not None and answer.status == 304:
            answer = kept.answer
        if answer.status in _KEPT:
            self._cache.put(url, CachedAnswer(answer, self._clock.now_s()))
        return answer

    def _ask(self, url: str, host: str, max_bytes: int, conditions: Mapping[str, str]) -> Answer:
        headers = {"User-Agent": self._manners.user_agent, "Accept": "application/json, image/*", **conditions}
        access = self._manners.access
        if access is not None and url.startswith(f"{access.base}/"):
            headers["Authorization"] = f"{access.scheme}{access.token.get_secret_value()}"
        why = ""
        for tried in range(1, MAX_TRIES + 1):
            self._pace.wait(host)
            asked_to_wait_s = None
            try:
                answer = exchange(
                    url,
                    headers=headers,
                    max_bytes=max_bytes,
                    reach=self._manners.reach,
                    total_time_s=self._manners.answer_time_s,
                )
                self._pace.heed(host, answer.headers)
                if access is not None and answer.status == _KNOWS_US_NOT and "Authorization" in headers:
                    raise SettingsError(f"{host} does not accept the token; set {access.setting} to one that is valid")
                if answer.status not in _LATER:
                    return answer
                why, asked_to_wait_s = f"the answer is {answer.status}", self._retry_after_s(answer)
            except FileRejectedError as error:
                if error.reason not in _TRY_AGAIN:
                    raise
                why = error.detail
            finally:
                self._pace.ended(host)
            wait_s = FIRST_WAIT_S * 2 ** (tried - 1) if asked_to_wait_s is None else asked_to_wait_s
            if wait_s > MAX_WAIT_S:
                raise SourceError(f"{host} asks to be left alone for {wait_s:.0f} s; run the command again after that")
            if tried < MAX_TRIES:
                self._clock.sleep(wait_s)
        raise SourceError(f"{host} did not answer {MAX_TRIES} requests: {why}; run the same command later to go on")

    def _reason_of(self, answer: Answer) -> str:
        """What a refusal says about its reason, cut: in ``error`` (MusicBrainz) or ``message`` (Discogs)."""
        found = _json_object(answer.body) or {}
        said = found.get("error", found.get("message"))
        access = self._manners.access
        repeats = access is not None and access.token.get_secret_value() in str(said)
        return f" ({said[:200]})" if isinstance(said, str) and said.isprintable() and not repeats else ""

    def _retry_after_s(self, answer: Answer) -> float | None:
        """Seconds of a Retry-After header, which are a number or a date (RFC 9110, 10.2.3)."""
        said = answer.headers.get("retry-after", "").strip()
        if said.isascii() and said.isdigit():
            return float(said[:9])
        try:
            return max(0.0, parsedate_to_datetime(said).timestamp() - self._clock.now_s())
        except (ValueError, OverflowError):
            return None


def _fresh_s(answer: Answer) -> float:
    return MOVED_FRESH_S if answer.status in REDIRECTS else FRESH_S


def _json_object(body: bytes) -> Mapping[str, Any] | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
