"""Asks a music server, within bounds of bytes, time and albums; never anybody else, wherever it sends on to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import md5
from secrets import token_hex
from threading import Lock
from typing import Any
from urllib.parse import urlencode

from pydantic import SecretStr

from indexer.images.decoding import DEFAULT_LIMITS
from indexer.sources.remote_image import REDIRECTS, Answer, Reach, exchange
from indexer.sources.remote_image.addresses import Address
from indexer.sources.subsonic.address import ServerAddress
from indexer.sources.subsonic.reading import Refusal, ServerAlbum, albums_of, response_of, songs_of
from sleeve.errors import FileRejectedError, SourceError
from sleeve.vocabulary import Rejection

PAGE_ALBUMS = 500
"""The most that ``getAlbumList2`` gives at once."""

MAX_ALBUMS = 200_000

MAX_JSON_BYTES = 16 * 2**20

MAX_FAILURES_IN_A_ROW = 8
"""Covers that may fail to come before the server counts as down: as many as are fetched at once."""

_NAMED = Reach(allowed=lambda _address: True, ports=None)
"""The person who runs Sleeve named this server, so it may be at a private address and at any port."""

_COMMON = {"v": "1.13.0", "c": "sleeve", "f": "json"}
"""The version of the interface that knows tokens."""

_NOT_FOUND = 70
_MAX_DIGITS = 12

_WANTS_PASSWORD = {10, 41, 42}
"""What servers answer that know no tokens: a parameter is missing, or this way to log in is not supported."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who asks: a user with a password, or the holder of a key."""

    user: str | None = None
    password: SecretStr | None = None
    api_key: SecretStr | None = None


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds for one page of albums and for one cover, from the first look at the name to the last byte."""

    page_s: float = 60.0
    cover_s: float = 30.0


@dataclass(slots=True)
class Client:
    """One music server. ``log_in`` comes first; then ``cover`` may be called by several threads.

    Attributes:
        reach: how its name becomes an address.
    """

    address: ServerAddress
    credentials: Credentials
    reach: Reach = _NAMED
    waits: Waits = field(default_factory=Waits)
    _with_password: bool = False
    _failures: int = 0
    _lock: Lock = field(default_factory=Lock)

    def log_in(self) -> None:
        """Find out how this server wants to be asked.

        A token (salt and MD5) hides the password from those who listen, so it is tried first. A server that knows no
        tokens gets the password itself, but only through HTTPS or in a private network.

        Raises:
            SourceError: the server does not answer, or does not let us in.
        """
        refusal = self._ping()
        if refusal is not None and refusal.code in _WANTS_PASSWORD and self.credentials.api_key is None:
            self._with_password = True
            if not self.address.is_encrypted:
                self.reach = replace(self.reach, allowed=_is_private)
            refusal = self._ping()
        if refusal is not None:
            raise self._refused(refusal)

    def albums(self) -> Iterator[Sequence[ServerAlbum | None]]:
        """The albums, a page at a time; None for each that has no id.

        Raises:
            SourceError: the server does not answer, or its list has no end.
        """
        met: set[str] = set()
        offset = 0
        # A server may give fewer at once than it is asked for, and a lying one the same ones for ever.
        while page := self._page(offset):
            new = {album.id for album in page if album is not None} - met
            if not new:
                return
            yield page
            met |= new
            offset += len(page)
            if offset > MAX_ALBUMS:
                raise SourceError(f"{self.address.name} lists more than {MAX_ALBUMS:,} albums, which are too many")

    def cover(self, art: str) -> bytes:
        """The bytes of a picture, not looked at.

        Raises:
            FileRejectedError: it does not come; UNREACHABLE, TRUNCATED, TOO_MANY_BYTES, NO_ART or EMPTY.
            SourceError: so many have not come one after the other that the server is down.
        """
        self._check_up()
        try:
            answer = self._post("getCoverArt", {"id": art}, DEFAULT_LIMITS.max_bytes, self.waits.cover_s)
        except FileRejectedError as error:
            self._count(is_failure=error.reason in {Rejection.UNREACHABLE, Rejection.TRUNCATED})
            raise
        self._count(is_failure=answer.status >= 500 or answer.status == 429)
        if answer.status in REDIRECTS:
            raise FileRejectedError(Rejection.FORBIDDEN_URL, "the server sends on to another address")
        if answer.status != 200:
            raise FileRejectedError(Rejection.UNREACHABLE, f"the answer is {answer.status}")
        if answer.body[:1] in {b"{", b"<"}:
            raise FileRejectedError(Rejection.NO_ART, "the server has no picture for it")
        if not answer.body:
            raise FileRejectedError(Rejection.EMPTY)
        return answer.body

    def size(self, art: str) -> int | None:
        """How many bytes a picture has, by the head of the answer; None if that does not say it.

        Raises:
            SourceError: as ``cover``.
        """
        self._check_up()
        try:
            answer = self._post("getCoverArt", {"id": art}, 0, self.waits.cover_s, with_body=False)
        except FileRejectedError:
            self._count(is_failure=True)
            return None
        self._count(is_failure=answer.status >= 500 or answer.status == 429)
        said = answer.headers.get("content-length", "")
        is_picture = answer.status == 200 and answer.headers.get("content-type", "").startswith("image/")
        return int(said) if is_picture and said.isascii() and said.isdigit() and len(said) <= _MAX_DIGITS else None

    def songs(self, album_id: str) -> list[str]:
        """The ids of an album's songs; none if the server does not have it any more.

        Raises:
            SourceError: the server does not answer, or refuses.
        """
        response = self._ask("getAlbum", {"id": album_id})
        if isinstance(response, Refusal):
            if response.code == _NOT_FOUND:
                return []
            raise self._refused(response)
        return songs_of(response)

    def make_playlist(self, name: str, songs: Sequence[str]) -> None:
        """Make a playlist of these songs on the server.

        Raises:
            SourceError: the server does not answer, or refuses.
        """
        self.ask("createPlaylist", {"name": name, "songId": songs})

    def ask(self, method: str, parameters: Mapping[str, str | Sequence[str]]) -> Mapping[str, Any]:
        """What the server answers.

        Raises:
            SourceError: it does not, or refuses.
        """
        response = self._ask(method, parameters)
        if isinstance(response, Refusal):
            raise self._refused(response)
        return response

    def _page(self, offset: int) -> list[ServerAlbum | None]:
        wanted = {"type": "alphabeticalByName", "size": str(PAGE_ALBUMS), "offset": str(offset)}
        return albums_of(self.ask("getAlbumList2", wanted))

    def _ping(self) -> Refusal | None:
        response = self._ask("ping", {})
        return response if isinstance(response, Refusal) else None

    def _ask(self, method: str, parameters: Mapping[str, str | Sequence[str]]) -> Mapping[str, Any] | Refusal:
        name = self.address.name
        try:
            answer = self._post(method, parameters, MAX_JSON_BYTES, self.waits.page_s)
        except FileRejectedError as error:
            if self._with_password and error.reason is Rejection.FORBIDDEN_URL:
                raise SourceError(
                    f"{name} wants the password itself, which anybody on the way could read; use subsonics:// (HTTPS)"
                ) from None
            raise SourceError(f"{name} cannot be asked: {error.detail or error.reason}") from error
        if answer.status in REDIRECTS:
            how = "" if self.address.is_encrypted else ", or subsonics:// if it is the same with HTTPS"
            raise SourceError(f"{name} sends on to another address, which Sleeve does not follow; name that one{how}")
        try:
            return response_of(answer.body)
        except SourceError as error:
            status = "" if answer.status == 200 else f"; the status is {answer.status}"
            raise SourceError(f"{name} {error}{status}") from None

    def _post(
        self,
        method: str,
        parameters: Mapping[str, str | Sequence[str]],
        max_bytes: int,
        time_s: float,
        *,
        with_body: bool = True,
    ) -> Answer:
        # A form and no query, so that what lets us in is not in the logs of servers and proxies.
        form = urlencode({**_COMMON, **self._login(), **parameters}, doseq=True).encode()
        return exchange(
            self.address.endpoint(method),
            headers={"User-Agent": "sleeve/1"},
            max_bytes=max_bytes,
            reach=self.reach,
            total_time_s=time_s,
            form=form,
            with_body=with_body,
        )

    def _login(self) -> dict[str, str]:
        who = self.credentials
        if who.api_key is not None:
            return {"apiKey": who.api_key.get_secret_value()}
        password = (who.password or SecretStr("")).get_secret_value()
        if self._with_password:
            return {"u": who.user or "", "p": f"enc:{password.encode().hex()}"}
        salt = token_hex(16)
        token = md5(f"{password}{salt}".encode(), usedforsecurity=False).hexdigest()
        return {"u": who.user or "", "t": token, "s": salt}

    def _refused(self, refusal: Refusal) -> SourceError:
        secrets = [one.get_secret_value() for one in (self.credentials.password, self.credentials.api_key) if one]
        repeats = any(text in refusal.message for secret in secrets for text in (secret, secret.encode().hex()))
        said = "it repeats the password" if repeats else refusal.message
        return SourceError(f"{self.address.name} refuses: {said} (error {refusal.code})")

    def _check_up(self) -> None:
        if self._failures >= MAX_FAILURES_IN_A_ROW:
            raise SourceError(f"{self.address.name} does not answer any more; run the same command later to go on")

    def _count(self, *, is_failure: bool) -> None:
        with self._lock:
            self._failures = self._failures + 1 if is_failure else 0
        self._check_up()


def _is_private(address: Address) -> bool:
    return address.is_private or address.is_link_local
