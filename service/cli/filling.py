"""What came of filling in albums from a web service, as the command line shows it."""

from typing import Literal

from indexer.sources.web_services.filling import FillEnding, FillReport
from service.cli.console import SHOWN_REJECTIONS, answer, say
from service.schemas import FilledSchema, FillSchema, NotFilledSchema


def fill_document(report: FillReport, known_by: Literal["release_group", "discogs"], *, dry_run: bool) -> FillSchema:
    """How a run ended.

    Args:
        known_by: the service's name of its ids.
    """
    return FillSchema(
        dry_run=dry_run,
        filled=report.counts[FillEnding.FILLED],
        unchanged=report.counts[FillEnding.UNCHANGED],
        not_found=report.counts[FillEnding.NOT_FOUND],
        rejected=report.counts[FillEnding.REJECTED],
        albums=[
            FilledSchema(
                album_id=item.album.id,
                artist=item.album.artist or item.artist,
                title=item.album.title or item.title,
                names=[name for name, given in (("artist", item.artist), ("title", item.title)) if given],
                genres=list(item.genres),
                year=item.year,
                covers=[str(side) for side in item.sides],
                **{known_by: item.known_as},
            )
            for item in report.filled
        ],
        not_filled=[
            NotFilledSchema(album_id=item.album.id, artist=item.album.artist, title=item.album.title, reason=item.why)
            for item in report.not_filled
        ],
    )


def show_fill(document: FillSchema, would_be: str) -> None:
    """Print how a run ended.

    Args:
        would_be: a cover that an album would get; braces stand for its side.
    """
    for item in document.not_filled[:SHOWN_REJECTIONS]:
        say(f"album {item.album_id} ({item.artist or '?'}: {item.title or '?'}): {item.reason}")
    if len(document.not_filled) > SHOWN_REJECTIONS:
        say(f"… and {len(document.not_filled) - SHOWN_REJECTIONS} more (all with --json)")
    if document.dry_run:
        for album in document.albums:
            name = f"album {album.album_id} ({album.artist or '?'}: {album.title or '?'})"
            answer(f"{name} would get {_gifts(album, would_be)}")
    answer(
        f"{document.filled} {'would be filled in' if document.dry_run else 'filled in'}, "
        f"{document.unchanged} unchanged, {document.not_found} not found, {document.rejected} rejected"
    )
    if not document.dry_run and any(album.covers for album in document.albums):
        say("Next: `sleeve index` makes the new covers searchable.")


def _gifts(album: FilledSchema, would_be: str) -> str:
    gifts = [f"its {' and '.join(album.names)}"] if album.names else []
    gifts += [f"genres {'; '.join(album.genres)}"] if album.genres else []
    gifts += [f"year {album.year}"] if album.year else []
    return ", ".join([*gifts, *(would_be.format(side) for side in album.covers)])
