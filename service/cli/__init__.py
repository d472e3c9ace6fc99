"""The console command ``sleeve``: a module for each group of commands, and one place that turns errors into a line."""

import gc
import sys
from pathlib import Path

import typer

from service.cli.commands import app_for
from service.cli.console import say
from service.cli.plain_help import name_no_values_of_flags
from sleeve.errors import SleeveError
from sleeve.platform import read_names_as_utf8, write_utf8


def main() -> None:
    """Run the command; a mistake ends in one line, never in a traceback.

    The exit code is 0 if all was done, 1 if not, 2 if the command line cannot be understood, 130 after Ctrl-C.
    """
    read_names_as_utf8()
    write_utf8()
    arguments = sys.argv[1:] or ["--help"]
    if arguments[:2] == ["add", "musicbrainz"] and not Path("musicbrainz").exists():
        # A source like any other to those who add it; its options are a command's.
        arguments = arguments[1:]
    try:
        command = typer.main.get_command(app_for(arguments))
        if "--help" in arguments:
            name_no_values_of_flags(command)
        gc.freeze()  # modules stay to the end, and looking through them again and again is a fifth of `sleeve add`
        code = command.main(arguments, standalone_mode=False)
    except typer.TyperException as error:
        # Pydantic, by which Typer reads values, says first what it is going to say.
        said = " ".join(error.format_message().split()).replace(": Value error, ", ": ", 1)
        say(f"sleeve: {said} (see `sleeve --help`)")
        code = error.exit_code
    except SleeveError as error:
        say(f"sleeve: {error}")
        code = 1
    except (KeyboardInterrupt, typer.Abort):
        say("sleeve: stopped; run the same command again to go on")
        code = 130
    except BrokenPipeError:
        code = 1
    sys.exit(code)
