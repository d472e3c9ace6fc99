"""``subsonic://user@host:port/path``: where a music server is, and who asks."""

from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from indexer.sources.remote_image import target_of
from sleeve.errors import FileRejectedError, SourceError

SCHEMES = {"subsonic": "http", "subsonics": "https"}

HOW = "write subsonics://USER@HOST (HTTPS) or subsonic://USER@HOST (HTTP), with :PORT and /PATH if it has them"


def is_server(text: str) -> bool:
    """Whether this names a music server and no path."""
    return text.partition("://")[0].lower() in SCHEMES and "://" in text


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """A music server.

    Attributes:
        name: the address without the user, by which the catalogue knows the server.
        url: where its interface begins.
        user: None if the address names none.
    """

    name: str
    url: str
    user: str | None

    @property
    def is_encrypted(self) -> bool:
        """Whether nobody on the way can read what is sent."""
        return self.url.startswith("https:")

    @classmethod
    def of(cls, text: str) -> "ServerAddress":
        """Take an address apart.

        Raises:
            SourceError: it is none, or holds a password. The text says which, without the address.
        """
        try:
            parts = urlsplit(text)
            host, port, user, password = parts.hostname, parts.port, parts.username, parts.password
        except ValueError:
            raise SourceError(f"this is not the address of a music server; {HOW}") from None
        if password is not None:
            raise SourceError(
                "a password in an address can be read by everyone on this machine; set SLEEVE_SUBSONIC_PASSWORD, or "
                "leave it out and Sleeve asks for it"
            )
        if not host or parts.query or parts.fragment:
            raise SourceError(f"this is not the address of a music server; {HOW}")
        where = (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "") + parts.path.rstrip("/")
        address = cls(f"{parts.scheme}://{where}", f"{SCHEMES[parts.scheme]}://{where}", unquote(user or "") or None)
        try:
            target_of(address.url, None)
        except FileRejectedError as error:
            raise SourceError(f"{address.name} is not the address of a music server: {error.detail}; {HOW}") from error
        return address

    def endpoint(self, method: str) -> str:
        """The URL of one method of the interface."""
        return f"{self.url}/rest/{method}.view"

    def album(self, album_id: str) -> str:
        """What the cover of an album is called."""
        return f"{self.name}?album={quote(album_id, safe='')}"
