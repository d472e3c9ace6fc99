"""Who asks a music server: a user with a password that is set or typed, or the holder of a key."""

import sys

import typer
from pydantic import SecretStr

from indexer.sources.subsonic import Client, Credentials, ServerAddress
from sleeve.errors import SourceError
from sleeve.settings import Settings


def log_in_as(settings: Settings, address_text: str) -> Client:
    """What asks the music server at an address; the password is asked for if no setting has it.

    Raises:
        SourceError: the address cannot be used, or there is no password and nobody to ask for it.
    """
    address = ServerAddress.of(address_text)
    if settings.subsonic_api_key is not None:
        return Client(address, Credentials(api_key=settings.subsonic_api_key))
    if address.user is None:
        raise SourceError(f"{address.name} names no user; write USER@ before the host, or set SLEEVE_SUBSONIC_API_KEY")
    password = settings.subsonic_password
    if password is None:
        if not sys.stdin.isatty():
            raise SourceError(f"set SLEEVE_SUBSONIC_PASSWORD to the password for {address.name}")
        password = SecretStr(typer.prompt(f"Password for {address.name}", hide_input=True, err=True))
    return Client(address, Credentials(user=address.user, password=password))
