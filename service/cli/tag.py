"""``sleeve tag``: predicted genres into the tags of music files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from indexer.home import Home, open_home
from service.answers.opening import open_answers
from service.cli.console import Json, answer, answer_json, counted, say, settings_of
from service.schemas import TaggedSchema, TagSchema
from sleeve.errors import SourceError

SHOWN_FILES = 40
"""Files named on the terminal; ``--json`` has all."""


def tag(
    context: typer.Context,
    path: Annotated[Path | None, typer.Argument(help="A music library that was added before, or a part of it.")] = None,
    genre: Annotated[bool, typer.Option("--genre", help="Show the predicted genre, or write it with --write.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run/--write", help="Show what would be written, or write it.")] = True,
    overwrite: Annotated[bool, typer.Option("--replace", help="Also replace genres that files already have.")] = False,
    undo: Annotated[Path | None, typer.Option(help="Undo the run of this journal.")] = None,
    json: Json = False,
) -> None:
    """Write predicted genres into music files. Without --write nothing is written.

    Sleeve writes only to files without a genre, and only if the prediction is sure. Every run keeps a journal in
    SLEEVE_HOME that can undo it, to the last byte. A file is replaced in one step, and nothing but its genre changes,
    in every format that `sleeve add` reads.

    Examples:

        sleeve tag ~/Music --genre
        sleeve tag ~/Music --genre --write
        sleeve tag --undo ~/.sleeve/journals/tag-20260102-030405-000000.jsonl
    """
    # The tag library is slow to import, and only this command needs all of it.
    from service.actions import tagging
    from service.actions.journal import writing_music

    settings = settings_of(context)
    journal: Path | None = None
    if undo is not None:
        if path is not None or genre:
            raise typer.BadParameter("--undo goes alone: the journal says which files")
        with Home(settings) as home, writing_music(home):
            found = tagging.undo(undo)
        wrote = True
    else:
        if path is None or not genre:
            raise typer.BadParameter("name a music library and --genre, or --undo JOURNAL")
        if not path.exists():
            raise SourceError(f"{path} does not exist")
        from indexer.sources.music import MusicSource
        from indexer.sources.spelling import Spellings

        with open_home(settings) as home:
            library = MusicSource(path, Spellings({}))
            classifier = open_answers(home).classifier
            found = list(tagging.plan(home.database, classifier, library, overwrite=overwrite))
            wrote = not dry_run
            if wrote and any(not change.note for change in found):
                planned = found
                with writing_music(home):
                    journal, found = tagging.write(planned, home.journals_folder)
    failed = wrote and any(change.note and change.before != change.after for change in found)
    document = TaggedSchema(
        written=wrote,
        journal=str(journal) if journal else None,
        files=[
            TagSchema(
                file=str(change.file),
                before=list(change.before),
                after=list(change.after),
                probability=change.probability,
                note=change.note,
            )
            for change in found
        ],
    )
    if json:
        answer_json(document)
    else:
        _show(document.files, wrote, document.journal)
    if failed:
        raise typer.Exit(1)


def _show(files: Sequence[TagSchema], wrote: bool, journal: str | None) -> None:
    for file in files[:SHOWN_FILES]:
        if file.note:
            say(f"left {file.file}: {file.note}")
        else:
            sure = "" if file.probability is None else f" ({file.probability:.2f})"
            answer(f"{file.file}: {'; '.join(file.before) or 'no genre'} → {'; '.join(file.after) or 'no genre'}{sure}")
    if len(files) > SHOWN_FILES:
        say(f"… and {len(files) - SHOWN_FILES} more (all with --json)")
    count = sum(1 for file in files if not file.note)
    answer(
        f"{counted(count, 'file')} {'written' if wrote else 'would be written'}, {len(files) - count} left as they are"
    )
    if journal:
        say(f"To undo: `sleeve tag --undo {journal}`")
    elif not wrote and count:
        say("Nothing was written: --write does it.")
