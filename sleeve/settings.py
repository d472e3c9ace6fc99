"""Settings from the environment or ``.env``; every one has a default that works."""

import os
import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, SettingsConfigDict

from sleeve.errors import SettingsError
from sleeve.faults import first_fault

Network = IPv4Network | IPv6Network

_ROOT_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)*")


class Settings(BaseSettings):
    """What can be set. The environment wins over ``.env`` in the working folder.

    Attributes:
        home: ``SLEEVE_HOME``, where index versions and the default database live.
        database_url: ``SLEEVE_DATABASE_URL``, for PostgreSQL ``postgresql://user:password@host/name``;
            without it SQLite at ``<home>/sleeve.sqlite3``.
        index_url: ``SLEEVE_INDEX_URL``, the server of the index that several hosts share: ``pgvector`` for the database
            of the catalogue, or ``milvus://user:password@host:19530/database``; without it the index is in the home.
        bundle: ``SLEEVE_BUNDLE``, a bundle's name or folder; empty for the one whose vectors are live, and the shipped
            one before the first index.
        gate_recall: ``SLEEVE_GATE_RECALL``, the least recall@20 against exact search of an index that is promoted.
        threads: ``SLEEVE_THREADS``, CPU threads for decoding, embedding and reading; 0 means every core this process
            may use.
        recogniser: ``SLEEVE_RECOGNISER``, an ONNX file in the form of PP-OCR's recognisers that reads lines of text in
            place of the installed one.
        recogniser_characters: ``SLEEVE_RECOGNISER_CHARACTERS``, its characters, a line for each; not needed if the ONNX
            file says them.
        api_key: ``SLEEVE_API_KEY``, needed for whatever changes something over HTTP; empty for none.
        cors_origins: ``SLEEVE_CORS_ORIGINS``, other sites whose pages may use the service, with commas between them.
        reads_per_minute: ``SLEEVE_READS_PER_MINUTE``, what one address may ask; 0 for no limit. Without it there is a
            default that spares this machine itself.
        writes_per_minute: ``SLEEVE_WRITES_PER_MINUTE``, what one address may change; likewise.
        image_urls: ``SLEEVE_IMAGE_URLS``, whether queries and tables may name the URL of an image.
        hosts: ``SLEEVE_HOSTS``, host names with commas between them that the service answers to, as it does to
            ``localhost`` and addresses; ``*`` for any.
        root_path: ``SLEEVE_ROOT_PATH``, the path below which visitors find the service, ``/sleeve``; empty for none.
        proxies: ``SLEEVE_PROXIES``, addresses and networks, with commas between them, of the proxies that may name a
            visitor's address, scheme and host.
        log_format: ``SLEEVE_LOG_FORMAT``, ``text``, or ``json`` for one JSON object per line, also for requests.
        contact: ``SLEEVE_CONTACT``, a mail address or a web page; it is sent to the services that are asked for covers.
        discogs_token: ``SLEEVE_DISCOGS_TOKEN``, a personal token of Discogs, sent to Discogs and nobody else.
        subsonic_password: ``SLEEVE_SUBSONIC_PASSWORD``, of the user whom the address of a music server names.
        subsonic_api_key: ``SLEEVE_SUBSONIC_API_KEY``, a key of a music server, in place of a user with a password.
        objects_mb: ``SLEEVE_OBJECTS_MB``, MiB that copies of objects from object storage may take in the home; none may
            be larger.
        thumbnails_mb: ``SLEEVE_THUMBNAILS_MB``, MiB that pictures scaled down may take in the home.
    """

    model_config = SettingsConfigDict(
        env_prefix="SLEEVE_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    home: Path = Path("~/.sleeve")
    database_url: SecretStr | None = None
    index_url: SecretStr | None = None
    bundle: str = ""
    gate_recall: Annotated[float, Field(ge=0, le=1)] = 0.98
    threads: int = 0
    recogniser: Path | None = None
    recogniser_characters: Path | None = None
    api_key: SecretStr | None = None
    cors_origins: str = ""
    reads_per_minute: int | None = Field(default=None, ge=0)
    writes_per_minute: int | None = Field(default=None, ge=0)
    image_urls: bool = False
    hosts: str = ""
    root_path: str = ""
    proxies: str = "127.0.0.1, ::1"
    log_format: Literal["text", "json"] = "text"
    contact: str = ""
    discogs_token: SecretStr | None = None
    subsonic_password: SecretStr | None = None
    subsonic_api_key: SecretStr | None = None
    objects_mb: int = Field(default=10_240, ge=64)
    thumbnails_mb: int = Field(default=1024, ge=0)

    @field_validator("root_path")
    @classmethod
    def _is_a_path(cls, given: str) -> str:
        path = f"/{given.strip('/')}" if given.strip("/") else ""
        if not _ROOT_PATH.fullmatch(path) or {".", ".."} & set(path.split("/")):
            raise ValueError("must be a path such as /sleeve, of ASCII letters, digits, `.`, `_`, `~` and `-`")
        return path

    @field_validator("proxies")
    @classmethod
    def _are_addresses(cls, given: str) -> str:
        _networks(given)
        return given

    @property
    def proxy_networks(self) -> tuple[Network, ...]:
        """``proxies``, one by one."""
        return _networks(self.proxies)

    @property
    def origins(self) -> tuple[str, ...]:
        """``cors_origins``, one by one."""
        return tuple(origin.strip().rstrip("/") for origin in self.cors_origins.split(",") if origin.strip())

    @property
    def host_names(self) -> frozenset[str]:
        """``hosts``, one by one, in lower case."""
        return frozenset(name.strip().lower().rstrip(".") for name in self.hosts.split(",") if name.strip())


def _networks(given: str) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(one.strip()) for one in given.split(",") if one.strip())
    except ValueError as error:
        raise ValueError("must be IP addresses or networks such as 10.0.0.0/8, separated by commas") from error


def from_env_file() -> tuple[str, ...]:
    """The settings that ``.env`` in the working folder gives, because the environment does not, sorted.

    Raises:
        SettingsError: the file cannot be read.
    """
    try:
        given = DotEnvSettingsSource(Settings).env_vars
    except (UnicodeDecodeError, OSError) as error:
        raise _unreadable_env_file(error) from error
    names = {f"SLEEVE_{name.upper()}" for name in Settings.model_fields if given.get(f"sleeve_{name}")}
    return tuple(sorted(names - os.environ.keys()))


def read_settings() -> Settings:
    """Read the settings.

    Raises:
        SettingsError: a setting has a value of the wrong kind, or ``.env`` cannot be read.
    """
    try:
        return Settings()
    except (UnicodeDecodeError, OSError) as error:
        raise _unreadable_env_file(error) from error
    except ValidationError as error:
        fault = first_fault(error)
        raise SettingsError(f"SLEEVE_{fault.field.upper()}: {fault.message}") from error


def expanded(path: Path) -> Path:
    """A path with the user's folder for its ``~``.

    Raises:
        SettingsError: nothing says where the user's folder is, as in many containers.
    """
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise SettingsError(
            f"{path} names the folder of a user, and HOME is not set; set SLEEVE_HOME or HOME"
        ) from error


def _unreadable_env_file(error: UnicodeDecodeError | OSError) -> SettingsError:
    why = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror
    return SettingsError(f"{Path('.env').absolute()} cannot be read: {why}")
