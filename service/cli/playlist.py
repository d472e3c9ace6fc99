"""A playlist of what ``sleeve similar`` answers."""

from pathlib import Path

import typer

from indexer.home import Home
from indexer.jobs.make_playlist import make_playlist
from indexer.jobs.write_playlist import write_playlist
from indexer.sources import is_server
from service.cli.console import ProgressBar, counted, settings_of
from service.cli.music_server import log_in_as
from service.schemas import SimilarSchema
from sleeve.vocabulary import AlbumId


def playlist_of(context: typer.Context, home: Home, document: SimilarSchema, target: str) -> str:
    """Make a playlist of the albums of an answer, the nearest first; returns what it holds, as a sentence.

    Args:
        target: a new file, or the address of a music server.
    """
    album_ids = [AlbumId(neighbour.album_id) for neighbour in document.neighbours]
    if is_server(target):
        client = log_in_as(settings_of(context), target)
        place = f"{_name(document)!r} on {client.address.name}"
        with ProgressBar() as bar:
            made = make_playlist(home, bar, client, album_ids, _name(document))
    else:
        place = target
        with ProgressBar() as bar:
            made = write_playlist(home, bar, album_ids, Path(target))
    left_out = f"; {counted(made.left_out, 'album')} left out, without tracks there" if made.left_out else ""
    named = f"; {counted(made.unwritable, 'track')} left out, with line breaks in their names"
    unwritable = named if made.unwritable else ""
    return f"{place} has {counted(made.tracks, 'track')} of {counted(made.albums, 'album')}{left_out}{unwritable}"


def _name(document: SimilarSchema) -> str:
    query = document.query
    like = [f"album {one}" for one in (query.album_id, *query.like) if one is not None]
    like += [Path(file).stem for file in (query.file, *query.files) if file]
    return "Looks like " + ", ".join([*like, *([query.text] if query.text else [])])
