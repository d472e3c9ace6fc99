"""``sleeve discogs``: covers and genres that albums lack, from Discogs."""

import sys
from typing import Annotated

import typer
from pydantic import SecretStr

from indexer.home import open_home
from indexer.jobs.fill_from_discogs import fill_from_discogs
from indexer.jobs.fill_from_musicbrainz import MAX_ALBUMS
from service.cli.console import Json, ProgressBar, answer_json, settings_of
from service.cli.filling import fill_document, show_fill
from sleeve.errors import SettingsError
from sleeve.settings import Settings


def discogs(
    context: typer.Context,
    fill: Annotated[
        bool, typer.Option("--fill", help="Albums in the catalogue that lack a front cover or a genre.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be filled in, and change nothing.")
    ] = False,
    limit: Annotated[
        int | None, typer.Option(min=1, max=MAX_ALBUMS, metavar="N", help="At most this many albums; by default all.")
    ] = None,
    json: Json = False,
) -> None:
    """Fill in the covers and genres that albums lack, from Discogs.

    You need a token of your own, from discogs.com/settings/developers: set SLEEVE_DISCOGS_TOKEN, or Sleeve asks for it.
    An album of a list is found by the number of its release, others by artist and title. Discogs is asked at most once
    a second. You can stop it at any time; the same command continues where it stopped.

    What an album has stays. So run `sleeve musicbrainz --fill` first if you prefer the covers of the Cover Art Archive,
    which need no token.

    Examples:

        sleeve discogs --fill --dry-run
        sleeve discogs --fill --limit 100
    """
    if not fill:
        raise typer.BadParameter("name what to do: --fill")
    settings = settings_of(context)
    token = token_of(settings)
    with open_home(settings) as home, ProgressBar() as bar:
        report = fill_from_discogs(home, bar, token, limit=limit, dry_run=dry_run)
    document = fill_document(report, "discogs", dry_run=dry_run)
    if json:
        answer_json(document)
    else:
        show_fill(document, "its {}")
    if document.rejected:
        raise typer.Exit(1)


def token_of(settings: Settings) -> SecretStr:
    """The token of the person, asked for if it is not set."""
    if settings.discogs_token is not None:
        return settings.discogs_token
    if not sys.stdin.isatty():
        raise SettingsError("set SLEEVE_DISCOGS_TOKEN to your token; discogs.com/settings/developers makes one")
    return SecretStr(typer.prompt("Token of Discogs", hide_input=True, err=True))
